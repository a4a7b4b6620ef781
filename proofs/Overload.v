(** * More demand than the sinks can serve: every queue comes to rest at its limit

    What is proved. Any number of sinks, reports up to m epochs old, different for each sink and changing at any time, and
    demand that varies but stays above M = Σ min(μ_k, C_k) by some ε:

      from some epoch N on    0 <= Q*_k - Q_k(N + j) <= (1 - h/T)^j · Q*_k                       [overload_converges]

    so every sink is paid what it can do, in the end.

    What it mirrors. `thm:convergence` and `thm:pool` of the paper above saturation; ts/sim/theory/convergence.test.ts.

    What it assumes. The condition of the key lemma, and a history that it allows.                                     *)
From Coq Require Import Reals Lra Lia Arith.
From Backpressure Require Import SampledKey Sums.
Open Scope R_scope.

Lemma archimedes x y : 0 < x -> exists n : nat, y < INR n * x.
Proof.
  intro Hx. exists (Z.to_nat (up (y / x))). destruct (archimed (y / x)) as [A _].
  apply Rmult_lt_reg_r with (/ x); [now apply Rinv_0_lt_compat |].
  rewrite Rmult_assoc, Rinv_r, Rmult_1_r by lra. fold (y / x).
  apply Rlt_le_trans with (IZR (up (y / x))); [exact A |].
  rewrite INR_IZR_INZ. apply IZR_le. lia.
Qed.

