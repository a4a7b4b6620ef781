(** * How far backlog can overshoot when reports are older than the key lemma allows

    What is proved. With reports up to τ <= T old,   Q(t) <= Q* + Q*/2 · (τ/T)²                          [overshoot]

    What it mirrors. `thm:overshoot` of the paper; ts/sim/theory/overshoot.test.ts.

    What it assumes. Also that before the start Q did not rise faster than full pay allows, Q(0) - Q(x) <= |x|·Q*/T for
    -τ <= x <= 0, which every trajectory and every constant history does, and a jump does not. y stands for Q* - Q; rates
    appear only integrated, as in ContinuousKey.v.                                                                    *)
From Coq Require Import Reals Lra Lia Arith.
From Backpressure Require Import ContinuousKey Overload.
Open Scope R_scope.

Section Overshoot.
  Variables (tau T S : R) (y : R -> R).   (* S is Q* *)
  Hypothesis tau_pos : 0 < tau.
  Hypothesis T_pos : 0 < T.
  Hypothesis S_pos : 0 <= S.
  Hypothesis continuous : forall t, 0 <= t -> continuity_pt y t.
  Hypothesis at_most : forall t, - tau <= t -> y t <= S.
  Hypothesis slope : forall s t k, 0 <= s <= t -> 0 <= k -> (forall x, s - tau <= x <= t -> y x <= k) ->
    y s - (t - s) / T * k <= y t.
  Hypothesis start : 0 <= y 0.
  Hypothesis history : forall x, - tau <= x <= 0 -> y x <= y 0 + - x / T * S.

  (** Before a zero, y was at most the time to it times Q*/T. *)
  Lemma before_zero t0 x : 0 <= t0 -> y t0 = 0 -> t0 - tau <= x <= t0 -> y x <= (t0 - x) / T * S.
  Proof.
    intros Ht Hz Hx. destruct (Rle_lt_dec 0 x) as [H | H].
    - pose proof (slope x t0 S ltac:(lra) S_pos) as L. rewrite Hz in L.
      assert (y x - (t0 - x) / T * S <= 0); [apply L; intros; apply at_most; lra | lra].
    - pose proof (slope 0 t0 S ltac:(lra) S_pos) as L. rewrite Hz in L.
      assert (y 0 - (t0 - 0) / T * S <= 0) by (apply L; intros; apply at_most; lra).
      pose proof (history x ltac:(lra)) as Hh.
      replace ((t0 - x) / T * S) with ((t0 - 0) / T * S + - x / T * S) by (field; lra). lra.
  Qed.

  Section Grid.
    Variables (t0 D : R) (N : nat).
    Hypothesis t0_pos : 0 <= t0.
    Hypothesis zero : y t0 = 0.
    Hypothesis N_pos : (0 < N)%nat.
    Hypothesis D_def : INR N * D = tau.
    Variable t1 : R.
    Hypothesis after : t0 <= t1.
    Hypothesis negative : forall x, t0 <= x <= t1 -> y x <= 0.

    Lemma D_pos : 0 < D.
    Proof. assert (0 < INR N) by (apply lt_0_INR; lia). apply Rmult_lt_reg_l with (INR N); lra. Qed.

    (** Loss in the first n steps after the zero. *)
    Definition loss (n : nat) := D / T * (S / T) * (INR n * tau - INR n * (INR n - 1) / 2 * D).

    Lemma loss_step n : loss (Datatypes.S n) = loss n + D / T * ((tau - INR n * D) / T * S).
    Proof. unfold loss. rewrite S_INR. field. lra. Qed.

    Lemma loss_mono n : (n < N)%nat -> loss n <= loss (Datatypes.S n).
    Proof.
      intro H. rewrite loss_step. pose proof D_pos. apply lt_INR in H.
      assert (INR n * D <= INR N * D) by (apply Rmult_le_compat_r; lra).
      assert (0 <= D / T * ((tau - INR n * D) / T * S)); [| lra].
      repeat apply Rmult_le_pos; try lra; left; now apply Rinv_0_lt_compat.
    Qed.

    Lemma in_step n s t : (n < N)%nat -> t0 + INR n * D <= s <= t -> t <= t0 + INR (Datatypes.S n) * D -> t <= t1 ->
      y s - (t - s) / T * ((tau - INR n * D) / T * S) <= y t.
    Proof.
      intros Hn Hs Ht Ht1. pose proof D_pos as DP. pose proof (pos_INR n) as Pn.
      assert (Pd : 0 <= INR n * D) by (apply Rmult_le_pos; lra).
      assert (Hl : INR n * D <= INR N * D) by (apply Rmult_le_compat_r; [lra | apply le_INR; lia]).
      apply slope; [lra | |].
      - repeat apply Rmult_le_pos; try lra; left; now apply Rinv_0_lt_compat.
      - intros x Hx. destruct (Rle_lt_dec t0 x) as [H | H].
        + apply Rle_trans with 0; [apply negative; lra |]. repeat apply Rmult_le_pos; try lra; left; now apply Rinv_0_lt_compat.
        + apply Rle_trans with ((t0 - x) / T * S); [apply before_zero; auto; lra |].
          apply Rmult_le_compat_r; [exact S_pos |]. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | lra].
    Qed.

    Lemma loss_bounds n : (n <= N)%nat -> t0 + INR n * D <= t1 -> - loss n <= y (t0 + INR n * D).
    Proof.
      induction n as [| n IH]; intros Hn Ht.
      - simpl. rewrite Rmult_0_l, Rplus_0_r, zero. unfold loss. simpl. lra.
      - pose proof D_pos. rewrite S_INR in *.
        assert (E : INR n * D <= (INR n + 1) * D) by (apply Rmult_le_compat_r; lra).
        specialize (IH ltac:(lia) ltac:(lra)).
        pose proof (in_step n (t0 + INR n * D) (t0 + (INR n + 1) * D) ltac:(lia) ltac:(lra) ltac:(rewrite S_INR; lra) ltac:(lra)) as St.
        rewrite loss_step. replace (t0 + (INR n + 1) * D - (t0 + INR n * D)) with D in St by ring. lra.
    Qed.

    Lemma loss_any n t : (n < N)%nat -> t0 + INR n * D <= t <= t0 + INR (Datatypes.S n) * D -> t <= t1 -> - loss (Datatypes.S n) <= y t.
    Proof.
      intros Hn Ht Ht1. pose proof D_pos as DP. pose proof (loss_bounds n ltac:(lia) ltac:(lra)) as B.
      pose proof (in_step n (t0 + INR n * D) t Hn ltac:(lra) ltac:(lra) Ht1) as St. rewrite loss_step.
      set (k := (tau - INR n * D) / T * S) in *.
      assert (k0 : 0 <= k).
      { assert (INR n * D <= INR N * D) by (apply Rmult_le_compat_r; [lra | apply le_INR; lia]).
        unfold k. repeat apply Rmult_le_pos; try lra; left; now apply Rinv_0_lt_compat. }
      rewrite S_INR in Ht.
      assert ((t - (t0 + INR n * D)) / T * k <= D / T * k); [| lra].
      apply Rmult_le_compat_r; [exact k0 |]. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | lra].
    Qed.

    Lemma loss_le n : (n <= N)%nat -> loss n <= loss N.
    Proof.
      intro H. remember (N - n)%nat as j eqn:Ej. revert n H Ej. induction j as [| j IH]; intros n H Ej.
      - replace n with N by lia. lra.
      - apply Rle_trans with (loss (Datatypes.S n)); [apply loss_mono; lia | apply IH; lia].
    Qed.

    Lemma find_step t : t0 <= t <= t0 + tau -> exists n, (n < N)%nat /\ t0 + INR n * D <= t <= t0 + INR (Datatypes.S n) * D.
    Proof.
      intro Ht. assert (G : forall k, (k <= N)%nat -> t <= t0 + INR k * D -> (0 < k)%nat -> exists n, (n < N)%nat /\ t0 + INR n * D <= t <= t0 + INR (Datatypes.S n) * D).
      { induction k as [| k IH]; intros Hk Hb Hp; [lia |].
        destruct (Rle_lt_dec (t0 + INR k * D) t) as [H | H]; [exists k; split; [lia | lra] |].
        destruct k as [| k]; [simpl in H; lra |]. apply IH; [lia | lra | lia]. }
      apply (G N); [lia | lra | lia].
    Qed.

    Lemma within : - loss N <= y t1.
    Proof.
      pose proof D_pos as DP. destruct (Rle_lt_dec t1 (t0 + tau)) as [H | H].
      - destruct (find_step t1 ltac:(lra)) as (n & Hn & Ht).
        pose proof (loss_any n t1 Hn Ht ltac:(lra)). pose proof (loss_le (Datatypes.S n) ltac:(lia)). lra.
      - (* after t0 + tau only values at most 0 are in use *)
        pose proof (loss_bounds N ltac:(lia) ltac:(lra)) as B. rewrite D_def in B.
        pose proof (slope (t0 + tau) t1 0 ltac:(lra) ltac:(lra)) as St.
        assert (y (t0 + tau) - (t1 - (t0 + tau)) / T * 0 <= y t1) by (apply St; intros; apply negative; lra). lra.
    Qed.
  End Grid.

  Lemma last_zero t1 : 0 <= t1 -> y t1 < 0 -> exists t0, 0 <= t0 <= t1 /\ y t0 = 0 /\ forall x, t0 <= x <= t1 -> y x <= 0.
  Proof.
    intros H1 Hn. destruct (completeness (fun s => 0 <= s <= t1 /\ 0 <= y s)) as [t0 [Ub Lub]].
    - exists t1. intros s [Hs _]. lra.
    - exists 0. lra.
    - assert (B : 0 <= t0 <= t1) by (split; [apply Ub; lra | apply Lub; intros s [Hs _]; lra]).
      assert (Neg : forall x, t0 < x <= t1 -> y x < 0).
      { intros x Hx. apply Rnot_le_lt. intro P. assert (x <= t0) by (apply Ub; lra). lra. }
      destruct (Rtotal_order (y t0) 0) as [L | [Z | G]].
      + (* negative nearby, so t0 is no least upper bound *)
        exfalso. destruct (continuous t0 ltac:(lra) (- y t0) ltac:(lra)) as (dl & Hd & Near). simpl in Near. unfold R_dist, D_x, no_cond in Near.
        assert (t0 <= t0 - dl); [| lra]. apply Lub. intros s [Hs Ps].
        apply Rnot_lt_le. intro C. assert (s <= t0) by (apply Ub; lra).
        destruct (Req_dec s t0) as [-> | Ne]; [lra |].
        assert (Rabs (y s - y t0) < - y t0) by (apply Near; split; [split; [exact I | lra] | rewrite Rabs_left; lra]).
        pose proof (Rle_abs (y s - y t0)). lra.
      + exists t0. split; [exact B |]. split; [exact Z |]. intros x Hx. destruct (Req_dec x t0) as [-> | Ne]; [lra | left; apply Neg; lra].
      + exfalso. assert (t0 <> t1) by (intro E; rewrite E in G; lra).
        destruct (continuous t0 ltac:(lra) (y t0) ltac:(lra)) as (dl & Hd & Near). simpl in Near. unfold R_dist, D_x, no_cond in Near.
        set (x := Rmin (t0 + dl / 2) t1). assert (X1 : x <= t1) by apply Rmin_r. assert (X2 : x <= t0 + dl / 2) by apply Rmin_l.
        assert (X3 : t0 < x) by (apply Rmin_glb_lt; lra).
        assert (Rabs (y x - y t0) < y t0) by (apply Near; split; [split; [exact I | lra] | rewrite Rabs_right; lra]).
        pose proof (Neg x ltac:(lra)). rewrite Rabs_left in * by lra. lra.
  Qed.

  (** Q <= Q* (1 + (tau/T)^2 / 2). *)
  Theorem overshoot t : 0 <= t -> - (S / 2 * (tau / T) ^ 2) <= y t.
  Proof.
    intro Ht. assert (P : 0 <= S / 2 * (tau / T) ^ 2) by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
    destruct (Rle_lt_dec 0 (y t)) as [H | H]; [lra |].
    destruct (last_zero t Ht H) as (t0 & B & Z & Neg).
    apply Rnot_lt_le. intro Bad. set (gap := - (S / 2 * (tau / T) ^ 2) - y t) in *. assert (gp : 0 < gap) by (unfold gap; lra).
    destruct (archimedes gap (S / 2 * (tau / T) ^ 2) gp) as [N0 HN0]. set (N := Datatypes.S N0).
    assert (NP : 0 < INR N) by (apply lt_0_INR; unfold N; lia).
    pose proof (within t0 (tau / INR N) N ltac:(lra) Z ltac:(unfold N; lia) ltac:(field; lra) t ltac:(lra) Neg) as W.
    assert (E : loss (tau / INR N) N = S / 2 * (tau / T) ^ 2 + S / 2 * (tau / T) ^ 2 / INR N) by (unfold loss; field; lra).
    rewrite E in W.
    assert (S / 2 * (tau / T) ^ 2 / INR N < gap); [| unfold gap in *; lra].
    apply Rmult_lt_reg_r with (INR N); [exact NP |]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    unfold N in *. rewrite S_INR in *. lra.
  Qed.
End Overshoot.
