(** * The key lemma, sampled: backlog never exceeds its limit, and pay never falls below what a sink can do

    What is proved. A sink is paid u = clamp(C - Q/T, 0, C) times any g(n) in [0,1] that changes as it likes, by reports
    that are up to m epochs old, each as old as it likes. If

      h / T <= m^m / (m+1)^(m+1)          (1, 1/4, 4/27 for m = 0, 1, 2: T >= h, 4h, 6.75h)

    then from any start at or below it, Q(n) <= Q* = T·(C - μ)⁺ for ever                       [key_lemma]
    and u(n) >= min(C, μ) for ever                                                         [key_lemma_units]

    The history before the start must not fall faster than the lemma itself allows; a constant one does not. That some
    hypothesis is needed is [history_needed]: a queue that jumps to its limit overshoots.

    What it mirrors. `thm:key` of the paper in epochs; ts/sim/theory/singleSink.test.ts.

    What it assumes. Constant C and μ, and units that follow the reports exactly: smoothing, hysteresis and chance are
    outside.

    How. A scalar inequality with delays that vary, x(n+1) >= x(n) - a·max(0, x(n-d(n))), keeps its rate: x(n+1) >=
    m/(m+1)·x(n). The history is the sequence from -m to 0; here it has the indices 0 .. m.                            *)
From Coq Require Import Reals Lra Lia Arith.
Open Scope R_scope.

(** The monotone criterion: m^m / (m+1)^(m+1); 1, 1/4, 4/27 for m = 0, 1, 2. *)
Definition crit (m : nat) : R := INR m ^ m / INR (S m) ^ (S m).

(** The rate that every solution keeps: x(n+1) >= zeta * x(n). *)
Definition zeta (m : nat) : R := INR m / INR (S m).

Lemma crit_0 : crit 0 = 1. Proof. unfold crit; simpl; lra. Qed.
Lemma crit_1 : crit 1 = / 4. Proof. unfold crit; simpl; lra. Qed.
Lemma crit_2 : crit 2 = 4 / 27. Proof. unfold crit; simpl; lra. Qed.

Lemma INR_S_pos m : 0 < INR (S m).
Proof. apply lt_0_INR; lia. Qed.

Lemma zeta_range m : 0 <= zeta m < 1.
Proof.
  unfold zeta; pose proof (INR_S_pos m) as H; pose proof (pos_INR m) as H0.
  split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat] |].
  apply Rmult_lt_reg_r with (INR (S m)); [lra |].
  unfold Rdiv; rewrite Rmult_assoc, Rinv_l by lra; rewrite S_INR in *; lra.
Qed.

Lemma zeta_pow_0 m : (0 < m)%nat -> 0 < zeta m.
Proof.
  intro H; unfold zeta; apply Rdiv_lt_0_compat; [apply lt_0_INR; lia | apply INR_S_pos].
Qed.

(** crit m = zeta^m * (1 - zeta): the maximum of z^m (1 - z). *)
Lemma crit_zeta m : crit m = zeta m ^ m * (1 - zeta m).
Proof.
  pose proof (INR_S_pos m) as H.
  unfold crit, zeta.
  replace (1 - INR m / INR (S m)) with (/ INR (S m)).
  - unfold Rdiv. rewrite Rpow_mult_distr, pow_inv. rewrite <- (tech_pow_Rmult (INR (S m)) m). field.
    split; [lra | apply pow_nonzero; lra].
  - rewrite S_INR in *; field; lra.
Qed.

