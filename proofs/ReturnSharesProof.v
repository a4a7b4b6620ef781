(** * For every history, the claims never exceed the money

    What is proved. Let any number of sources come, change, leave and come back; let streams end without anybody telling; let
    liars be synchronised with rates that they never stream; let the pool pay, and anybody donate, drain, release and end
    scales, in any order and any number of times. Then, always,

      (1)  Σ shares of the claims          <= shares                 [shares_covered]
      (2)  Σ what those shares are worth   <= owned                  [held_covered]
      (3)  Σ what the claims can take out  <= setAside               [claims_covered]
      (4)  owned + unowned + setAside      = what came in less what went out, and none of them is negative
                                                                     [conservation]
      (5)  0 <= claimedShares                                        [claimedShares_nonneg]
      (6)  a settlement is paid in full, and paying it never reverts [settled_in_full]
      (7)  owned · 1e18                    <= shares: a share is worth one wei at most [price_at_most_one]
      (8)  there is a price after every call, so that nothing is divided by zero, and a wei never buys more than 1e27
                                                                     [priced_after_rescale]

    to the wei, with the roundings of the contract: held = min(claimed + 1, shares), claims down, what covers them up,
    and the change of the unit of shares at the end of a scale.

    What it mirrors. src/libraries/ReturnShares.sol as ReturnShares.v defines it, with the calls of
    src/EscrowBuffer.sol; MoneyChecks in test/invariant, and `_assertSolvent` in test/fuzz/ReturnShares.t.sol.

    What it assumes. One thing about the world: what streams that stayed are credited, they paid (the premise of [Accrue];
    InflowBook.v proves it of the pool's arithmetic). And no number reaches the end of its range.

    How. An invariant (ReturnSharesWorld.v, kept by ReturnSharesSteps.v) compares the contract's numbers with exact ones
    that it does not keep: what one wei per second is owed to the last digit ([exact], [seen]), and whether a stream has
    stayed ([real]).                                                                                                  *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding ReturnShares ReturnSharesWay ReturnSharesWorld ReturnSharesSteps.
Import ListNotations.
Open Scope Z_scope.

#[local] Opaque WAD SCALE PER_SHARE PER_RATE PER_SHARE_OF_RATE MAX_SHARES_PER_WEI.
#[local] Hint Resolve WAD_pos SCALE_pos PER_SHARE_pos PER_RATE_pos PER_SHARE_OF_RATE_pos : core.

(** ** What it means *)

Definition earnedBy (w : World) (s : Source) : Z := earned (book w) (ends w) (claim s) (real s).
Definition sharesOf (w : World) (s : Source) : Z := sharesAfter (book w) (ends w) (claim s) (real s).

(** (1) *)
Theorem shares_covered w : reachable w -> sum (sharesOf w) (sources w) <= shares (book w).
Proof.
  constants. intro R. pose proof (always_good _ R) as G. open_good G.
  assert (sum (sharesOf w) (sources w) * WAD <= sum (has (book w) (ends w)) (sources w)).
  { rewrite <- sum_scal. apply sum_le. intros s Hs.
    destruct (sharesAfter_exact _ _ _ Ien s (real s) (Icl s Hs) (fun h => h)). unfold sharesOf. lia. }
  nia.
Qed.

(** (2) *)
Theorem held_covered w : reachable w -> sum (fun s => valueOf (book w) (sharesOf w s)) (sources w) <= owned (book w).
Proof.
  constants. intro R. pose proof (shares_covered w R) as C. pose proof (always_good _ R) as G. open_good G.
  assert (P : forall s, In s (sources w) -> 0 <= sharesOf w s).
  { intros s Hs. apply (sharesAfter_exact _ _ _ Ien s (real s) (Icl s Hs) (fun h => h)). }
  destruct (Z.eq_dec (shares (book w)) 0) as [Z0 | Z0].
  - assert (O0 : owned (book w) = 0) by nia.
    rewrite (sum_ext _ (fun _ => 0)); [rewrite O0; clear; induction (sources w); simpl; lia |].
    intros s Hs. pose proof (P s Hs). unfold valueOf. rewrite Z0, O0. destruct (Z.leb_spec 0 (sharesOf w s)); lia.
  - assert (L : sum (fun s => valueOf (book w) (sharesOf w s)) (sources w) * shares (book w)
                <= sum (sharesOf w) (sources w) * owned (book w)).
    { rewrite <- !sum_scal. apply sum_le. intros s Hs.
      assert (Le : sharesOf w s <= shares (book w)).
      { apply in_split in Hs as (l & r & E). rewrite E in C, P. rewrite sum_app in C. simpl in C.
        assert (0 <= sum (sharesOf w) l) by (apply sum_nonneg; intros; apply P; apply in_or_app; now left).
        assert (0 <= sum (sharesOf w) r) by (apply sum_nonneg; intros; apply P; apply in_or_app; right; now right). lia. }
      unfold valueOf. destruct (Z.leb_spec (shares (book w)) (sharesOf w s)).
      - replace (sharesOf w s) with (shares (book w)) by lia. lia.
      - pose proof (div_down (sharesOf w s * owned (book w)) (shares (book w)) ltac:(lia)). lia. }
    assert (sum (sharesOf w) (sources w) * owned (book w) <= shares (book w) * owned (book w)) by nia. nia.
Qed.

(** (3) *)
Theorem claims_covered w : reachable w -> sum (earnedBy w) (sources w) <= setAside (book w).
Proof.
  constants. intro R. pose proof (always_good _ R) as G. open_good G.
  assert (sum (earnedBy w) (sources w) * (WAD * PER_SHARE) <= sum (entitled (book w) (ends w) (exact w)) (sources w)).
  { rewrite <- sum_scal. apply sum_le. intros s Hs.
    pose proof (earned_exact _ _ _ Ien s (real s) (Icl s Hs) (fun h => h)). unfold earnedBy. lia. }
  assert (0 < WAD * PER_SHARE) by nia. nia.
Qed.

(** (4) *)
Theorem conservation w : reachable w ->
  owned (book w) + unowned (book w) + setAside (book w) = inn w - out w /\
  0 <= owned (book w) /\ 0 <= unowned (book w) /\ 0 <= setAside (book w).
Proof. intro R. pose proof (always_good _ R) as G. open_good G. auto. Qed.

(** (5): it is an unsigned number on chain, so it must not be negative, or releasing would revert. *)
Theorem claimedShares_nonneg w : reachable w -> 0 <= claimedShares (book w).
Proof. intro R. exact (proj2 (sharesUp_covers w (always_good w R))). Qed.

(** (6) *)
Theorem settled_in_full b e x i o l s r stayed newRate : reachable (MkWorld b e x i o (l ++ s :: r)) ->
  (stayed = true -> real s = true) -> 0 <= newRate ->
  payableAfter b e (claim s) stayed = earned b e (claim s) stayed /\
  payableAfter b e (claim s) stayed <= setAside (sync b e (claim s) stayed newRate).
Proof.
  constants. intros R Hst Hr. pose proof (always_good _ R) as G.
  pose proof (good_sync b e x i o l s r stayed newRate Hst Hr G) as G'.
  pose proof (payable_covered _ _ _ _ _ _ _ _ G') as C. simpl in C. split; [| exact C].
  open_good G. assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
  pose proof (earned_exact b e x Ien s stayed Gs Hst) as EX. rewrite sum_app in IE. simpl in IE.
  assert (P : forall y, In y l \/ In y r -> 0 <= entitled b e x y).
  { intros y Hy. apply (entitled_nonneg b e x Ien). apply Icl. apply in_or_app. destruct Hy; [now left | right; now right]. }
  assert (0 <= sum (entitled b e x) l) by (apply sum_nonneg; auto).
  assert (0 <= sum (entitled b e x) r) by (apply sum_nonneg; auto).
  assert (0 < WAD * PER_SHARE) by nia. unfold payableAfter. nia.
Qed.

(** (7) *)
Theorem price_at_most_one w : reachable w -> owned (book w) * WAD <= shares (book w).
Proof. intro R. pose proof (always_good _ R) as G. now open_good G. Qed.

(** (8) The contract ends scales after every call; what it does is among the steps. *)
Lemma endScales_reachable n : forall b e x i o ss, reachable (MkWorld b e x i o ss) ->
  reachable (MkWorld (fst (endScales n b e)) (snd (endScales n b e)) x i o ss).
Proof.
  induction n as [| n IH]; intros b e x i o ss R; [exact R |].
  cbn [endScales]. destruct (isTooCheap b) eqn:Cheap; [| exact R].
  apply IH. apply (Then _ _ R). now apply EndScale.
Qed.

Theorem rescale_reachable b e x i o ss : shares b < 2 ^ 256 -> reachable (MkWorld b e x i o ss) ->
  reachable (MkWorld (fst (rescale b e)) (snd (rescale b e)) x i o ss).
Proof.
  intros Hw R. unfold rescale. destruct (allWorthNothing b) eqn:Nothing; apply endScales_reachable; [| exact R].
  apply (Then _ _ R). now apply EndAllScales.
Qed.

Lemma endScales_enough n : forall b e, 0 < owned b -> shares b <= owned b * MAX_SHARES_PER_WEI * SCALE ^ Z.of_nat n ->
  isTooCheap (fst (endScales n b e)) = false /\ owned (fst (endScales n b e)) = owned b.
Proof.
  constants. induction n as [| n IH]; intros b e Ho H.
  - replace (SCALE ^ Z.of_nat 0) with 1 in H by reflexivity. split; [| reflexivity].
    cbn [endScales fst]. unfold isTooCheap. apply Z.ltb_ge. lia.
  - cbn [endScales]. destruct (isTooCheap b) eqn:Cheap; [| now split].
    apply (IH (endScale b)); [exact Ho |]. cbn [endScale owned shares].
    rewrite Nat2Z.inj_succ, Z.pow_succ_r in H by lia. apply ceilDiv_least; [auto | lia].
Qed.

Lemma word_of_shares : 2 ^ 256 <= MAX_SHARES_PER_WEI * SCALE ^ 9.
Proof. vm_compute. discriminate. Qed.

Theorem priced_after_rescale b e : 0 <= owned b -> 0 <= shares b < 2 ^ 256 ->
  isTooCheap (fst (rescale b e)) = false /\ 0 < snd (price (fst (rescale b e))).
Proof.
  constants. intros Ho Hs. pose proof word_of_shares as W. unfold rescale, allWorthNothing.
  destruct (Z.eqb_spec (owned b) 0) as [O0 | O0]; destruct (Z.eqb_spec (shares b) 0) as [S0 | S0]; cbn [andb negb].
  - assert (C : isTooCheap b = false) by (unfold isTooCheap; rewrite O0, S0; reflexivity).
    cbn [endScales]. rewrite C. cbn [fst]. split; [exact C |]. unfold price. rewrite S0. reflexivity.
  - set (f := setEnd e (scale b) (setAsidePerShare b)).
    assert (C : isTooCheap (endAllScales b) = false) by (unfold isTooCheap; cbn [endAllScales owned shares]; rewrite O0; reflexivity).
    cbn [endScales]. rewrite C. cbn [fst]. split; [exact C | reflexivity].
  - destruct (endScales_enough 9 b e ltac:(lia) ltac:(nia)) as [E1 E2]. split; [exact E1 |].
    unfold price. rewrite E2. destruct (_ =? 0); cbn [snd]; lia.
  - assert (Top : shares b <= owned b * MAX_SHARES_PER_WEI * SCALE ^ Z.of_nat 9).
    { assert (0 < MAX_SHARES_PER_WEI * SCALE ^ 9) by lia. change (Z.of_nat 9) with 9. nia. }
    destruct (endScales_enough 9 b e ltac:(lia) Top) as [E1 E2]. split; [exact E1 |].
    unfold price. rewrite E2. destruct (_ =? 0); cbn [snd]; lia.
Qed.
