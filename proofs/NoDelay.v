(** * The hypotheses of Overload.v and Underload.v can be met

    What is proved. The map of NonExpansive.v, reports without delay, iterated from any start between 0 and Q*, meets them:
    it comes to rest for every constant demand other than M               [no_delay_overload, no_delay_underload]

    What it mirrors. `thm:convergence` of the paper; ts/sim/theory/pools.test.ts.                                       *)
From Coq Require Import Reals Lra Lia Arith.
From Backpressure Require Import SampledKey Sums NonExpansive Overload Underload.
Open Scope R_scope.

Section NoDelay.
  Variables (K : nat) (h T lam : R) (C mu q0 : nat -> R).
  Hypothesis h_pos : 0 < h.
  Hypothesis T_pos : 0 < T.
  Hypothesis h_le_T : h <= T.
  Hypothesis lam_pos : 0 < lam.
  Hypothesis C_pos : forall k, (k < K)%nat -> 0 <= C k.
  Hypothesis mu_pos : forall k, (k < K)%nat -> 0 <= mu k.
  Hypothesis start : forall k, (k < K)%nat -> 0 <= q0 k <= qstar T (C k) (mu k).

  Definition traj k n := Nat.iter n (F K h T lam C mu) q0 k.
  Let d (k n : nat) := 0%nat.

  Lemma loop_ok : h / T <= crit 0.
  Proof. rewrite crit_0. apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. Qed.

  Lemma traj_step k n : traj k (S n) =
    Rmax 0 (traj k n + h * (units T (C k) (traj k (n - d k n)) *
      (if Rlt_dec lam (rsum K (fun k => units T (C k) (traj k (n - d k n)))) then lam / rsum K (fun k => units T (C k) (traj k (n - d k n))) else 1) - mu k)).
  Proof. unfold d. rewrite Nat.sub_0_r. reflexivity. Qed.

  Theorem no_delay_overload : rsum K (fun k => Rmin (C k) (mu k)) < lam ->
    exists N, forall k j, (k < K)%nat -> 0 <= qstar T (C k) (mu k) - traj k (N + j) <= (1 - h / T) ^ j * qstar T (C k) (mu k).
  Proof.
    intro HM. set (eps := lam - rsum K (fun k => Rmin (C k) (mu k))).
    apply (overload_converges K 0 h T eps C mu (fun _ => lam) traj d); auto; try (intros; unfold d; lia); try (unfold eps; lra).
    - apply loop_ok.
    - intros; lra.
    - intro n. unfold M, eps. lra.
    - intros k n Hk _. apply traj_step.
    - intros k i Hk Hi. replace i with 0%nat by lia. apply start; exact Hk.
    - intros k Hk. apply start; exact Hk.
  Qed.

  Theorem no_delay_underload : lam < rsum K (fun k => Rmin (C k) (mu k)) ->
    exists gs, 0 < gs < 1 /\ rsum K (fun k => Rmin (gs * C k) (mu k)) = lam /\
      forall k e, (k < K)%nat -> 0 < e -> exists N, forall n, (N <= n)%nat ->
        Rabs (units T (C k) (traj k n) - Rmin (C k) (mu k / gs)) <= e.
  Proof.
    intro HM. destruct (rest_point_exists K C mu lam C_pos mu_pos lam_pos HM) as (gs & Hg & Eg).
    exists gs. split; [exact Hg |]. split; [exact Eg |]. intros k e Hk He.
    destruct (units_converge K 0 h T lam gs C mu traj d) with (k := k) (e := e) as [N HN]; auto;
      try (intros; unfold d; lia).
    - apply loop_ok.
    - intros i n Hi _. apply traj_step.
    - intros i n Hi Hn. replace n with 0%nat by lia. apply start; exact Hi.
    - intros i Hi. apply start; exact Hi.
    - exists N. intros n Hn. specialize (HN n Hn). unfold d in HN. rewrite Nat.sub_0_r in HN. exact HN.
  Qed.
End NoDelay.