Section Scalar.
  Variables (m : nat) (a : R) (x : nat -> R) (d : nat -> nat).
  Hypothesis a_crit : a <= crit m.
  (** History: it falls by no more than the factor zeta per step, and ends at or above zero. A constant history does. *)
  Hypothesis history : forall k, (k < m)%nat -> zeta m * x k <= x (S k).
  Hypothesis start : 0 <= x m.
  Hypothesis delay : forall n, (m <= n)%nat -> (d n <= m)%nat.
  (** Each step obeys the inequality, or (where a queue is held at zero) keeps the rate for another reason. *)
  Hypothesis step : forall n, (m <= n)%nat -> x n - a * Rmax 0 (x (n - d n)%nat) <= x (S n) \/ zeta m * x n <= x (S n).

  Let z := zeta m.

  (** If no earlier step lost more than the factor z, a value j steps ago is at most x(n) / z^j. *)
  Lemma back j : forall n, (j <= n)%nat -> (forall k, (k < n)%nat -> z * x k <= x (S k)) -> z ^ j * x (n - j)%nat <= x n.
  Proof.
    pose proof (zeta_range m) as Z.
    induction j as [| j IH]; intros n Hj H.
    - rewrite Nat.sub_0_r; simpl; lra.
    - specialize (IH n ltac:(lia) H).
      assert (E : z * x (n - S j)%nat <= x (n - j)%nat).
      { replace (n - j)%nat with (S (n - S j)) by lia. apply H; lia. }
      assert (P : 0 <= z ^ j) by (apply pow_le; unfold z; lra).
      simpl. apply Rle_trans with (z ^ j * x (n - j)%nat); [| exact IH].
      replace (z * z ^ j * x (n - S j)%nat) with (z ^ j * (z * x (n - S j)%nat)) by ring.
      now apply Rmult_le_compat_l.
  Qed.

  Lemma pow_le_dec i j : (i <= j)%nat -> z ^ j <= z ^ i.
  Proof.
    pose proof (zeta_range m) as Z. intro H.
    replace j with (i + (j - i))%nat by lia. rewrite pow_add.
    rewrite <- (Rmult_1_r (z ^ i)) at 2. apply Rmult_le_compat_l; [apply pow_le; unfold z; lra |].
    rewrite <- (pow1 (j - i)). apply pow_incr. unfold z; lra.
  Qed.

  Lemma keeps_rate_strong : forall n, (m <= n)%nat -> 0 <= x n /\ forall k, (k < n)%nat -> z * x k <= x (S k).
  Proof.
    pose proof (zeta_range m) as Z.
    intros n Hn. induction Hn as [| n Hn [IHp IHr]].
    - split; [exact start | exact history].
    - assert (N : z * x n <= x (S n)).
      { pose proof (delay n Hn) as Hd. destruct (step n Hn) as [Hs | Hs]; [| exact Hs].
        pose proof (back (d n) n ltac:(lia) IHr) as B.
        assert (K : a * Rmax 0 (x (n - d n)%nat) <= (1 - z) * x n).
        { apply Rle_trans with (crit m * Rmax 0 (x (n - d n)%nat)).
          - apply Rmult_le_compat_r; [apply Rmax_l | exact a_crit].
          - rewrite crit_zeta. fold z.
            replace (z ^ m * (1 - z) * Rmax 0 (x (n - d n)%nat)) with ((1 - z) * (z ^ m * Rmax 0 (x (n - d n)%nat))) by ring.
            apply Rmult_le_compat_l; [unfold z; lra |].
            apply Rle_trans with (z ^ d n * Rmax 0 (x (n - d n)%nat)).
            + apply Rmult_le_compat_r; [apply Rmax_l | now apply pow_le_dec].
            + unfold Rmax; destruct (Rle_dec 0 (x (n - d n)%nat)); [exact B | rewrite Rmult_0_r; exact IHp]. }
        lra. }
      split.
      + apply Rle_trans with (z * x n); [| exact N]. apply Rmult_le_pos; [unfold z; lra | exact IHp].
      + intros k Hk. destruct (Nat.eq_dec k n) as [-> | Hne]; [exact N | apply IHr; lia].
  Qed.

  Lemma keeps_rate n : (m <= n)%nat -> zeta m * x n <= x (S n).
  Proof. intro H. apply (keeps_rate_strong (S n)); lia. Qed.

  Lemma stays_nonneg n : (m <= n)%nat -> 0 <= x n.
  Proof. intro H. now apply keeps_rate_strong. Qed.

  Lemma stays_above n : (m <= n)%nat -> zeta m ^ (n - m) * x m <= x n.
  Proof.
    intro H. pose proof (zeta_range m). induction H as [| n Hn IH].
    - rewrite Nat.sub_diag; simpl; lra.
    - rewrite Nat.sub_succ_l by exact Hn. simpl.
      apply Rle_trans with (zeta m * x n); [| now apply keeps_rate].
      rewrite Rmult_assoc. apply Rmult_le_compat_l; lra.
  Qed.

  Lemma stays_positive n : (0 < m)%nat -> 0 < x m -> (m <= n)%nat -> 0 < x n.
  Proof.
    intros Hm Hx Hn. apply Rlt_le_trans with (zeta m ^ (n - m) * x m); [| now apply stays_above].
    apply Rmult_lt_0_compat; [apply pow_lt; now apply zeta_pow_0 | exact Hx].
  Qed.
