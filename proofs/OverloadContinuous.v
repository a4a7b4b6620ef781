(** * Overload in continuous time

    What is proved. The statement of Overload.v for T >= e·τ, ages per sink that change in any way, and demand that varies
    above M + ε: every queue comes within any η of its limit and stays there             [overload_converges_continuous]

    What it mirrors. `thm:convergence` of the paper above saturation; ts/sim/theory/convergence.test.ts.

    How. While some queue is η short of its limit it stays e^-2·η short for 2τ, by the key lemma, so that in the second τ
    the sum of all queues gains at least τ·min(ε, e^-2·η/T); and the sum is at most ΣQ*.                            *)
From Coq Require Import Reals Lra Lia Arith Classical.
From Backpressure Require Import SampledKey Sums ContinuousKey Overload.
Open Scope R_scope.

Section Many.
  Variables (K : nat) (tau T eps : R) (C mu : nat -> R) (lam : R -> R) (Q r : nat -> R -> R).
  Hypothesis tau_pos : 0 < tau.
  Hypothesis loop : exp 1 * tau <= T.
  Hypothesis eps_pos : 0 < eps.
  Hypothesis C_pos : forall k, (k < K)%nat -> 0 <= C k.
  Hypothesis mu_pos : forall k, (k < K)%nat -> 0 <= mu k.
  Hypothesis age : forall k t, (k < K)%nat -> 0 <= t -> 0 <= r k t <= tau.

  Definition uc k t := units T (C k) (Q k (t - r k t)).
  Definition Uc t := rsum K (fun k => uc k t).
  Definition Mc := rsum K (fun k => Rmin (C k) (mu k)).
  Definition gc t : R := if Rlt_dec (lam t) (Uc t) then lam t / Uc t else 1.
  Definition st k := qstar T (C k) (mu k).
  (** The right-hand side of the paper's equation (1). *)
  Definition rhs k t : R := if Req_EM_T (Q k t) 0 then Rmax 0 (uc k t * gc t - mu k) else uc k t * gc t - mu k.

  Hypothesis lam_pos : forall t, 0 <= lam t.
  Hypothesis overload : forall t, Mc + eps <= lam t.
  Hypothesis nonneg : forall k t, (k < K)%nat -> - tau <= t -> 0 <= Q k t.
  Hypothesis continuous : forall k t, (k < K)%nat -> - tau <= t -> continuity_pt (Q k) t.
  (** Equation (1), integrated: bounds of the rate bound the change, of one queue from above and of the sum from below. *)
  Hypothesis above : forall k s t v, (k < K)%nat -> 0 <= s <= t ->
    (forall x, s <= x <= t -> rhs k x <= v) -> Q k t <= Q k s + (t - s) * v.
  Hypothesis sum_below : forall s t v, 0 <= s <= t ->
    (forall x, s <= x <= t -> v <= rsum K (fun k => rhs k x)) -> rsum K (fun k => Q k s) + (t - s) * v <= rsum K (fun k => Q k t).
  Hypothesis start : forall k, (k < K)%nat -> Q k 0 <= st k.
  Hypothesis history : forall k x, (k < K)%nat -> - tau <= x <= 0 -> (st k - Q k x) * exp (x / tau) <= st k - Q k 0.

  Lemma Tp : 0 < T.
  Proof. pose proof (exp_pos 1). assert (0 < exp 1 * tau) by (now apply Rmult_lt_0_compat). lra. Qed.

  Lemma gc_range t : 0 <= gc t <= 1.
  Proof.
    unfold gc. destruct (Rlt_dec (lam t) (Uc t)) as [H | H]; [| lra].
    pose proof (lam_pos t). split.
    - apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra].
    - apply Rmult_le_reg_r with (Uc t); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  Qed.
  Lemma uc_nonneg k t : 0 <= uc k t. Proof. apply clamp_ge. Qed.
  Lemma uc_le k t : (k < K)%nat -> uc k t <= C k. Proof. intro; apply clamp_le; auto. Qed.

  Lemma rises k s t v : (k < K)%nat -> 0 <= s <= t -> 0 <= v ->
    (forall x, s <= x <= t -> uc k x * gc x - mu k <= v) -> Q k t <= Q k s + (t - s) * v.
  Proof.
    intros Hk Hst Hv H. apply above; auto. intros x Hx. unfold rhs. specialize (H x Hx).
    destruct (Req_EM_T (Q k x) 0); [apply Rmax_lub; lra | lra].
  Qed.

  Lemma idle k t : (k < K)%nat -> C k <= mu k -> 0 <= t -> Q k t = 0.
  Proof.
    intros Hk HC Ht. pose proof (nonneg k t Hk ltac:(lra)). pose proof (start k Hk) as S0.
    unfold st, qstar in S0. rewrite Rmax_left in S0 by lra.
    pose proof (rises k 0 t 0 Hk ltac:(lra) ltac:(lra)) as R1.
    assert (Q k t <= Q k 0 + (t - 0) * 0); [| lra]. apply R1. intros x Hx.
    pose proof (gc_range x). pose proof (uc_nonneg k x). pose proof (uc_le k x Hk).
    assert (uc k x * gc x <= uc k x * 1) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Lemma below_star k t : (k < K)%nat -> 0 <= t -> Q k t <= st k.
  Proof.
    intros Hk Ht. destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
    - apply (key_lemma_continuous tau T (C k) (mu k) (Q k) (r k) gc); auto.
      + intros; apply gc_range.
      + intros s t' v Hst Hv H. now apply rises.
      + now apply start.
      + intros x Hx. now apply (history k x).
    - rewrite idle by auto. unfold st, qstar. rewrite Rmax_left by lra. lra.
  Qed.

  (** Once short, short for a while. *)
  Lemma stays_short k s t : (k < K)%nat -> 0 <= s <= t -> (st k - Q k s) * exp (s / tau) <= (st k - Q k t) * exp (t / tau).
  Proof.
    intros Hk Hst. destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
    - apply (z_rises tau T (fun x => st k - Q k x) tau_pos loop).
      + intros x Hx. apply continuity_pt_minus; [apply continuity_pt_const; now intros ? ? | now apply continuous].
      + intros s' t' v H1 H2 H3. apply (sink_slope tau T (C k) (mu k) (Q k) (r k) gc); auto.
        * intros; apply gc_range.
        * intros a b w Hab Hw H. now apply rises.
      + intros x Hx. now apply (history k x).
      + pose proof (start k Hk). lra.
      + lra.
      + lra.
    - rewrite !idle by (auto; lra). unfold st, qstar. rewrite Rmax_left by lra. lra.
  Qed.

  (** At full pay a queue rises by its delayed distance over T. *)
  Lemma rhs_full k x : (k < K)%nat -> tau <= x -> Uc x <= lam x -> (st k - Q k (x - r k x)) / T <= rhs k x /\ 0 <= rhs k x.
  Proof.
    intros Hk Hx Hfull. pose proof Tp as HT. pose proof (age k x Hk ltac:(lra)) as A.
    assert (G : gc x = 1) by (unfold gc; destruct (Rlt_dec (lam x) (Uc x)); lra).
    pose proof (below_star k (x - r k x) Hk ltac:(lra)) as B. pose proof (nonneg k (x - r k x) Hk ltac:(lra)) as P.
    destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
    - assert (E : uc k x - mu k = (st k - Q k (x - r k x)) / T).
      { unfold uc, units, clamp, st, qstar in *. rewrite (Rmax_right 0 (C k - mu k)) in * by lra.
        set (q := Q k (x - r k x)) in *.
        assert (q / T <= C k - mu k).
        { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
        assert (0 <= q / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
        pose proof (mu_pos k Hk). rewrite Rmin_left by lra. rewrite Rmax_right by lra. field. lra. }
      assert (N : 0 <= (st k - Q k (x - r k x)) / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
      unfold rhs. rewrite G, Rmult_1_r.
      destruct (Req_EM_T (Q k x) 0); [pose proof (Rmax_r 0 (uc k x - mu k)) |]; lra.
    - rewrite (idle k (x - r k x)) by (auto; lra). unfold rhs. rewrite (idle k x) by (auto; lra).
      destruct (Req_EM_T 0 0) as [_ | N]; [| now destruct N].
      unfold st, qstar. rewrite (Rmax_left 0 (C k - mu k)) by lra.
      replace ((T * 0 - 0) / T) with 0 by (field; lra). split; apply Rmax_l.
  Qed.

  (** Below full pay the sum rises by lambda less what is served. *)
  Lemma rhs_short x : 0 <= x -> lam x < Uc x -> eps <= rsum K (fun k => rhs k x).
  Proof.
    intros Hx Hs.
    assert (G : gc x * Uc x = lam x).
    { unfold gc. destruct (Rlt_dec (lam x) (Uc x)) as [_ | N]; [| lra]. pose proof (lam_pos x). field. lra. }
    apply Rle_trans with (rsum K (fun k => uc k x * gc x - Rmin (C k) (mu k))).
    - rewrite rsum_minus. fold Mc.
      assert (E : rsum K (fun k => uc k x * gc x) = lam x).
      { rewrite <- G. unfold Uc. rewrite <- rsum_scal. apply rsum_ext. intros; ring. }
      rewrite E. pose proof (overload x). lra.
    - apply rsum_le. intros k Hk. pose proof (gc_range x). pose proof (uc_nonneg k x). pose proof (uc_le k x Hk).
      unfold rhs. destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
      + rewrite Rmin_right by lra. destruct (Req_EM_T (Q k x) 0); [apply Rmax_r | lra].
      + rewrite Rmin_left by lra. rewrite (idle k x) by auto. destruct (Req_EM_T 0 0) as [_ | N]; [| now destruct N].
        assert (uc k x * gc x <= uc k x * 1) by (apply Rmult_le_compat_l; lra). pose proof (Rmax_l 0 (uc k x * gc x - mu k)). lra.
  Qed.

  Definition S t := rsum K (fun k => Q k t).

  Lemma term_le_sum f k : (k < K)%nat -> (forall i, (i < K)%nat -> 0 <= f i) -> f k <= rsum K f.
  Proof.
    clear. induction K as [| n IH]; intros Hk H; [lia |]. simpl.
    destruct (Nat.eq_dec k n) as [-> | Hne].
    - assert (0 <= rsum n f) by (apply rsum_nonneg; intros; apply H; lia). lra.
    - pose proof (IH ltac:(lia) ltac:(intros; apply H; lia)). pose proof (H n ltac:(lia)). lra.
  Qed.

  Lemma S_rises s t : tau <= s <= t -> S s <= S t.
  Proof.
    intro H. pose proof (sum_below s t 0 ltac:(lra)) as B.
    assert (rsum K (fun k => Q k s) + (t - s) * 0 <= rsum K (fun k => Q k t)); [| unfold S; lra]. apply B.
    intros x Hx. destruct (Rlt_le_dec (lam x) (Uc x)) as [Hs | Hs].
    - pose proof (rhs_short x ltac:(lra) Hs). lra.
    - apply rsum_nonneg. intros k Hk. apply rhs_full; auto; lra.
  Qed.

  Definition gain eta := tau * Rmin eps (eta * exp (- 2) / T).

  Lemma gain_pos eta : 0 < eta -> 0 < gain eta.
  Proof.
    intro H. apply Rmult_lt_0_compat; [exact tau_pos |]. apply Rmin_glb_lt; [exact eps_pos |].
    apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [lra | apply exp_pos] | apply Tp].
  Qed.

  Lemma S_gains k t eta : (k < K)%nat -> tau <= t -> 0 < eta -> eta <= st k - Q k t -> S (t + tau) + gain eta <= S (t + 2 * tau).
  Proof.
    intros Hk Ht He Hshort. pose proof Tp as HT.
    pose proof (sum_below (t + tau) (t + 2 * tau) (Rmin eps (eta * exp (- 2) / T)) ltac:(lra)) as B.
    replace (t + 2 * tau - (t + tau)) with tau in B by ring. unfold S, gain. apply B. intros x Hx.
    destruct (Rlt_le_dec (lam x) (Uc x)) as [Hs | Hs].
    - apply Rle_trans with eps; [apply Rmin_l | now apply rhs_short; [lra |]].
    - apply Rle_trans with (rhs k x).
      2: { apply (term_le_sum (fun i => rhs i x)); [exact Hk |]. intros i Hi. apply rhs_full; auto; lra. }
      apply Rle_trans with (eta * exp (- 2) / T); [apply Rmin_r |].
      apply Rle_trans with ((st k - Q k (x - r k x)) / T); [| apply rhs_full; auto; lra].
      apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat |].
      pose proof (age k x Hk ltac:(lra)) as A. set (w := x - r k x) in *.
      pose proof (stays_short k t w Hk ltac:(unfold w; lra)) as Z.
      assert (Y : (st k - Q k t) * exp (- ((w - t) / tau)) <= st k - Q k w).
      { apply Rmult_le_reg_r with (exp (w / tau)); [apply exp_pos |].
        rewrite Rmult_assoc, <- exp_plus. replace (- ((w - t) / tau) + w / tau) with (t / tau) by (field; lra). exact Z. }
      assert (D : (w - t) / tau <= 2).
      { apply Rmult_le_reg_r with tau; [exact tau_pos |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. unfold w; lra. }
      apply Rle_trans with ((st k - Q k t) * exp (- ((w - t) / tau))); [| exact Y].
      apply Rmult_le_compat; [lra | left; apply exp_pos | exact Hshort | apply exp_le; lra].
  Qed.

  Lemma S_bounded t : 0 <= t -> S t <= rsum K st.
  Proof. intro H. apply rsum_le. intros k Hk. now apply below_star. Qed.

  Lemma finally_close eta : 0 < eta -> forall b t0, tau <= t0 -> rsum K st - S t0 < INR b * gain eta ->
    exists N, t0 <= N /\ forall k t, (k < K)%nat -> N <= t -> st k - Q k t < eta.
  Proof.
    intro He. induction b as [| b IH]; intros t0 Ht0 Hb.
    - simpl in Hb. pose proof (S_bounded t0 ltac:(lra)). lra.
    - destruct (classic (exists k t, (k < K)%nat /\ t0 <= t /\ eta <= st k - Q k t)) as [(k & t & Hk & Ht & Hs) | None].
      + pose proof (S_gains k t eta Hk ltac:(lra) He Hs) as G.
        pose proof (S_rises t0 (t + tau) ltac:(lra)) as R1. rewrite S_INR in Hb.
        destruct (IH (t + 2 * tau) ltac:(lra) ltac:(lra)) as (N & HN & Close).
        exists N. split; [lra | exact Close].
      + exists t0. split; [lra |]. intros k t Hk Ht. apply Rnot_le_lt. intro Bad. apply None. now exists k, t.
  Qed.

  Theorem overload_converges_continuous : forall eta, 0 < eta -> exists N, forall k t, (k < K)%nat -> N <= t ->
    0 <= st k - Q k t < eta.
  Proof.
    intros eta He. destruct (archimedes (gain eta) (rsum K st - S tau) (gain_pos eta He)) as [b Hb].
    destruct (finally_close eta He b tau ltac:(lra) Hb) as (N & HN & Close).
    exists N. intros k t Hk Ht. split; [pose proof (below_star k t Hk ltac:(lra)); lra | now apply Close].
  Qed.
End Many.
