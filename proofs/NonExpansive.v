(** * Two trajectories never part

    What is proved. Any number of sinks, reports without delay, h <= T. The map of one epoch keeps the order of states
    [F_monotone], and for any sequence of demands, however it changes,

      Σ |Q_k - Q'_k|   never grows                                                          [trajectories_never_part]

    It does not shrink either, in general: the map is non-expansive, not a contraction.

    What it mirrors. `thm:convergence` of the paper, sampled; ts/sim/theory/convergence.test.ts.

    How. Between ordered states the sum of differences cannot grow, since together the sinks are paid min(λ, U); any two
    states lie below their larger one.                                                                               *)
From Coq Require Import Reals Lra Lia Arith.
From Backpressure Require Import SampledKey Sums.
Open Scope R_scope.

Section Map.
  Variables (K : nat) (h T lam : R) (C mu : nat -> R).
  Hypothesis h_pos : 0 <= h.
  Hypothesis T_pos : 0 < T.
  Hypothesis h_le_T : h <= T.
  Hypothesis lam_pos : 0 <= lam.
  Hypothesis C_pos : forall k, (k < K)%nat -> 0 <= C k.

  Definition uu (q : nat -> R) k := units T (C k) (q k).
  Definition UU q := rsum K (uu q).
  Definition gg q : R := if Rlt_dec lam (UU q) then lam / UU q else 1.
  Definition F (q : nat -> R) k : R := Rmax 0 (q k + h * (uu q k * gg q - mu k)).

  Lemma uu_nonneg q k : 0 <= uu q k. Proof. apply clamp_ge. Qed.
  Lemma UU_nonneg q : 0 <= UU q. Proof. apply rsum_nonneg; intros; apply uu_nonneg. Qed.

  Lemma gg_range q : 0 <= gg q <= 1.
  Proof.
    unfold gg. destruct (Rlt_dec lam (UU q)) as [H | H]; [| lra]. split.
    - apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra].
    - apply Rmult_le_reg_r with (UU q); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  Qed.

  (** What the sinks are paid together is min(lambda, U). *)
  Lemma paid q : rsum K (fun k => uu q k * gg q) = Rmin lam (UU q).
  Proof.
    assert (E : rsum K (fun k => uu q k * gg q) = gg q * UU q).
    { unfold UU. rewrite <- rsum_scal. apply rsum_ext. intros; ring. }
    rewrite E. unfold gg. destruct (Rlt_dec lam (UU q)) as [H | H].
    - rewrite Rmin_left by lra. field. lra.
    - rewrite Rmin_right by lra. ring.
  Qed.

  Definition le_on (q r : nat -> R) := forall k, (k < K)%nat -> q k <= r k.

  (** Units fall with the queue, by at most 1/T of it. *)
  Lemma uu_lip q r k : q k <= r k -> 0 <= uu q k - uu r k <= (r k - q k) / T.
  Proof.
    intro H. unfold uu, units, clamp.
    assert (E : (r k - q k) / T = r k / T - q k / T) by (field; lra).
    assert (P : q k / T <= r k / T) by (apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | exact H]).
    rewrite E.
    assert (S : forall v w c, w <= v -> 0 <= Rmax 0 (Rmin v c) - Rmax 0 (Rmin w c) <= v - w).
    { intros v w c L. unfold Rmin. destruct (Rle_dec v c); destruct (Rle_dec w c); unfold Rmax;
        repeat match goal with |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b) end; lra. }
    pose proof (S (C k - q k / T) (C k - r k / T) (C k) ltac:(lra)). lra.
  Qed.

  Lemma UU_le q r : le_on q r -> UU r <= UU q.
  Proof. intro H. apply rsum_le. intros k Hk. pose proof (uu_lip q r k (H k Hk)). lra. Qed.

  Lemma gg_le q r : le_on q r -> gg q <= gg r.
  Proof.
    intro H. pose proof (UU_le q r H) as L. pose proof (gg_range q). 
    unfold gg at 2. destruct (Rlt_dec lam (UU r)) as [H1 | H1]; [| lra].
    unfold gg. destruct (Rlt_dec lam (UU q)) as [H2 | H2]; [| lra].
    apply Rmult_le_compat_l; [lra |]. apply Rinv_le_contravar; lra.
  Qed.

  (** The queue before reflection. *)
  Definition raw q k := q k + h * (uu q k * gg q - mu k).

  Lemma raw_monotone q r k : le_on q r -> (k < K)%nat -> raw q k <= raw r k.
  Proof.
    intros H Hk. pose proof (uu_lip q r k (H k Hk)) as [L0 L]. pose proof (gg_le q r H) as G.
    pose proof (gg_range q) as Gq. pose proof (uu_nonneg r k) as Ur.
    assert (A : uu q k * gg q - uu r k * gg r <= uu q k - uu r k).
    { assert (uu r k * gg q <= uu r k * gg r) by (apply Rmult_le_compat_l; lra).
      assert ((uu q k - uu r k) * gg q <= (uu q k - uu r k) * 1) by (apply Rmult_le_compat_l; lra). lra. }
    assert (B : h * (uu q k * gg q - uu r k * gg r) <= r k - q k).
    { apply Rle_trans with (h * ((r k - q k) / T)); [apply Rmult_le_compat_l; lra |].
      apply Rle_trans with (T * ((r k - q k) / T)); [apply Rmult_le_compat_r; lra | right; field; lra]. }
    unfold raw. lra.
  Qed.

  Theorem F_monotone q r : le_on q r -> le_on (F q) (F r).
  Proof.
    intros H k Hk. pose proof (raw_monotone q r k H Hk). unfold F. fold (raw q k) (raw r k).
    apply Rmax_lub; [apply Rmax_l |]. apply Rle_trans with (raw r k); [assumption | apply Rmax_r].
  Qed.

  (** Between ordered states the total difference never grows. *)
  Lemma F_sum q r : le_on q r -> rsum K (fun k => F r k - F q k) <= rsum K (fun k => r k - q k).
  Proof.
    intro H. apply Rle_trans with (rsum K (fun k => raw r k - raw q k)).
    - apply rsum_le. intros k Hk. pose proof (raw_monotone q r k H Hk). unfold F. fold (raw q k) (raw r k).
      unfold Rmax; destruct (Rle_dec 0 (raw r k)); destruct (Rle_dec 0 (raw q k)); lra.
    - assert (E : forall s, rsum K (fun k => raw s k) = rsum K s + h * (Rmin lam (UU s) - rsum K mu)).
      { intro s. rewrite <- paid. unfold raw. rewrite rsum_plus, rsum_scal, rsum_minus. reflexivity. }
      rewrite !rsum_minus. change (rsum K (raw r)) with (rsum K (fun k => raw r k)). 
      change (rsum K (raw q)) with (rsum K (fun k => raw q k)). rewrite !E. pose proof (UU_le q r H) as L.
      assert (Rmin lam (UU r) <= Rmin lam (UU q)).
      { apply Rmin_glb; [apply Rmin_l |]. apply Rle_trans with (UU r); [apply Rmin_r | exact L]. }
      assert (h * (Rmin lam (UU r) - rsum K mu) <= h * (Rmin lam (UU q) - rsum K mu)) by (apply Rmult_le_compat_l; lra).
      lra.
  Qed.

  Definition dist (q r : nat -> R) := rsum K (fun k => Rabs (q k - r k)).

  (** Through the larger of the two states (Crandall and Tartar). *)
  Lemma F_nonexpansive q r : dist (F q) (F r) <= dist q r.
  Proof.
    set (s := fun k => Rmax (q k) (r k)).
    assert (Hq : le_on q s) by (intros k _; apply Rmax_l).
    assert (Hr : le_on r s) by (intros k _; apply Rmax_r).
    apply Rle_trans with (rsum K (fun k => (F s k - F q k) + (F s k - F r k))).
    - apply rsum_le. intros k Hk. pose proof (F_monotone q s Hq k Hk). pose proof (F_monotone r s Hr k Hk).
      unfold Rabs. destruct (Rcase_abs (F q k - F r k)); lra.
    - rewrite rsum_plus. pose proof (F_sum q s Hq). pose proof (F_sum r s Hr).
      apply Rle_trans with (rsum K (fun k => s k - q k) + rsum K (fun k => s k - r k)); [lra |].
      rewrite <- rsum_plus. apply rsum_le. intros k _. unfold s, Rmax, Rabs.
      destruct (Rle_dec (q k) (r k)); destruct (Rcase_abs (q k - r k)); lra.
  Qed.
End Map.

(** Demand that varies, over any number of epochs. *)
Fixpoint iter_map (K : nat) (h T : R) (C mu : nat -> R) (lams : list R) (q : nat -> R) : nat -> R :=
  match lams with nil => q | cons l rest => iter_map K h T C mu rest (F K h T l C mu q) end.

Theorem trajectories_never_part K h T C mu : 0 <= h -> 0 < T -> h <= T ->
  forall lams, (forall l, List.In l lams -> 0 <= l) ->
  forall q r, dist K (iter_map K h T C mu lams q) (iter_map K h T C mu lams r) <= dist K q r.
Proof.
  intros h0 T0 hT. induction lams as [| l rest IH]; intros L q r; simpl; [lra |].
  apply Rle_trans with (dist K (F K h T l C mu q) (F K h T l C mu r)).
  - apply IH. intros; apply L; now right.
  - apply F_nonexpansive; auto. apply L. now left.
Qed.