Section Overload.
  Variables (K m : nat) (h T eps : R) (C mu : nat -> R) (lam : nat -> R).
  Variables (Q : nat -> nat -> R) (d : nat -> nat -> nat).   (* sink, epoch *)
  Hypothesis h_pos : 0 < h.
  Hypothesis T_pos : 0 < T.
  Hypothesis eps_pos : 0 < eps.
  Hypothesis C_pos : forall k, (k < K)%nat -> 0 <= C k.
  Hypothesis mu_pos : forall k, (k < K)%nat -> 0 <= mu k.
  Hypothesis loop : h / T <= crit m.
  Hypothesis delay : forall k n, (k < K)%nat -> (m <= n)%nat -> (d k n <= m)%nat.

  Definition u k n := units T (C k) (Q k (n - d k n)%nat).
  Definition U n := rsum K (fun k => u k n).
  Definition M := rsum K (fun k => Rmin (C k) (mu k)).
  (** min(1, lambda / U) *)
  Definition g n : R := if Rlt_dec (lam n) (U n) then lam n / U n else 1.
  Definition star k := qstar T (C k) (mu k).

  Hypothesis lam_pos : forall n, 0 <= lam n.
  Hypothesis overload : forall n, M + eps <= lam n.
  Hypothesis dynamics : forall k n, (k < K)%nat -> (m <= n)%nat ->
    Q k (S n) = Rmax 0 (Q k n + h * (u k n * g n - mu k)).
  Hypothesis hist_nonneg : forall k i, (k < K)%nat -> (i <= m)%nat -> 0 <= Q k i.
  Hypothesis hist_end : forall k, (k < K)%nat -> Q k m <= star k.
  Hypothesis hist_rate : forall k i, (k < K)%nat -> (i < m)%nat -> zeta m * (star k - Q k i) <= star k - Q k (S i).

  Lemma u_nonneg k n : 0 <= u k n. Proof. apply clamp_ge. Qed.
  Lemma u_le k n : (k < K)%nat -> u k n <= C k. Proof. intro; apply clamp_le; auto. Qed.

  Lemma g_range n : 0 <= g n <= 1.
  Proof.
    unfold g. destruct (Rlt_dec (lam n) (U n)) as [H | H]; [| lra].
    pose proof (lam_pos n). split.
    - apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra].
    - apply Rmult_le_reg_r with (U n); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  Qed.

  Lemma below k n : (k < K)%nat -> (m <= n)%nat -> Q k n <= star k.
  Proof.
    intros Hk Hn. apply (key_lemma m h T (C k) (mu k) (Q k) g (d k)); auto using g_range; try lra; try (intros; now apply dynamics).
    - now apply hist_end.
    - intros i Hi. now apply (hist_rate k i).
  Qed.

  Lemma nonneg k n : (k < K)%nat -> (m <= n)%nat -> 0 <= Q k n.
  Proof.
    intros Hk Hn. inversion Hn; [apply hist_nonneg; lia |]. rewrite dynamics by lia. apply Rmax_l.
  Qed.

  Lemma modest k n : (k < K)%nat -> C k <= mu k -> (m <= n)%nat -> Q k n = 0.
  Proof.
    intros Hk HC Hn. pose proof (below k n Hk Hn) as B. pose proof (nonneg k n Hk Hn).
    unfold star, qstar in B. rewrite Rmax_left in B by lra. lra.
  Qed.

  Lemma ratio_pos : 0 < h / T.
  Proof. apply Rdiv_lt_0_compat; lra. Qed.

  (** A step at full pay, with delayed reports from epoch m or later. *)
  Lemma full_step k n : (k < K)%nat -> mu k < C k -> (2 * m <= n)%nat -> U n <= lam n ->
    star k - Q k (S n) = (star k - Q k n) - h / T * (star k - Q k (n - d k n)%nat).
  Proof.
    intros Hk HC Hn Hfull. pose proof (delay k n Hk ltac:(lia)) as D.
    pose proof (below k (n - d k n)%nat Hk ltac:(lia)) as B. pose proof (nonneg k (n - d k n)%nat Hk ltac:(lia)) as P.
    pose proof (nonneg k n Hk ltac:(lia)) as Pn. pose proof ratio_pos as R0.
    rewrite dynamics by (auto; lia).
    assert (G : g n = 1) by (unfold g; destruct (Rlt_dec (lam n) (U n)); [lra | reflexivity]).
    unfold star, qstar in *. rewrite (Rmax_right 0 (C k - mu k)) in * by lra.
    set (q := Q k (n - d k n)%nat) in *.
    assert (E : u k n = C k - q / T).
    { unfold u, units, clamp. fold q.
      assert (q / T <= C k - mu k).
      { apply Rmult_le_reg_r with T; [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
      assert (0 <= q / T) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
      pose proof (mu_pos k Hk). rewrite Rmin_left by lra. apply Rmax_right. lra. }
    rewrite G, E.
    assert (F : h * ((C k - q / T) * 1 - mu k) = h / T * (T * (C k - mu k) - q)) by (field; lra).
    rewrite F. rewrite Rmax_right; [lra |].
    assert (0 <= h / T * (T * (C k - mu k) - q)) by (apply Rmult_le_pos; lra). lra.
  Qed.

  Lemma full_rises k n : (k < K)%nat -> (2 * m <= n)%nat -> U n <= lam n -> Q k n <= Q k (S n).
  Proof.
    intros Hk Hn Hfull. destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
    - pose proof (full_step k n Hk HC Hn Hfull) as E. pose proof (delay k n Hk ltac:(lia)).
      pose proof (below k (n - d k n)%nat Hk ltac:(lia)) as B. pose proof ratio_pos as R0.
      assert (0 <= h / T * (star k - Q k (n - d k n)%nat)) by (apply Rmult_le_pos; lra). lra.
    - rewrite !modest by (auto; lia). lra.
  Qed.

  Definition total n := rsum K (fun k => Q k n).

  (** A step below full pay serves at most M and takes in lambda. *)
  Lemma short_gains n : (m <= n)%nat -> lam n < U n -> total n + h * eps <= total (S n).
  Proof.
    intros Hn Hs.
    assert (G : g n * U n = lam n).
    { unfold g. destruct (Rlt_dec (lam n) (U n)) as [_ | N]; [| lra]. pose proof (lam_pos n). field. lra. }
    assert (S1 : rsum K (fun k => Q k n + h * (u k n * g n - Rmin (C k) (mu k))) <= total (S n)).
    { apply rsum_le. intros k Hk. pose proof (g_range n) as R. pose proof (u_nonneg k n). pose proof (u_le k n Hk).
      destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
      - rewrite Rmin_right by lra. rewrite dynamics by auto. apply Rmax_r.
      - rewrite Rmin_left by lra. rewrite !modest by (auto; lia).
        assert (u k n * g n <= u k n * 1) by (apply Rmult_le_compat_l; lra).
        assert (h * (u k n * g n - C k) <= h * 0) by (apply Rmult_le_compat_l; lra). lra. }
    rewrite rsum_plus, rsum_scal, rsum_minus in S1.
    assert (E : rsum K (fun k => u k n * g n) = lam n).
    { rewrite <- G. unfold U. rewrite <- rsum_scal. apply rsum_ext. intros; ring. }
    rewrite E in S1. fold M in S1. fold (total n) in S1. pose proof (overload n).
    assert (h * eps <= h * (lam n - M)) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Lemma total_rises n : (2 * m <= n)%nat -> total n <= total (S n).
  Proof.
    intro Hn. destruct (Rlt_le_dec (lam n) (U n)) as [H | H].
    - pose proof (short_gains n ltac:(lia) H). assert (0 < h * eps) by (apply Rmult_lt_0_compat; lra). lra.
    - apply rsum_le. intros k Hk. now apply full_rises.
  Qed.

  Lemma total_rises_to n j : (2 * m <= n)%nat -> total n <= total (n + j).
  Proof.
    intro Hn. induction j as [| j IH]; [rewrite Nat.add_0_r; lra |].
    rewrite Nat.add_succ_r. pose proof (total_rises (n + j) ltac:(lia)). lra.
  Qed.

  Lemma total_bounded n : (m <= n)%nat -> total n <= rsum K star.
  Proof. intro Hn. apply rsum_le. intros k Hk. now apply below. Qed.

  (** Only finitely many epochs are below full pay: at most sum Q* / (h eps) of them after epoch 2m. *)
  Lemma finally_full : forall b n, (2 * m <= n)%nat -> rsum K star - total n < INR b * (h * eps) ->
    exists N, (n <= N)%nat /\ forall i, (N <= i)%nat -> U i <= lam i.
  Proof.
    assert (he : 0 < h * eps) by (apply Rmult_lt_0_compat; lra).
    induction b as [| b IH]; intros n Hn Hb.
    - simpl in Hb. pose proof (total_bounded n ltac:(lia)). lra.
    - destruct (ClassicalDedekindReals.sig_forall_dec (fun j => U (n + j) <= lam (n + j))) as [[j Hj] | All].
      + intro j. destruct (Rle_dec (U (n + j)) (lam (n + j))); [now left | now right].
      + pose proof (short_gains (n + j) ltac:(lia) ltac:(lra)) as Gain. pose proof (total_rises_to n j Hn).
        rewrite S_INR in Hb.
        destruct (IH (S (n + j)) ltac:(lia) ltac:(lra)) as (N & HN & Full).
        exists N. split; [lia | exact Full].
      + exists n. split; [lia |]. intros i Hi. replace i with (n + (i - n))%nat by lia. apply All.
  Qed.

  Theorem overload_converges : exists N, forall k j, (k < K)%nat ->
    0 <= star k - Q k (N + j)%nat <= (1 - h / T) ^ j * star k.
  Proof.
    assert (he : 0 < h * eps) by (apply Rmult_lt_0_compat; lra).
    destruct (archimedes (h * eps) (rsum K star - total (2 * m)) he) as [b Hb].
    destruct (finally_full b (2 * m) ltac:(lia) Hb) as (N & HN & Full).
    exists (N + m)%nat. intros k j Hk.
    pose proof ratio_pos as R0.
    assert (R1 : h / T <= 1).
    { apply Rle_trans with (crit m); [exact loop |]. rewrite crit_zeta. pose proof (zeta_range m) as Z.
      assert (zeta m ^ m <= 1 ^ m) by (apply pow_incr; lra). rewrite pow1 in *.
      assert (0 <= zeta m ^ m) by (apply pow_le; lra).
      assert (zeta m ^ m * (1 - zeta m) <= 1 * (1 - zeta m)) by (apply Rmult_le_compat_r; lra). lra. }
    split; [pose proof (below k (N + m + j)%nat Hk ltac:(lia)); lra |].
    destruct (Rlt_le_dec (mu k) (C k)) as [HC | HC].
    2: { rewrite modest by (auto; lia). unfold star, qstar. rewrite Rmax_left by lra.
         assert (0 <= (1 - h / T) ^ j) by (apply pow_le; lra). lra. }
    assert (Mono : forall i j, (N <= i)%nat -> Q k i <= Q k (i + j)).
    { intros i j' Hi. induction j' as [| j' IH]; [rewrite Nat.add_0_r; lra |].
      rewrite Nat.add_succ_r. pose proof (full_rises k (i + j')%nat Hk ltac:(lia) (Full (i + j')%nat ltac:(lia))). lra. }
    induction j as [| j IH].
    - rewrite Nat.add_0_r. simpl. pose proof (nonneg k (N + m)%nat Hk ltac:(lia)). lra.
    - rewrite Nat.add_succ_r. remember (N + m + j)%nat as n eqn:En.
      pose proof (delay k n Hk ltac:(lia)) as D.
      rewrite (full_step k n Hk HC ltac:(lia) (Full n ltac:(lia))).
      pose proof (Mono (n - d k n)%nat (d k n) ltac:(lia)) as Mo.
      replace (n - d k n + d k n)%nat with n in Mo by lia.
      assert (h / T * (star k - Q k n) <= h / T * (star k - Q k (n - d k n)%nat)) by (apply Rmult_le_compat_l; lra).
      simpl. rewrite Rmult_assoc.
      assert ((1 - h / T) * (star k - Q k n) <= (1 - h / T) * ((1 - h / T) ^ j * star k)) by (apply Rmult_le_compat_l; lra).
      lra.
  Qed.
End Overload.
