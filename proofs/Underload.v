(** * Less demand than the sinks can serve: the share that is paid settles

    What is proved. Any number of sinks, constant demand 0 < λ < M, reports up to m epochs old, different for each sink and
    changing at any time. There is a rest point [rest_point_exists], Σ min(g·C_k, μ_k) = λ, and

      g(n) tends to it                                                                       [underload_converges]
      every u_k tends to min(C_k, μ_k / g)                                                        [units_converge]

    What it mirrors. `thm:convergence` and `thm:pool` of the paper below saturation; ts/sim/theory/pools.test.ts.

    What it assumes. Constant demand, the condition of the key lemma, and a history that it allows.                    *)
From Coq Require Import Reals Lra Lia Arith Psatz.
From Backpressure Require Import SampledKey Sums Overload.
Open Scope R_scope.

(** * x(n+1) <= x(n) - a x(n - d(n)), or held at its floor -q: then x ends below every eps. *)
Section Decay.
  Variables (m : nat) (a q X : R) (x : nat -> R) (d : nat -> nat).
  Hypothesis a_pos : 0 < a.
  Hypothesis a_crit : a <= crit m.
  Hypothesis q_pos : 0 <= q.
  Hypothesis X_pos : 0 <= X.
  Hypothesis bounded : forall n, - X <= x n <= X.
  Hypothesis floor : forall n, - q <= x n.
  Hypothesis delay : forall n, (m <= n)%nat -> (d n <= m)%nat.
  Hypothesis step : forall n, (m <= n)%nat -> x (S n) <= Rmax (- q) (x n - a * x (n - d n)%nat).

  Let B := 2 * X / (1 - zeta m).
  Let v n := B * (1 - a) ^ (n - m).

  Lemma crit_le : crit m <= 1 - zeta m.
  Proof.
    rewrite crit_zeta. pose proof (zeta_range m). assert (zeta m ^ m <= 1 ^ m) by (apply pow_incr; lra). rewrite pow1 in *.
    rewrite <- (Rmult_1_l (1 - zeta m)) at 2. apply Rmult_le_compat_r; lra.
  Qed.

  Lemma B_pos : 0 <= B.
  Proof. pose proof (zeta_range m). unfold B. apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]. Qed.
  Lemma v_pos n : 0 <= v n.
  Proof. pose proof crit_le. pose proof (zeta_range m). apply Rmult_le_pos; [apply B_pos | apply pow_le; lra]. Qed.
  Lemma v_step n : (m <= n)%nat -> v (S n) = (1 - a) * v n.
  Proof. intro H. unfold v. rewrite Nat.sub_succ_l by exact H. simpl. ring. Qed.
  Lemma v_dec n j : v n <= v (n - j).
  Proof.
    pose proof crit_le. pose proof (zeta_range m). unfold v. apply Rmult_le_compat_l; [apply B_pos |].
    assert (En : exists i, (n - m = (n - j - m) + i)%nat) by (exists (n - m - (n - j - m))%nat; lia).
    destruct En as [i ->]. rewrite pow_add.
    assert (I : (1 - a) ^ i <= 1 ^ i) by (apply pow_incr; lra). rewrite pow1 in I.
    assert (J : 0 <= (1 - a) ^ (n - j - m)) by (apply pow_le; lra).
    assert ((1 - a) ^ (n - j - m) * (1 - a) ^ i <= (1 - a) ^ (n - j - m) * 1) by (now apply Rmult_le_compat_l). lra.
  Qed.

  Lemma decays n : (m <= n)%nat -> x n <= B * (1 - a) ^ (n - m).
  Proof.
    intro Hn. pose proof crit_le as Cr. pose proof (zeta_range m) as Z.
    assert (EB : (1 - zeta m) * B = 2 * X) by (unfold B; field; lra).
    assert (0 <= v n - x n); [| unfold v in *; lra].
    apply (stays_nonneg m a (fun k => v k - x k) d); auto.
    - intros k Hk. unfold v. replace (k - m)%nat with 0%nat by lia. replace (S k - m)%nat with 0%nat by lia.
      rewrite !pow_O, !Rmult_1_r. pose proof (bounded k). pose proof (bounded (S k)).
      assert (zeta m * (- x k) <= X) by (apply Rle_trans with (zeta m * X); [apply Rmult_le_compat_l; lra | rewrite <- (Rmult_1_l X) at 2; apply Rmult_le_compat_r; lra]).
      lra.
    - unfold v. rewrite Nat.sub_diag, pow_O, Rmult_1_r. pose proof (bounded m).
      assert (X <= B); [| lra]. unfold B. apply Rmult_le_reg_r with (1 - zeta m); [lra |].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
      assert (X * (1 - zeta m) <= X * 1) by (apply Rmult_le_compat_l; lra). lra.
    - intros k Hk. pose proof (step k Hk) as S0. pose proof (v_step k Hk) as E. pose proof (v_dec k (d k)) as D.
      pose proof (v_pos k) as V. rewrite E.
      unfold Rmax in S0. destruct (Rle_dec (- q) (x k - a * x (k - d k)%nat)) as [_ | _].
      + left. pose proof (Rmax_r 0 (v (k - d k)%nat - x (k - d k)%nat)) as M.
        assert (a * (v (k - d k)%nat - x (k - d k)%nat) <= a * Rmax 0 (v (k - d k)%nat - x (k - d k)%nat)) by (apply Rmult_le_compat_l; lra).
        assert (a * v k <= a * v (k - d k)%nat) by (apply Rmult_le_compat_l; lra). lra.
      + right. pose proof (floor k) as F.
        assert (zeta m * (v k - x k) <= zeta m * (v k + q)) by (apply Rmult_le_compat_l; lra).
        assert (zeta m * v k <= (1 - a) * v k) by (apply Rmult_le_compat_r; lra).
        assert (zeta m * q <= 1 * q) by (apply Rmult_le_compat_r; lra). lra.
  Qed.

  Lemma ends_below e : 0 < e -> exists N, forall n, (N <= n)%nat -> x n <= e.
  Proof.
    intro He. pose proof crit_le as Cr. pose proof (zeta_range m) as Z. pose proof B_pos as HB.
    destruct (pow_lt_1_zero (1 - a)) with (y := e / (B + 1)) as [N HN].
    - rewrite Rabs_right; lra.
    - apply Rdiv_lt_0_compat; lra.
    - exists (N + m)%nat. intros n Hn. apply Rle_trans with (B * (1 - a) ^ (n - m)); [apply decays; lia |].
      specialize (HN (n - m)%nat ltac:(lia)). rewrite Rabs_right in HN by (apply Rle_ge, pow_le; lra).
      apply Rle_trans with (B * (e / (B + 1))); [apply Rmult_le_compat_l; lra |].
      apply Rmult_le_reg_r with (B + 1); [lra |]. replace (B * (e / (B + 1)) * (B + 1)) with (B * e) by (field; lra).
      assert (0 <= e) by lra. lra.
  Qed.
