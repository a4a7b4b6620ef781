(** * The key lemma in continuous time

    What is proved. Reports up to τ old, of ages that change in any way, and any g(t) in [0,1]. If T >= e·τ, then
    Q(t) <= Q* = T·(C - μ)⁺ for ever                                                       [key_lemma_continuous]
    and u(t) >= μ for ever, where C >= μ                                             [key_lemma_continuous_units]

    What it mirrors. `thm:key` of the paper; ts/sim/theory/singleSink.test.ts.

    What it assumes. Constant C and μ, exact units, and a history that approaches Q* no faster than e^(t/τ). Nothing is
    differentiated: of the differential equation only its integrated form is used, "if the rate is at most v >= 0 all the
    time from s to t then the queue rises by at most (t - s)·v".                                                      *)
From Coq Require Import Reals Lra Lia Arith.
From Backpressure Require Import SampledKey.
Open Scope R_scope.

Section Scalar.
  Variables (tau T : R) (y : R -> R).
  Hypothesis tau_pos : 0 < tau.
  Hypothesis loop : exp 1 * tau <= T.
  Hypothesis continuous : forall t, - tau <= t -> continuity_pt y t.
  (** y' >= - max(0, y(t - r)) / T with any ages 0 <= r <= tau, integrated. *)
  Hypothesis slope : forall s t k, 0 <= s <= t -> 0 <= k -> (forall x, s - tau <= x <= t -> y x <= k) ->
    y s - (t - s) / T * k <= y t.
  (** History: at time x < 0, y was at most y(0) e^(|x| / tau). A constant or a falling Q has it; what matters is that
      the queue did not rise faster than the lemma itself allows. *)
  Hypothesis history : forall x, - tau <= x <= 0 -> y x * exp (x / tau) <= y 0.
  Hypothesis start : 0 <= y 0.

  Let z x := y x * exp (x / tau).

  Lemma T_pos' : 0 < T.
  Proof. pose proof (exp_pos 1). assert (0 < exp 1 * tau) by (now apply Rmult_lt_0_compat). lra. Qed.

  Lemma z0 : z 0 = y 0.
  Proof. unfold z. replace (0 / tau) with 0 by (field; lra). rewrite exp_0. ring. Qed.

  Lemma z_cont t : - tau <= t -> continuity_pt z t.
  Proof.
    intro H. apply continuity_pt_mult; [now apply continuous |].
    apply (continuity_pt_comp (fun x => x / tau) exp).
    - apply derivable_continuous_pt. apply derivable_pt_mult; [apply derivable_pt_id | apply derivable_pt_const].
    - apply derivable_continuous_pt. apply derivable_pt_exp.
  Qed.

  Lemma exp_le a b : a <= b -> exp a <= exp b.
  Proof. intros [H | ->]; [left; now apply exp_increasing | lra]. Qed.
  Lemma exp_ge a : 1 + a <= exp a.
  Proof. destruct (Req_dec a 0) as [-> | H]; [rewrite exp_0; lra | left; now apply exp_ineq1]. Qed.

  Lemma y_of_z x : y x = z x * exp (- (x / tau)).
  Proof. unfold z. rewrite Rmult_assoc, <- exp_plus. replace (x / tau + - (x / tau)) with 0 by ring. rewrite exp_0. ring. Qed.

  (** From s to t, with m above all z so far. *)
  Lemma one_step s t m : 0 <= s <= t -> 0 <= m -> (forall x, - tau <= x <= t -> z x <= m) ->
    exp ((t - s) / tau) * (z s - (t - s) / tau * m) <= z t.
  Proof.
    intros Hst Hm Hz. pose proof T_pos' as HT.
    set (k := m * (exp 1 * exp (- (s / tau)))).
    assert (P1 : 0 < exp 1) by apply exp_pos. assert (Ps : 0 < exp (- (s / tau))) by apply exp_pos.
    assert (Hk : 0 <= k) by (unfold k; repeat apply Rmult_le_pos; lra).
    assert (Y : forall x, s - tau <= x <= t -> y x <= k).
    { intros x Hx. rewrite y_of_z. apply Rle_trans with (m * exp (- (x / tau))).
      - apply Rmult_le_compat_r; [left; apply exp_pos | apply Hz; lra].
      - unfold k. apply Rmult_le_compat_l; [exact Hm |]. rewrite <- exp_plus. apply exp_le.
        assert (E : 1 + - (s / tau) - - (x / tau) = (x - (s - tau)) / tau) by (field; lra).
        assert (0 <= (x - (s - tau)) / tau) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]). lra. }
    pose proof (slope s t k Hst Hk Y) as S.
    assert (L : (t - s) / T * k <= (t - s) / tau * m * exp (- (s / tau))).
    { unfold k. replace ((t - s) / T * (m * (exp 1 * exp (- (s / tau))))) with (((t - s) * m * exp (- (s / tau))) * (exp 1 / T)) by (field; lra).
      replace ((t - s) / tau * m * exp (- (s / tau))) with (((t - s) * m * exp (- (s / tau))) * (/ tau)) by (field; lra).
      apply Rmult_le_compat_l; [repeat apply Rmult_le_pos; lra |].
      apply Rmult_le_reg_r with (T * tau); [now apply Rmult_lt_0_compat |].
      replace (exp 1 / T * (T * tau)) with (exp 1 * tau) by (field; lra).
      replace (/ tau * (T * tau)) with T by (field; lra). exact loop. }
    assert (Y2 : exp (- (s / tau)) * (z s - (t - s) / tau * m) <= y t).
    { replace (exp (- (s / tau)) * (z s - (t - s) / tau * m)) with (z s * exp (- (s / tau)) - (t - s) / tau * m * exp (- (s / tau))) by ring.
      rewrite <- y_of_z. lra. }
    unfold z at 2. replace (exp ((t - s) / tau)) with (exp (- (s / tau)) * exp (t / tau)).
    - replace (exp (- (s / tau)) * exp (t / tau) * (z s - (t - s) / tau * m)) with
        (exp (- (s / tau)) * (z s - (t - s) / tau * m) * exp (t / tau)) by ring.
      apply Rmult_le_compat_r; [left; apply exp_pos | exact Y2].
    - rewrite <- exp_plus. f_equal. field; lra.
  Qed.

  (** The loss over a short step is of second order. *)
  Lemma second_order x m : 0 <= x <= 1 -> 0 <= m -> m - x * x * m <= exp x * (m - x * m).
  Proof.
    intros Hx Hm. pose proof (exp_ge x). 
    replace (m - x * x * m) with ((1 + x) * (m - x * m)) by ring. apply Rmult_le_compat_r; [| lra].
    replace (m - x * m) with ((1 - x) * m) by ring. apply Rmult_le_pos; lra.
  Qed.

  Section Grid.
    Variables (D v B : R).   (* step; step over tau; a bound of z *)
    Hypothesis D_pos : 0 <= D.
    Hypothesis v_def : v = D / tau.
    Hypothesis v_small : v <= 1.

    Definition err (n : nat) := INR n * (v * v * B) * exp (INR n * v).

    Lemma v_pos : 0 <= v.
    Proof. rewrite v_def. apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]. Qed.

    Lemma err_step n : 0 <= B -> exp v * err n + v * v * B <= err (S n).
    Proof.
      intro HB. unfold err. rewrite S_INR.
      replace ((INR n + 1) * v) with (v + INR n * v) by ring. rewrite exp_plus.
      pose proof v_pos as V. pose proof (pos_INR n) as N.
      assert (E : 1 <= exp v * exp (INR n * v)).
      { rewrite <- exp_plus. assert (0 <= INR n * v) by (now apply Rmult_le_pos). pose proof (exp_ge (v + INR n * v)). lra. }
      assert (P : 0 <= v * v * B) by (repeat apply Rmult_le_pos; lra).
      assert (v * v * B * 1 <= v * v * B * (exp v * exp (INR n * v))) by (now apply Rmult_le_compat_l).
      lra.
    Qed.

    Lemma grid : forall n, (forall x, - tau <= x <= INR n * D -> z x <= B) ->
      forall x, - tau <= x <= INR n * D -> z x <= z (INR n * D) + err n.
    Proof.
      pose proof v_pos as V.
      induction n as [| n IH]; intros HB x Hx.
      - unfold err. simpl INR in *. rewrite !Rmult_0_l. rewrite Rplus_0_r. rewrite z0. apply history. lra.
      - set (t := INR n * D) in *. assert (En : INR (S n) * D = t + D) by (unfold t; rewrite S_INR; ring).
        rewrite En in *. assert (t0 : 0 <= t) by (unfold t; apply Rmult_le_pos; [apply pos_INR | exact D_pos]).
        destruct (continuity_ab_maj z 0 (t + D) ltac:(lra)) as (s & Max & Hs).
        { intros c Hc. apply z_cont. lra. }
        assert (m0 : z 0 <= z s) by (apply Max; lra). rewrite z0 in m0.
        assert (All : forall w, - tau <= w <= t + D -> z w <= z s).
        { intros w Hw. destruct (Rle_lt_dec w 0) as [Hw0 | Hw0]; [| apply Max; lra].
          apply Rle_trans with (y 0); [apply history; lra | exact m0]. }
        assert (mB : z s <= B) by (apply HB; lra).
        assert (B0 : 0 <= B) by lra.
        pose proof (err_step n B0) as Er.
        apply Rle_trans with (z s); [now apply All |].
        destruct (Rle_lt_dec t s) as [Hts | Hts].
        + pose proof (one_step s (t + D) (z s) ltac:(lra) ltac:(lra) All) as O.
          set (w := (t + D - s) / tau) in *.
          assert (w0 : 0 <= w) by (unfold w; apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
          assert (wv : w <= v) by (rewrite v_def; unfold w; apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | lra]).
          pose proof (second_order w (z s) ltac:(lra) ltac:(lra)) as S2.
          assert (w * w * z s <= v * v * B) by (repeat apply Rmult_le_compat; try lra; apply Rmult_le_pos; lra).
          assert (0 <= exp v * err n).
          { unfold err. repeat apply Rmult_le_pos; try lra; try (left; apply exp_pos); apply pos_INR. }
          lra.
        + assert (I : z s <= z t + err n) by (apply IH; [intros w Hw; apply HB; lra | lra]).
          pose proof (one_step t (t + D) (z s) ltac:(lra) ltac:(lra) All) as O.
          replace ((t + D - t) / tau) with v in O by (rewrite v_def; field; lra).
          pose proof (second_order v (z s) ltac:(lra) ltac:(lra)) as S2.
          assert (exp v * (z s - v * z s) <= exp v * (z t - v * z s) + exp v * err n).
          { rewrite <- Rmult_plus_distr_l. apply Rmult_le_compat_l; [left; apply exp_pos | lra]. }
          assert (v * v * z s <= v * v * B) by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra | exact mB]).
          lra.
    Qed.
  End Grid.

  Lemma some_nat r : exists n : nat, r < INR n /\ (0 < n)%nat.
  Proof.
    exists (S (Z.to_nat (up r))). split; [| lia]. destruct (archimed r) as [A _].
    rewrite S_INR, INR_IZR_INZ. assert (IZR (up r) <= IZR (Z.of_nat (Z.to_nat (up r)))) by (apply IZR_le; lia). lra.
  Qed.

  (** z never falls, and it is never below its history: the hypothesis on the history holds again at every later time. *)
  Lemma z_rises x t : 0 <= t -> - tau <= x <= t -> y x * exp (x / tau) <= y t * exp (t / tau).
  Proof.
    intros Ht Hx. fold (z x) (z t).
    destruct (Rle_lt_dec (z x) (z t)) as [? | Bad]; [assumption | exfalso].
    destruct (continuity_ab_maj z (- tau) t ltac:(lra)) as (s & Max & Hs).
    { intros c Hc. apply z_cont. lra. }
    set (B := z s) in *.
    assert (B0 : 0 <= B) by (apply Rle_trans with (z 0); [rewrite z0; exact start | apply Max; lra]).
    set (A := t / tau). assert (A0 : 0 <= A) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    set (G := A * A * B * exp A). assert (eA : 0 <= exp A) by (left; apply exp_pos). assert (AA : 0 <= A * A) by (now apply Rmult_le_pos).
    assert (G0 : 0 <= G) by (unfold G; apply Rmult_le_pos; [now apply Rmult_le_pos | exact eA]).
    set (gap := z x - z t) in *. assert (gap0 : 0 < gap) by (unfold gap; lra).
    destruct (some_nat (A + G / gap)) as (N & HN & N0).
    assert (HG : 0 <= G / gap) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    assert (N1 : 0 < INR N) by (apply lt_0_INR; lia).
    assert (EN : INR N * (t / INR N) = t) by (field; lra).
    pose proof (grid (t / INR N) (A / INR N) B) as Gr.
    specialize (Gr ltac:(apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat])).
    specialize (Gr ltac:(unfold A; field; lra)).
    assert (Small : A / INR N <= 1).
    { apply Rmult_le_reg_r with (INR N); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    specialize (Gr Small N). rewrite EN in Gr.
    specialize (Gr ltac:(intros w Hw; apply Max; lra) x Hx).
    assert (E : err (A / INR N) B N = G / INR N).
    { unfold err, G. replace (INR N * (A / INR N)) with A by (field; lra). field; lra. }
    rewrite E in Gr.
    assert (Lt : G / INR N < gap).
    { apply Rmult_lt_reg_r with (INR N); [lra |]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra.
      assert (G / gap * gap < INR N * gap) by (apply Rmult_lt_compat_r; lra).
      replace (G / gap * gap) with G in * by (field; lra). lra. }
    unfold gap in *. lra.
  Qed.

  Lemma y_stays_above t : 0 <= t -> y 0 * exp (- (t / tau)) <= y t.
  Proof.
    intro Ht. pose proof (z_rises 0 t Ht ltac:(lra)) as Z. replace (0 / tau) with 0 in Z by (field; lra).
    rewrite exp_0, Rmult_1_r in Z.
    replace (y t) with (y t * exp (t / tau) * exp (- (t / tau))).
    - apply Rmult_le_compat_r; [left; apply exp_pos | exact Z].
    - rewrite Rmult_assoc, <- exp_plus. replace (t / tau + - (t / tau)) with 0 by ring. rewrite exp_0. ring.
  Qed.

  Lemma y_stays_nonneg t : 0 <= t -> 0 <= y t.
  Proof.
    intro Ht. apply Rle_trans with (y 0 * exp (- (t / tau))); [| now apply y_stays_above].
    apply Rmult_le_pos; [exact start | left; apply exp_pos].
  Qed.
End Scalar.

Section Sink.
  Variables (tau T C mu : R) (Q r g : R -> R).
  Hypothesis tau_pos : 0 < tau.
  Hypothesis loop : exp 1 * tau <= T.
  Hypothesis C_gt : mu < C.
  Hypothesis mu_pos : 0 <= mu.
  Hypothesis age : forall t, 0 <= t -> 0 <= r t <= tau.
  Hypothesis g_range : forall t, 0 <= t -> 0 <= g t <= 1.
  Hypothesis nonneg : forall t, - tau <= t -> 0 <= Q t.
  Hypothesis continuous : forall t, - tau <= t -> continuity_pt Q t.
  (** Q' <= max(0, u g - mu), integrated. *)
  Hypothesis rises : forall s t v, 0 <= s <= t -> 0 <= v ->
    (forall x, s <= x <= t -> units T C (Q (x - r x)) * g x - mu <= v) -> Q t <= Q s + (t - s) * v.
  Hypothesis start : Q 0 <= qstar T C mu.
  Hypothesis history : forall x, - tau <= x <= 0 -> (qstar T C mu - Q x) * exp (x / tau) <= qstar T C mu - Q 0.

  Lemma T_pos_sink : 0 < T.
  Proof. pose proof (exp_pos 1). assert (0 < exp 1 * tau) by (now apply Rmult_lt_0_compat). lra. Qed.

  Lemma sink_slope s t k : 0 <= s <= t -> 0 <= k -> (forall x, s - tau <= x <= t -> qstar T C mu - Q x <= k) ->
    (qstar T C mu - Q s) - (t - s) / T * k <= qstar T C mu - Q t.
  Proof.
    intros Hst Hk Hy. pose proof T_pos_sink as HT.
    assert (kT : 0 <= k / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    pose proof (rises s t (k / T) Hst kT) as Rs.
    assert (E : (t - s) / T * k = (t - s) * (k / T)) by (field; lra). rewrite E.
    assert (Q t <= Q s + (t - s) * (k / T)); [| lra].
    apply Rs. intros x Hx. pose proof (age x ltac:(lra)) as A. pose proof (g_range x ltac:(lra)) as G.
    pose proof (units_le T C mu HT mu_pos (Q (x - r x)) ltac:(lra) (nonneg (x - r x) ltac:(lra))) as U.
    pose proof (clamp_ge (C - Q (x - r x) / T) 0 C) as U0. fold (units T C (Q (x - r x))) in U0.
    pose proof (Hy (x - r x) ltac:(lra)) as Y.
    assert (Rmax 0 (qstar T C mu - Q (x - r x)) / T <= k / T).
    { apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | apply Rmax_lub; lra]. }
    assert (units T C (Q (x - r x)) * g x <= units T C (Q (x - r x)) * 1) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Theorem key_lemma_continuous t : 0 <= t -> Q t <= qstar T C mu.
  Proof.
    intro Ht.
    pose proof (y_stays_nonneg tau T (fun x => qstar T C mu - Q x) tau_pos loop) as N. cbv beta in N.
    assert (0 <= qstar T C mu - Q t); [| lra]. apply N; auto.
    - intros x Hx. apply continuity_pt_minus; [apply continuity_pt_const; now intros ? ? | now apply continuous].
    - intros; now apply sink_slope.
    - lra.
  Qed.

  Theorem key_lemma_continuous_units t : 0 <= t -> mu <= units T C (Q t).
  Proof.
    intro Ht. pose proof (key_lemma_continuous t Ht) as Kq. pose proof (nonneg t ltac:(lra)) as P. pose proof T_pos_sink as HT.
    unfold qstar in Kq. rewrite Rmax_right in Kq by lra.
    assert (Q t / T <= C - mu).
    { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    unfold units, clamp. apply Rle_trans with (Rmin (C - Q t / T) C); [apply Rmin_glb; lra | apply Rmax_r].
  Qed.
End Sink.