End Scalar.

(** * The sink *)
Definition clamp (v lo hi : R) : R := Rmax lo (Rmin v hi).

Lemma clamp_le v lo hi : lo <= hi -> clamp v lo hi <= hi.
Proof. intro H; unfold clamp; apply Rmax_lub; [exact H | apply Rmin_r]. Qed.
Lemma clamp_ge v lo hi : lo <= clamp v lo hi.
Proof. unfold clamp; apply Rmax_l. Qed.

Definition qstar (T C mu : R) : R := T * Rmax 0 (C - mu).
Definition units (T C q : R) : R := clamp (C - q / T) 0 C.

Section Sink.
  Variables (m : nat) (h T C mu : R) (Q g : nat -> R) (d : nat -> nat).
  Hypothesis h_pos : 0 <= h.
  Hypothesis T_pos : 0 < T.
  Hypothesis C_pos : 0 <= C.
  Hypothesis mu_pos : 0 <= mu.
  (** The condition on the loop: for m = 0, 1, 2 it is T >= h, 4h, 6.75h. *)
  Hypothesis loop : h / T <= crit m.
  (** Reports are at most m epochs old, differently at each step. *)
  Hypothesis delay : forall n, (m <= n)%nat -> (d n <= m)%nat.
  (** g is anything in [0,1]: other sinks, sources, escrows, later stages. *)
  Hypothesis g_range : forall n, 0 <= g n <= 1.
  Hypothesis dynamics : forall n, (m <= n)%nat ->
    Q (S n) = Rmax 0 (Q n + h * (units T C (Q (n - d n)%nat) * g n - mu)).
  (** History: not negative, at the end not above Q*, and in it the distance to Q* falls by at most the factor zeta
      per epoch. *)
  Hypothesis hist_nonneg : forall k, (k <= m)%nat -> 0 <= Q k.
  Hypothesis hist_end : Q m <= qstar T C mu.
  Hypothesis hist_rate : forall k, (k < m)%nat -> zeta m * (qstar T C mu - Q k) <= qstar T C mu - Q (S k).

  Lemma Q_nonneg n : 0 <= Q n.
  Proof.
    destruct (le_lt_dec n m) as [H | H]; [now apply hist_nonneg |].
    destruct n as [| n]; [lia |]. rewrite dynamics by lia. apply Rmax_l.
  Qed.

  Lemma units_pay n k : 0 <= units T C (Q k) * g n <= units T C (Q k).
  Proof.
    pose proof (g_range n) as G. pose proof (clamp_ge (C - Q k / T) 0 C) as U. fold (units T C (Q k)) in U.
    split; [apply Rmult_le_pos; lra |]. rewrite <- (Rmult_1_r (units T C (Q k))) at 2.
    apply Rmult_le_compat_l; lra.
  Qed.

  Lemma units_le_C q : units T C q <= C.
  Proof. now apply clamp_le. Qed.

  (** Units in terms of the distance to Q*. *)
  Lemma units_le q : C > mu -> 0 <= q -> units T C q <= mu + Rmax 0 (qstar T C mu - q) / T.
  Proof.
    intros HC Hq. unfold units, clamp, qstar. rewrite (Rmax_right 0 (C - mu)) by lra.
    assert (E : C - q / T = mu + (T * (C - mu) - q) / T) by (field; lra).
    assert (P : 0 <= Rmax 0 (T * (C - mu) - q) / T).
    { apply Rmult_le_pos; [apply Rmax_l | left; now apply Rinv_0_lt_compat]. }
    assert (L : (T * (C - mu) - q) / T <= Rmax 0 (T * (C - mu) - q) / T).
    { apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | apply Rmax_r]. }
    apply Rmax_lub; [lra |]. apply Rle_trans with (C - q / T); [apply Rmin_l |]. lra.
  Qed.

  Lemma sink_step n : C > mu -> (m <= n)%nat ->
    (qstar T C mu - Q n) - h / T * Rmax 0 (qstar T C mu - Q (n - d n)%nat) <= qstar T C mu - Q (S n).
  Proof.
    intros HC Hn. rewrite dynamics by exact Hn.
    pose proof (units_le (Q (n - d n)%nat) HC (Q_nonneg _)) as U.
    pose proof (units_pay n (n - d n)%nat) as P.
    pose proof (Q_nonneg n) as Qn.
    set (y := Rmax 0 (qstar T C mu - Q (n - d n)%nat)) in *.
    assert (Y : 0 <= y) by apply Rmax_l.
    assert (HT : 0 <= h / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    assert (hy : 0 <= h / T * y) by (now apply Rmult_le_pos).
    assert (E : h * (y / T) = h / T * y) by (field; lra).
    assert (M : h * (units T C (Q (n - d n)%nat) * g n - mu) <= h * (y / T)) by (apply Rmult_le_compat_l; lra).
    assert (Rmax 0 (Q n + h * (units T C (Q (n - d n)%nat) * g n - mu)) <= Q n + h / T * y) by (apply Rmax_lub; lra). lra.
  Qed.

  Theorem key_lemma n : (m <= n)%nat -> Q n <= qstar T C mu.
  Proof.
    intro Hn. destruct (Rlt_le_dec mu C) as [HC | HC].
    - pose proof (stays_nonneg m (h / T) (fun k => qstar T C mu - Q k) d loop hist_rate) as S0.
      cbv beta in S0. specialize (S0 ltac:(lra) delay (fun k Hk => or_introl (sink_step k ltac:(lra) Hk)) n Hn). lra.
    - (* declared no more than it can do: the queue stays empty *)
      assert (Z : qstar T C mu = 0) by (unfold qstar; rewrite Rmax_left by lra; ring).
      rewrite Z in *. induction Hn as [| n Hn IH]; [exact hist_end |].
      rewrite dynamics by exact Hn. pose proof (units_pay n (n - d n)%nat). pose proof (units_le_C (Q (n - d n)%nat)).
      apply Rmax_lub; [lra |].
      assert (h * (units T C (Q (n - d n)%nat) * g n - mu) <= h * 0) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  (** The pool never pays it less than it can do, for reports taken at time 0 or later. *)
  Theorem key_lemma_units n : (m <= n)%nat -> Rmin C mu <= units T C (Q n).
  Proof.
    intro Hn. pose proof (key_lemma n Hn) as K. pose proof (Q_nonneg n) as P.
    assert (D : Q n / T <= Rmax 0 (C - mu)).
    { unfold qstar in K. apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv.
      rewrite Rmult_assoc, Rinv_l by lra. lra. }
    unfold units, clamp. apply Rle_trans with (Rmin (C - Q n / T) C); [| apply Rmax_r].
    apply Rmin_glb; [| apply Rmin_l].
    unfold Rmax in D. destruct (Rle_dec 0 (C - mu)).
    - apply Rle_trans with mu; [apply Rmin_r | lra].
    - apply Rle_trans with C; [apply Rmin_l | lra].
  Qed.
End Sink.

(** A constant history at or below Q* satisfies the hypotheses. *)
Lemma constant_history m T C mu q : q <= qstar T C mu ->
  zeta m * (qstar T C mu - q) <= qstar T C mu - q.
Proof.
  intro H. pose proof (zeta_range m). rewrite <- (Rmult_1_l (qstar T C mu - q)) at 2.
  apply Rmult_le_compat_r; lra.
Qed.

(** A rising history of any shape is not enough: with m = 1, T = 4h (the criterion holds with equality), C = 2, mu = 1, h = 1,
    Q* = 4, a queue that is empty at epoch 0 and full (Q = Q* = 4) at epoch 1 overshoots: Q(2) = 5 > 4. *)
Example history_needed :
  let Q0 := 0 in let Q1 := 4 in
  1 / 4 <= crit 1 /\ Q0 <= qstar 4 2 1 /\ Q1 <= qstar 4 2 1 /\
  Rmax 0 (Q1 + 1 * (units 4 2 Q0 * 1 - 1)) = 5 /\ qstar 4 2 1 = 4.
Proof.
  cbv zeta. unfold qstar, units, clamp. rewrite crit_1.
  rewrite (Rmax_right 0 (2 - 1)) by lra.
  replace (2 - 0 / 4) with 2 by lra. rewrite (Rmin_left 2 2) by lra. rewrite (Rmax_right 0 2) by lra.
  rewrite Rmax_right by lra. lra.
Qed.