End Decay.

Lemma shifted_decay m a q X x d N0 e : 0 < a -> a <= crit m -> 0 <= q -> 0 <= X ->
  (forall n, (N0 <= n)%nat -> - X <= x n <= X) -> (forall n, (N0 <= n)%nat -> - q <= x n) ->
  (forall n, (N0 + m <= n)%nat -> (d n <= m)%nat) ->
  (forall n, (N0 + m <= n)%nat -> x (S n) <= Rmax (- q) (x n - a * x (n - d n)%nat)) ->
  0 < e -> exists N, (N0 <= N)%nat /\ forall n, (N <= n)%nat -> x n <= e.
Proof.
  intros Ha Hc Hq HX Hb Hf Hd Hs He.
  destruct (ends_below m a q X (fun i => x (N0 + i)%nat) (fun i => d (N0 + i)%nat)) with (e := e) as [N HN]; auto.
  - intro n. apply Hb. lia.
  - intro n. apply Hf. lia.
  - intros n Hn. apply Hd. lia.
  - intros n Hn. pose proof (Hd (N0 + n)%nat ltac:(lia)). specialize (Hs (N0 + n)%nat ltac:(lia)).
    rewrite Nat.add_succ_r. replace (N0 + (n - d (N0 + n)))%nat with (N0 + n - d (N0 + n))%nat by lia. exact Hs.
  - exists (N0 + N)%nat. split; [lia |]. intros n Hn. specialize (HN (n - N0)%nat ltac:(lia)).
    replace (N0 + (n - N0))%nat with n in HN by lia. exact HN.
Qed.

Lemma Rabs_def2_le x e : Rabs x <= e -> - e <= x <= e.
Proof. unfold Rabs. destruct (Rcase_abs x); lra. Qed.

Lemma all_finally K (P : nat -> nat -> Prop) : (forall k, (k < K)%nat -> exists N, forall n, (N <= n)%nat -> P k n) ->
  exists N, forall k n, (k < K)%nat -> (N <= n)%nat -> P k n.
Proof.
  induction K as [| K IH]; intro H; [exists 0%nat; intros; lia |].
  destruct IH as [N1 H1]; [intros; apply H; lia |]. destruct (H K ltac:(lia)) as [N2 H2].
  exists (max N1 N2). intros k n Hk Hn. destruct (Nat.eq_dec k K) as [-> | Hne]; [apply H2; lia | apply H1; lia].
Qed.
Lemma rsum_const K c : rsum K (fun _ => c) = INR K * c.
Proof. induction K as [| K IH]; [simpl; ring |]. rewrite S_INR. simpl rsum. rewrite IH. ring. Qed.

Section Underload.
  Variables (K m : nat) (h T lam gs : R) (C mu : nat -> R) (Q : nat -> nat -> R) (d : nat -> nat -> nat).
  Hypothesis h_pos : 0 < h.
  Hypothesis T_pos : 0 < T.
  Hypothesis C_pos : forall k, (k < K)%nat -> 0 <= C k.
  Hypothesis mu_pos : forall k, (k < K)%nat -> 0 <= mu k.
  Hypothesis loop : h / T <= crit m.
  Hypothesis delay : forall k n, (k < K)%nat -> (m <= n)%nat -> (d k n <= m)%nat.

  Let uk k n := units T (C k) (Q k (n - d k n)%nat).
  Let Un n := rsum K (fun k => uk k n).
  Let gn n : R := if Rlt_dec lam (Un n) then lam / Un n else 1.
  Let sk k := qstar T (C k) (mu k).
  Let MM := rsum K (fun k => Rmin (C k) (mu k)).
  Let Ct := rsum K C.
  Let phi b := rsum K (fun k => Rmin (b * C k) (mu k)).
  Let psi b := rsum K (fun k => Rmin (C k) (mu k / b)).

  Hypothesis lam_pos : 0 < lam.
  Hypothesis under : lam < MM.
  (** The rest point of Theorem "Rest points of a pool"; gs < 1 follows from lambda < M. *)
  Hypothesis gs_range : 0 < gs < 1.
  Hypothesis gs_rest : phi gs = lam.
  Hypothesis dynamics : forall k n, (k < K)%nat -> (m <= n)%nat ->
    Q k (S n) = Rmax 0 (Q k n + h * (uk k n * gn n - mu k)).
  Hypothesis hist_nonneg : forall k i, (k < K)%nat -> (i <= m)%nat -> 0 <= Q k i.
  Hypothesis hist_end : forall k, (k < K)%nat -> Q k m <= sk k.
  Hypothesis hist_rate : forall k i, (k < K)%nat -> (i < m)%nat -> zeta m * (sk k - Q k i) <= sk k - Q k (S i).

  Lemma u0 k n : 0 <= uk k n. Proof. apply clamp_ge. Qed.
  Lemma uC k n : (k < K)%nat -> uk k n <= C k. Proof. intro; apply clamp_le; auto. Qed.

  Lemma g01 n : 0 <= gn n <= 1.
  Proof.
    unfold gn. destruct (Rlt_dec lam (Un n)) as [H | H]; [| lra]. split.
    - apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra].
    - apply Rmult_le_reg_r with (Un n); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  Qed.

  Lemma Qs k n : (k < K)%nat -> (m <= n)%nat -> 0 <= Q k n <= sk k.
  Proof.
    intros Hk Hn. split.
    - inversion Hn; [apply hist_nonneg; lia |]. rewrite dynamics by lia. apply Rmax_l.
    - apply (key_lemma m h T (C k) (mu k) (Q k) gn (d k)); auto using g01; try lra; try (intros; now apply dynamics).
      + now apply hist_end.
      + intros i Hi. now apply (hist_rate k i).
  Qed.

  (** With Q <= Q* nothing is clamped. *)
  Lemma u_exact k n : (k < K)%nat -> (2 * m <= n)%nat -> uk k n = C k - Q k (n - d k n)%nat / T.
  Proof.
    intros Hk Hn. pose proof (delay k n Hk ltac:(lia)) as D. pose proof (Qs k (n - d k n)%nat Hk ltac:(lia)) as [P B].
    unfold uk, units, clamp, sk, qstar in *. set (q := Q k (n - d k n)%nat) in *.
    assert (q / T <= Rmax 0 (C k - mu k)).
    { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    assert (Rmax 0 (C k - mu k) <= C k) by (pose proof (C_pos k Hk); pose proof (mu_pos k Hk); apply Rmax_lub; lra).
    assert (0 <= q / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    rewrite Rmin_left by lra. apply Rmax_right. lra.
  Qed.

  Lemma rate_ok b : 0 < b <= 1 -> 0 < h * b / T <= crit m.
  Proof.
    intro Hb. split; [apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra] |].
    apply Rle_trans with (h / T); [| exact loop]. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat |].
    rewrite <- (Rmult_1_r h) at 2. apply Rmult_le_compat_l; lra.
  Qed.

  Lemma s_pos k : 0 <= sk k.
  Proof. unfold sk, qstar. apply Rmult_le_pos; [lra | apply Rmax_l]. Qed.

  Lemma units_lower k b N0 e : (k < K)%nat -> 0 < b <= 1 -> (forall n, (N0 <= n)%nat -> gn n <= b) -> 0 < e ->
    exists N, forall n, (N <= n)%nat -> Rmin (C k) (mu k / b) - e <= uk k n.
  Proof.
    intros Hk Hb Hg He. set (q := T * Rmax 0 (C k - mu k / b)).
    assert (q0 : 0 <= q) by (apply Rmult_le_pos; [lra | apply Rmax_l]).
    pose proof (rate_ok b Hb) as [R0 R1]. pose proof (s_pos k) as S0.
    destruct (shifted_decay m (h * b / T) q (q + sk k) (fun n => Q k n - q) (d k) (N0 + 2 * m) (T * e)) as (N & HN & H);
      auto; try lra.
    - intros n Hn. pose proof (Qs k n Hk ltac:(lia)). lra.
    - intros n Hn. pose proof (Qs k n Hk ltac:(lia)). lra.
    - intros n Hn. apply delay; [exact Hk | lia].
    - intros n Hn. rewrite dynamics by (auto; lia).
      pose proof (u_exact k n Hk ltac:(lia)) as E. pose proof (u0 k n) as U0. specialize (Hg n ltac:(lia)).
      set (w := Q k (n - d k n)%nat) in *.
      assert (A : h * (uk k n * gn n - mu k) <= - (h * b / T) * (w - q)).
      { apply Rle_trans with (h * (uk k n * b - mu k)); [apply Rmult_le_compat_l; [lra |]; assert (uk k n * gn n <= uk k n * b) by (apply Rmult_le_compat_l; lra); lra |].
        rewrite E. replace (h * ((C k - w / T) * b - mu k)) with (h * b / T * (T * (C k - mu k / b) - w)) by (field; lra).
        replace (- (h * b / T) * (w - q)) with (h * b / T * (q - w)) by ring.
        apply Rmult_le_compat_l; [lra |]. unfold q. pose proof (Rmax_r 0 (C k - mu k / b)) as X.
        assert (T * (C k - mu k / b) <= T * Rmax 0 (C k - mu k / b)) by (apply Rmult_le_compat_l; lra). lra. }
      unfold Rmax at 1. destruct (Rle_dec 0 (Q k n + h * (uk k n * gn n - mu k))).
      + apply Rle_trans with (Q k n - q - h * b / T * (w - q)); [lra | apply Rmax_r].
      + apply Rle_trans with (- q); [lra | apply Rmax_l].
    - apply Rmult_lt_0_compat; lra.
    - exists (N + m)%nat. intros n Hn. rewrite u_exact by (auto; lia). pose proof (delay k n Hk ltac:(lia)) as D.
      specialize (H (n - d k n)%nat ltac:(lia)). cbv beta in H. set (w := Q k (n - d k n)%nat) in *.
      assert (W : w / T <= Rmax 0 (C k - mu k / b) + e).
      { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra. unfold q in H. lra. }
      unfold Rmax in W. destruct (Rle_dec 0 (C k - mu k / b)).
      + pose proof (Rmin_r (C k) (mu k / b)). lra.
      + pose proof (Rmin_l (C k) (mu k / b)). lra.
  Qed.

  Lemma units_upper k b N0 e : (k < K)%nat -> 0 < b <= 1 -> (forall n, (N0 <= n)%nat -> b <= gn n) -> 0 < e ->
    exists N, forall n, (N <= n)%nat -> uk k n <= Rmin (C k) (mu k / b) + e.
  Proof.
    intros Hk Hb Hg He. destruct (Rle_lt_dec (C k) (mu k / b)) as [HC | HC].
    - exists 0%nat. intros n _. rewrite Rmin_left by lra. pose proof (uC k n Hk). lra.
    - rewrite Rmin_right by lra. set (q := T * (C k - mu k / b)).
      assert (q0 : 0 <= q) by (apply Rmult_le_pos; lra).
      pose proof (rate_ok b Hb) as [R0 R1]. pose proof (s_pos k) as S0.
      destruct (shifted_decay m (h * b / T) (sk k) (q + sk k) (fun n => q - Q k n) (d k) (N0 + 2 * m) (T * e)) as (N & HN & H);
        auto; try lra.
      + intros n Hn. pose proof (Qs k n Hk ltac:(lia)). lra.
      + intros n Hn. pose proof (Qs k n Hk ltac:(lia)). lra.
      + intros n Hn. apply delay; [exact Hk | lia].
      + intros n Hn. rewrite dynamics by (auto; lia).
        pose proof (u_exact k n Hk ltac:(lia)) as E. pose proof (u0 k n) as U0. specialize (Hg n ltac:(lia)).
        set (w := Q k (n - d k n)%nat) in *.
        assert (A : h * b / T * (q - w) <= h * (uk k n * gn n - mu k)).
        { apply Rle_trans with (h * (uk k n * b - mu k)).
          - rewrite E. right. unfold q. field; lra.
          - apply Rmult_le_compat_l; [lra |]. assert (uk k n * b <= uk k n * gn n) by (apply Rmult_le_compat_l; lra). lra. }
        apply Rle_trans with (q - Q k n - h * b / T * (q - w)); [| apply Rmax_r].
        pose proof (Rmax_r 0 (Q k n + h * (uk k n * gn n - mu k))). lra.
      + apply Rmult_lt_0_compat; lra.
      + exists (N + m)%nat. intros n Hn. rewrite u_exact by (auto; lia). pose proof (delay k n Hk ltac:(lia)) as D.
        specialize (H (n - d k n)%nat ltac:(lia)). cbv beta in H. set (w := Q k (n - d k n)%nat) in *.
        assert (W : C k - mu k / b - e <= w / T).
        { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l by lra. unfold q in H. lra. }
        lra.
  Qed.

  Lemma sum_lower b N0 e : 0 < b <= 1 -> (forall n, (N0 <= n)%nat -> gn n <= b) -> 0 < e ->
    exists N, forall n, (N <= n)%nat -> psi b - e <= Un n.
  Proof.
    intros Hb Hg He. pose proof (pos_INR K) as KP.
    assert (He' : 0 < e / (INR K + 1)) by (apply Rdiv_lt_0_compat; lra).
    destruct (all_finally K (fun k n => Rmin (C k) (mu k / b) - e / (INR K + 1) <= uk k n)) as [N HN].
    - intros k Hk. now apply (units_lower k b N0).
    - exists N. intros n Hn. apply Rle_trans with (rsum K (fun k => Rmin (C k) (mu k / b) - e / (INR K + 1))).
      + rewrite (rsum_minus K (fun k => Rmin (C k) (mu k / b)) (fun _ => e / (INR K + 1))), rsum_const. fold (psi b).
        assert (INR K * (e / (INR K + 1)) <= e); [| lra].
        apply Rmult_le_reg_r with (INR K + 1); [lra |].
        replace (INR K * (e / (INR K + 1)) * (INR K + 1)) with (INR K * e) by (field; lra). lra.
      + apply rsum_le. intros k Hk. now apply HN.
  Qed.

  Lemma sum_upper b N0 e : 0 < b <= 1 -> (forall n, (N0 <= n)%nat -> b <= gn n) -> 0 < e ->
    exists N, forall n, (N <= n)%nat -> Un n <= psi b + e.
  Proof.
    intros Hb Hg He. pose proof (pos_INR K) as KP.
    assert (He' : 0 < e / (INR K + 1)) by (apply Rdiv_lt_0_compat; lra).
    destruct (all_finally K (fun k n => uk k n <= Rmin (C k) (mu k / b) + e / (INR K + 1))) as [N HN].
    - intros k Hk. now apply (units_upper k b N0).
    - exists N. intros n Hn. apply Rle_trans with (rsum K (fun k => Rmin (C k) (mu k / b) + e / (INR K + 1))).
      + apply rsum_le. intros k Hk. now apply HN.
      + rewrite (rsum_plus K (fun k => Rmin (C k) (mu k / b)) (fun _ => e / (INR K + 1))), rsum_const. fold (psi b).
        assert (INR K * (e / (INR K + 1)) <= e); [| lra].
        apply Rmult_le_reg_r with (INR K + 1); [lra |].
        replace (INR K * (e / (INR K + 1)) * (INR K + 1)) with (INR K * e) by (field; lra). lra.
  Qed.

  Lemma psi_phi b : 0 < b -> b * psi b = phi b.
  Proof.
    intro Hb. unfold psi, phi. rewrite <- rsum_scal. apply rsum_ext. intros k _.
    assert (E : b * (mu k / b) = mu k) by (field; lra). rewrite <- E at 2.
    unfold Rmin. destruct (Rle_dec (C k) (mu k / b)) as [H | H]; destruct (Rle_dec (b * C k) (b * (mu k / b))) as [H' | H'];
      try reflexivity.
    - exfalso. apply H'. apply Rmult_le_compat_l; lra.
    - exfalso. apply H. apply Rmult_le_reg_l with b; lra.
  Qed.

  Lemma psi_Ct b : 0 < b -> psi b <= Ct.
  Proof. intro. apply rsum_le. intros. apply Rmin_l. Qed.

  Lemma concave a b : 0 < a -> a <= b -> b <= 1 -> (1 - b) * phi a + (b - a) * MM <= (1 - a) * phi b.
  Proof.
    intros Ha Hab Hb. unfold phi, MM. rewrite <- !rsum_scal, <- rsum_plus. apply rsum_le. intros k Hk.
    pose proof (Rmin_l (a * C k) (mu k)) as l1. pose proof (Rmin_r (a * C k) (mu k)) as l2.
    pose proof (Rmin_l (C k) (mu k)) as l3. pose proof (Rmin_r (C k) (mu k)) as l4.
    set (x := Rmin (a * C k) (mu k)) in *. set (y := Rmin (C k) (mu k)) in *.
    unfold Rmin. destruct (Rle_dec (b * C k) (mu k)).
    - assert ((1 - b) * x <= (1 - b) * (a * C k)) by (apply Rmult_le_compat_l; lra).
      assert ((b - a) * y <= (b - a) * C k) by (apply Rmult_le_compat_l; lra).
      replace ((1 - a) * (b * C k)) with ((1 - b) * (a * C k) + (b - a) * C k) by ring. lra.
    - assert ((1 - b) * x <= (1 - b) * mu k) by (apply Rmult_le_compat_l; lra).
      assert ((b - a) * y <= (b - a) * mu k) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Lemma Ct_pos : 0 < Ct.
  Proof. assert (MM <= Ct) by (apply rsum_le; intros; apply Rmin_l). lra. Qed.

  Lemma U_ge_M n : (2 * m <= n)%nat -> MM <= Un n.
  Proof.
    intro Hn. apply rsum_le. intros k Hk. pose proof (delay k n Hk ltac:(lia)) as D.
    rewrite u_exact by auto. pose proof (Qs k (n - d k n)%nat Hk ltac:(lia)) as [P B]. unfold sk, qstar in B.
    set (w := Q k (n - d k n)%nat) in *.
    assert (w / T <= Rmax 0 (C k - mu k)).
    { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    unfold Rmax in *. destruct (Rle_dec 0 (C k - mu k)); [rewrite Rmin_right by lra | rewrite Rmin_left by lra]; lra.
  Qed.

  Lemma g_U n : (2 * m <= n)%nat -> gn n * Un n = lam /\ 0 < Un n.
  Proof.
    intro Hn. pose proof (U_ge_M n Hn). unfold gn. destruct (Rlt_dec lam (Un n)); [| lra]. split; [field |]; lra.
  Qed.

  Let c := Rmin (1 / 2) ((MM - lam) / (2 * (1 - gs) * Ct)).
  Lemma c_range : 0 < c <= 1 / 2.
  Proof.
    pose proof Ct_pos. split; [| apply Rmin_l]. apply Rmin_glb_lt; [lra |].
    apply Rdiv_lt_0_compat; [lra |]. repeat apply Rmult_lt_0_compat; lra.
  Qed.
  Lemma c_small : c * Ct <= (MM - lam) / (1 - gs) / 2.
  Proof.
    pose proof Ct_pos as P. apply Rle_trans with ((MM - lam) / (2 * (1 - gs) * Ct) * Ct).
    - apply Rmult_le_compat_r; [lra | apply Rmin_r].
    - right. field. lra.
  Qed.

  Let s := (MM - lam) / (1 - gs).
  Lemma s_is : (1 - gs) * s = MM - lam. Proof. unfold s. field. lra. Qed.
  Lemma s_gt : 0 < s. Proof. unfold s. apply Rdiv_lt_0_compat; lra. Qed.

  Lemma round_up b : gs < b <= 1 -> (exists N, forall n, (N <= n)%nat -> gn n <= b) ->
    exists N, forall n, (N <= n)%nat -> gn n <= gs + (1 - c) * (b - gs).
  Proof.
    intros Hb [N0 HN0]. pose proof s_is as Es. pose proof s_gt as Sg. pose proof c_range as Cr. pose proof c_small as Cs. fold s in Cs.
    set (y := (b - gs) * s). assert (y0 : 0 < y) by (apply Rmult_lt_0_compat; lra).
    destruct (sum_lower b N0 (y / 2) ltac:(lra) HN0 ltac:(lra)) as [N HN].
    exists (N + 2 * m)%nat. intros n Hn. specialize (HN n ltac:(lia)). destruct (g_U n ltac:(lia)) as [E U0].
    pose proof (concave gs b ltac:(lra) ltac:(lra) ltac:(lra)) as Cv. rewrite gs_rest in Cv.
    assert (Ph : lam + y <= phi b).
    { apply Rmult_le_reg_l with (1 - gs); [lra |]. unfold y. replace ((1 - gs) * (lam + (b - gs) * s)) with ((1 - gs) * lam + (b - gs) * ((1 - gs) * s)) by ring.
      rewrite Es. lra. }
    rewrite <- (psi_phi b) in Ph by lra. pose proof (psi_Ct b ltac:(lra)) as Pc.
    set (b' := gs + (1 - c) * (b - gs)).
    assert (B1 : b' = b - c * (b - gs)) by (unfold b'; ring).
    assert (cb : 0 <= c * (b - gs)) by (apply Rmult_le_pos; lra).
    assert (b'0 : 0 < b') by (unfold b'; assert (0 <= (1 - c) * (b - gs)) by (apply Rmult_le_pos; lra); lra).
    assert (L : lam <= b' * Un n).
    { apply Rle_trans with (b' * (psi b - y / 2)); [| apply Rmult_le_compat_l; lra].
      assert (c * (b - gs) * psi b <= y / 2).
      { apply Rle_trans with (c * (b - gs) * Ct); [apply Rmult_le_compat_l; lra |].
        replace (c * (b - gs) * Ct) with ((b - gs) * (c * Ct)) by ring.
        replace (y / 2) with ((b - gs) * (s / 2)) by (unfold y; field). apply Rmult_le_compat_l; lra. }
      assert (b' * (y / 2) <= 1 * (y / 2)) by (apply Rmult_le_compat_r; lra).
      replace (b' * (psi b - y / 2)) with (b * psi b - c * (b - gs) * psi b - b' * (y / 2)) by (rewrite B1; ring). lra. }
    rewrite <- E in L. apply Rmult_le_reg_r with (Un n); [exact U0 | exact L].
  Qed.

  Lemma round_down a : 0 < a < gs -> (exists N, forall n, (N <= n)%nat -> a <= gn n) ->
    exists N, forall n, (N <= n)%nat -> gs - (1 - c) * (gs - a) <= gn n.
  Proof.
    intros Ha [N0 HN0]. pose proof s_is as Es. pose proof s_gt as Sg. pose proof c_range as Cr. pose proof c_small as Cs. fold s in Cs.
    set (y := (gs - a) * s). assert (y0 : 0 < y) by (apply Rmult_lt_0_compat; lra).
    destruct (sum_upper a N0 (y / 2) ltac:(lra) HN0 ltac:(lra)) as [N HN].
    exists (N + 2 * m)%nat. intros n Hn. specialize (HN n ltac:(lia)). destruct (g_U n ltac:(lia)) as [E U0].
    pose proof (concave a gs ltac:(lra) ltac:(lra) ltac:(lra)) as Cv. rewrite gs_rest in Cv.
    assert (Ph : phi a <= lam - y).
    { apply Rmult_le_reg_l with (1 - gs); [lra |]. unfold y. replace ((1 - gs) * (lam - (gs - a) * s)) with ((1 - gs) * lam - (gs - a) * ((1 - gs) * s)) by ring.
      rewrite Es. lra. }
    rewrite <- (psi_phi a) in Ph by lra. pose proof (psi_Ct a ltac:(lra)) as Pc.
    set (a' := gs - (1 - c) * (gs - a)).
    assert (A1 : a' = a + c * (gs - a)) by (unfold a'; ring).
    assert (ca : 0 <= c * (gs - a)) by (apply Rmult_le_pos; lra).
    assert (a'1 : a' <= 1) by (unfold a'; assert (0 <= (1 - c) * (gs - a)) by (apply Rmult_le_pos; lra); lra).
    assert (L : a' * Un n <= lam).
    { apply Rle_trans with (a' * (psi a + y / 2)); [apply Rmult_le_compat_l; lra |].
      assert (c * (gs - a) * psi a <= y / 2).
      { apply Rle_trans with (c * (gs - a) * Ct); [apply Rmult_le_compat_l; lra |].
        replace (c * (gs - a) * Ct) with ((gs - a) * (c * Ct)) by ring.
        replace (y / 2) with ((gs - a) * (s / 2)) by (unfold y; field). apply Rmult_le_compat_l; lra. }
      assert (a' * (y / 2) <= 1 * (y / 2)) by (apply Rmult_le_compat_r; lra).
      replace (a' * (psi a + y / 2)) with (a * psi a + c * (gs - a) * psi a + a' * (y / 2)) by (rewrite A1; ring). lra. }
    rewrite <- E in L. apply Rmult_le_reg_r with (Un n); [exact U0 | exact L].
  Qed.

  Lemma rounds_up j : exists N, forall n, (N <= n)%nat -> gn n <= gs + (1 - c) ^ j * (1 - gs).
  Proof.
    pose proof c_range as Cr. induction j as [| j IH].
    - exists 0%nat. intros n _. pose proof (g01 n). simpl. lra.
    - assert (P : 0 < (1 - c) ^ j <= 1).
      { split; [apply pow_lt; lra |]. assert (I : (1 - c) ^ j <= 1 ^ j) by (apply pow_incr; lra). now rewrite pow1 in I. }
      assert (0 < (1 - c) ^ j * (1 - gs)) by (apply Rmult_lt_0_compat; lra).
      assert ((1 - c) ^ j * (1 - gs) <= 1 * (1 - gs)) by (apply Rmult_le_compat_r; lra).
      destruct (round_up (gs + (1 - c) ^ j * (1 - gs)) ltac:(lra) IH) as [N HN].
      exists N. intros n Hn. specialize (HN n Hn). simpl pow.
      replace (gs + (1 - c) ^ j * (1 - gs) - gs) with ((1 - c) ^ j * (1 - gs)) in HN by ring. lra.
  Qed.

  Lemma rounds_down : exists a0, 0 < a0 < gs /\ forall j, exists N, forall n, (N <= n)%nat -> gs - (1 - c) ^ j * (gs - a0) <= gn n.
  Proof.
    pose proof c_range as Cr. pose proof Ct_pos as CP. exists (Rmin (lam / Ct) (gs / 2)).
    set (a0 := Rmin (lam / Ct) (gs / 2)).
    assert (A : 0 < a0 < gs).
    { split; [apply Rmin_glb_lt; [now apply Rdiv_lt_0_compat | lra] | apply Rle_lt_trans with (gs / 2); [apply Rmin_r | lra]]. }
    split; [exact A |]. induction j as [| j IH].
    - exists (2 * m)%nat. intros n Hn. destruct (g_U n Hn) as [E U0]. simpl.
      assert (Un n <= Ct) by (apply rsum_le; intros; now apply uC).
      assert (lam / Ct <= gn n).
      { apply Rmult_le_reg_r with Ct; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. rewrite Rmult_1_r, <- E.
        apply Rmult_le_compat_l; [apply g01 | assumption]. }
      pose proof (Rmin_l (lam / Ct) (gs / 2)) as Ml. fold a0 in Ml. lra.
    - assert (P : 0 < (1 - c) ^ j <= 1).
      { split; [apply pow_lt; lra |]. assert (I : (1 - c) ^ j <= 1 ^ j) by (apply pow_incr; lra). now rewrite pow1 in I. }
      assert (0 < (1 - c) ^ j * (gs - a0)) by (apply Rmult_lt_0_compat; lra).
      assert ((1 - c) ^ j * (gs - a0) <= 1 * (gs - a0)) by (apply Rmult_le_compat_r; lra).
      destruct (round_down (gs - (1 - c) ^ j * (gs - a0)) ltac:(lra) IH) as [N HN].
      exists N. intros n Hn. specialize (HN n Hn). simpl pow.
      replace (gs - (gs - (1 - c) ^ j * (gs - a0))) with ((1 - c) ^ j * (gs - a0)) in HN by ring. lra.
  Qed.

  Theorem underload_converges e : 0 < e -> exists N, forall n, (N <= n)%nat -> Rabs (gn n - gs) <= e.
  Proof.
    intro He. pose proof c_range as Cr. destruct rounds_down as (a0 & A & Down).
    destruct (pow_lt_1_zero (1 - c)) with (y := e) as [j Hj]; [rewrite Rabs_right; lra | lra |].
    specialize (Hj j (Nat.le_refl j)). assert (P : 0 <= (1 - c) ^ j) by (apply pow_le; lra). rewrite Rabs_right in Hj by lra.
    destruct (rounds_up j) as [N1 H1]. destruct (Down j) as [N2 H2].
    exists (max N1 N2). intros n Hn. specialize (H1 n ltac:(lia)). specialize (H2 n ltac:(lia)).
    assert ((1 - c) ^ j * (1 - gs) <= (1 - c) ^ j * 1) by (apply Rmult_le_compat_l; lra).
    assert ((1 - c) ^ j * (gs - a0) <= (1 - c) ^ j * 1) by (apply Rmult_le_compat_l; lra).
    apply Rabs_le. lra.
  Qed.
  (** Units, hence pay, of every sink tend to those of the rest point. *)
  Theorem units_converge k e : (k < K)%nat -> 0 < e ->
    exists N, forall n, (N <= n)%nat -> Rabs (uk k n - Rmin (C k) (mu k / gs)) <= e.
  Proof.
    intros Hk He. pose proof (mu_pos k Hk) as Mp.
    set (D := Rmin (Rmin (1 - gs) (gs / 2)) (e * (gs * gs) / (4 * (mu k + 1)))).
    assert (G2 : 0 < gs * gs) by (apply Rmult_lt_0_compat; lra).
    assert (D0 : 0 < D).
    { repeat apply Rmin_glb_lt; try lra. apply Rdiv_lt_0_compat; [now apply Rmult_lt_0_compat | lra]. }
    assert (D1 : D <= 1 - gs) by (apply Rle_trans with (Rmin (1 - gs) (gs / 2)); apply Rmin_l).
    assert (D2 : D <= gs / 2) by (apply Rle_trans with (Rmin (1 - gs) (gs / 2)); [apply Rmin_l | apply Rmin_r]).
    assert (D3 : D <= e * (gs * gs) / (4 * (mu k + 1))) by apply Rmin_r.
    assert (Small : 2 * mu k * D / (gs * gs) <= e / 2).
    { apply Rmult_le_reg_r with (gs * gs); [exact G2 |]. replace (2 * mu k * D / (gs * gs) * (gs * gs)) with (2 * mu k * D) by (field; lra).
      apply Rle_trans with (2 * mu k * (e * (gs * gs) / (4 * (mu k + 1)))); [apply Rmult_le_compat_l; lra |].
      apply Rmult_le_reg_r with (mu k + 1); [lra |].
      replace (2 * mu k * (e * (gs * gs) / (4 * (mu k + 1))) * (mu k + 1)) with (mu k * (e * (gs * gs) / 2)) by (field; lra).
      replace (e / 2 * (gs * gs) * (mu k + 1)) with (mu k * (e * (gs * gs) / 2) + e * (gs * gs) / 2) by (field; lra).
      assert (0 < e * (gs * gs)) by (now apply Rmult_lt_0_compat). lra. }
    destruct (underload_converges D D0) as [N0 HN0].
    assert (Up : forall n, (N0 <= n)%nat -> gn n <= gs + D) by (intros n Hn; specialize (HN0 n Hn); apply Rabs_def2_le in HN0; lra).
    assert (Dn : forall n, (N0 <= n)%nat -> gs - D <= gn n) by (intros n Hn; specialize (HN0 n Hn); apply Rabs_def2_le in HN0; lra).
    destruct (units_lower k (gs + D) N0 (e / 2) Hk ltac:(lra) Up ltac:(lra)) as [N1 H1].
    destruct (units_upper k (gs - D) N0 (e / 2) Hk ltac:(lra) Dn ltac:(lra)) as [N2 H2].
    assert (Q1 : mu k / gs - mu k / (gs + D) <= e / 2).
    { apply Rle_trans with (2 * mu k * D / (gs * gs)); [| exact Small].
      replace (mu k / gs - mu k / (gs + D)) with (mu k * D * / (gs * (gs + D))) by (field; lra).
      replace (2 * mu k * D / (gs * gs)) with (mu k * D * (2 * / (gs * gs))) by (field; lra).
      apply Rmult_le_compat_l; [apply Rmult_le_pos; lra |].
      apply Rle_trans with (/ (gs * gs)); [apply Rinv_le_contravar; [exact G2 | apply Rmult_le_compat_l; lra] |].
      pose proof (Rinv_0_lt_compat _ G2). lra. }
    assert (Q2 : mu k / (gs - D) - mu k / gs <= e / 2).
    { apply Rle_trans with (2 * mu k * D / (gs * gs)); [| exact Small].
      replace (mu k / (gs - D) - mu k / gs) with (mu k * D * / (gs * (gs - D))) by (field; lra).
      replace (2 * mu k * D / (gs * gs)) with (mu k * D * / (gs * (gs / 2))) by (field; lra).
      apply Rmult_le_compat_l; [apply Rmult_le_pos; lra |].
      apply Rinv_le_contravar; [apply Rmult_lt_0_compat; lra | apply Rmult_le_compat_l; lra]. }
    exists (max N1 N2). intros n Hn. specialize (H1 n ltac:(lia)). specialize (H2 n ltac:(lia)).
    assert (R1 : Rmin (C k) (mu k / gs) - e / 2 <= Rmin (C k) (mu k / (gs + D))).
    { apply Rmin_glb; [pose proof (Rmin_l (C k) (mu k / gs)) | pose proof (Rmin_r (C k) (mu k / gs))]; lra. }
    assert (R2 : Rmin (C k) (mu k / (gs - D)) - e / 2 <= Rmin (C k) (mu k / gs)).
    { apply Rmin_glb; [pose proof (Rmin_l (C k) (mu k / (gs - D))) | pose proof (Rmin_r (C k) (mu k / (gs - D)))]; lra. }
    apply Rabs_le. lra.
  Qed.
End Underload.

(** The rest point exists. *)
Theorem rest_point_exists K (C mu : nat -> R) lam :
  (forall k, (k < K)%nat -> 0 <= C k) -> (forall k, (k < K)%nat -> 0 <= mu k) -> 0 < lam ->
  lam < rsum K (fun k => Rmin (C k) (mu k)) ->
  exists gs, 0 < gs < 1 /\ rsum K (fun k => Rmin (gs * C k) (mu k)) = lam.
Proof.
  intros HC Hm Hl HM. set (f := fun b => rsum K (fun k => Rmin (b * C k) (mu k)) - lam).
  set (L := rsum K C). assert (L0 : 0 <= L) by (now apply rsum_nonneg).
  assert (Mono : forall a b, a <= b -> f a <= f b /\ f b - f a <= L * (b - a)).
  { intros a b H. unfold f, L. split.
    - apply Rplus_le_compat_r. apply rsum_le. intros k Hk. pose proof (HC k Hk).
      assert (a * C k <= b * C k) by (now apply Rmult_le_compat_r).
      apply Rmin_glb; [pose proof (Rmin_l (a * C k) (mu k)); lra | apply Rmin_r].
    - replace (rsum K C * (b - a)) with (rsum K (fun k => (b - a) * C k)) by (rewrite rsum_scal; ring).
      assert (E : rsum K (fun k => Rmin (b * C k) (mu k)) <= rsum K (fun k => Rmin (a * C k) (mu k) + (b - a) * C k)).
      { apply rsum_le. intros k Hk. pose proof (HC k Hk).
        assert (0 <= (b - a) * C k) by (apply Rmult_le_pos; lra).
        unfold Rmin at 2. destruct (Rle_dec (a * C k) (mu k)).
        - pose proof (Rmin_l (b * C k) (mu k)). lra.
        - pose proof (Rmin_r (b * C k) (mu k)). lra. }
      rewrite (rsum_plus K (fun k => Rmin (a * C k) (mu k)) (fun k => (b - a) * C k)) in E. lra. }
  assert (Cont : continuity f).
  { intros x eps He. exists (eps / (L + 1)). split; [apply Rdiv_lt_0_compat; lra |].
    intros y [_ Hy]. simpl in *. unfold R_dist in *.
    assert (A : Rabs (f y - f x) <= L * Rabs (y - x)).
    { destruct (Rle_lt_dec x y) as [H | H].
      - destruct (Mono x y H). rewrite !Rabs_right by lra. lra.
      - destruct (Mono y x ltac:(lra)). rewrite (Rabs_left1 (f y - f x)) by lra. rewrite (Rabs_left1 (y - x)) by lra.
        replace (L * - (y - x)) with (L * (x - y)) by ring. lra. }
    apply Rle_lt_trans with (L * Rabs (y - x)); [exact A |].
    pose proof (Rabs_pos (y - x)).
    apply Rle_lt_trans with ((L + 1) * Rabs (y - x)); [lra |].
    apply Rmult_lt_reg_r with (/ (L + 1)); [apply Rinv_0_lt_compat; lra |].
    replace ((L + 1) * Rabs (y - x) * / (L + 1)) with (Rabs (y - x)) by (field; lra). exact Hy. }
  assert (F0 : f 0 < 0).
  { unfold f. assert (rsum K (fun k => Rmin (0 * C k) (mu k)) <= rsum K (fun _ => 0)).
    { apply rsum_le. intros k Hk. pose proof (Rmin_l (0 * C k) (mu k)). lra. }
    rewrite rsum_const in *. lra. }
  assert (F1 : 0 < f 1).
  { unfold f. rewrite (rsum_ext K (fun k => Rmin (1 * C k) (mu k)) (fun k => Rmin (C k) (mu k))); [lra |].
    intros k _. now rewrite Rmult_1_l. }
  destruct (IVT f 0 1 Cont ltac:(lra) F0 F1) as (gs & Hg & Eg).
  exists gs. split; [| unfold f in Eg; lra].
  destruct Hg as [[H0 | H0] [H1 | H1]]; subst; lra.
Qed.
