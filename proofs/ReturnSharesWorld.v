(** * The world around the book: its steps, its exact values, and the invariant

    [step] is all that can happen, one call or one event at a time; [good] is what always holds, of the contract's numbers
    and of exact ones that it does not keep. That every step keeps it is in ReturnSharesSteps.v.                       *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding ReturnShares ReturnSharesWay.
Import ListNotations.
Open Scope Z_scope.

#[local] Opaque WAD SCALE PER_SHARE PER_RATE PER_SHARE_OF_RATE MAX_SHARES_PER_WEI.
#[local] Hint Resolve WAD_pos SCALE_pos PER_SHARE_pos PER_RATE_pos PER_SHARE_OF_RATE_pos : core.

(** ** The world *)

(** A source: its claim, whether its stream has had the claim's rate ever since it was synchronised, and what one wei per
    second was owed by then, exactly. *)
Record Source := MkSource { claim : Claim; real : bool; seen : Z }.

Record World := MkWorld { book : Book; ends : Ends; exact : Z; inn : Z; out : Z; sources : list Source }.

Definition start : World := MkWorld emptyBook noEnds 0 0 0 [].

Definition realRate (s : Source) : Z := if real s then c_rate (claim s) else 0.

Definition isSynced (b : Book) (c : Claim) : Prop :=
  c_scale c = scale b /\ c_setAsidePerShare c = setAsidePerShare b /\ c_sharesPerRate c = sharesPerRate b.

Inductive step : World -> World -> Prop :=
| Accrue b e x i o ss gained time :
    0 <= gained -> 0 <= time -> 0 < snd (price b) ->
    (* what streams that stayed are credited, they paid *)
    sum realRate ss * time <= gained * WAD ->
    step (MkWorld b e x i o ss) (MkWorld (accrue b gained time) e x (i + gained) o ss)
| Donate b e x i o ss amount :
    0 <= amount ->
    step (MkWorld b e x i o ss) (MkWorld (donate b amount) e x (i + amount) o ss)
| Drain b e x i o ss amount back :
    0 <= amount -> 0 <= back -> drainedFromOwned b amount back <= owned b ->
    step (MkWorld b e x i o ss) (MkWorld (drain b amount back) e x (i + back) (o + amount) ss)
| Release b e x i o ss excess :
    0 < excess -> nothingToRelease b excess = false ->
    step (MkWorld b e x i o ss)
      (MkWorld (release b excess) e (x + sharesPerRate b * perShareOf b excess) i o ss)
| EndScale b e x i o ss :
    isTooCheap b = true ->
    step (MkWorld b e x i o ss) (MkWorld (endScale b) (setEnd e (scale b) (setAsidePerShare b)) x i o ss)
| EndAllScales b e x i o ss :
    allWorthNothing b = true -> shares b < 2 ^ 256 (* a word *) ->
    step (MkWorld b e x i o ss) (MkWorld (endAllScales b) (setEnd e (scale b) (setAsidePerShare b)) x i o ss)
| Come b e x i o ss (* somebody who was never here *) :
    step (MkWorld b e x i o ss) (MkWorld b e x i o (MkSource noClaim false 0 :: ss))
| Stop b e x i o l s r (* a stream ends or changes, and nobody tells *) :
    step (MkWorld b e x i o (l ++ s :: r)) (MkWorld b e x i o (l ++ MkSource (claim s) false (seen s) :: r))
| Sync b e x i o l s r stayed newRate :
    (stayed = true -> real s = true) -> 0 <= newRate ->
    step (MkWorld b e x i o (l ++ s :: r))
      (MkWorld (sync b e (claim s) stayed newRate) e x i o
        (l ++ MkSource (syncClaim b e (claim s) stayed newRate) true x :: r))
| Redeem b e x i o l s r n :
    isSynced b (claim s) -> 0 <= n <= c_shares (claim s) ->
    step (MkWorld b e x i o (l ++ s :: r))
      (MkWorld (redeem b n) e x i o (l ++ MkSource (redeemClaim b (claim s) n) (real s) (seen s) :: r))
| Pay b e x i o l s r :
    step (MkWorld b e x i o (l ++ s :: r))
      (MkWorld (pay b (claim s)) e x i (o + payableNow (claim s))
        (l ++ MkSource (withPayable (claim s) (c_shares (claim s)) 0) (real s) (seen s) :: r))
| Keep b e x i o l s r amount (* a payment that the token refused *) :
    0 <= amount -> payableNow (claim s) = 0 ->
    step (MkWorld b e x i o (l ++ s :: r))
      (MkWorld (keep b amount) e x i (o - amount)
        (l ++ MkSource (withPayable (claim s) (c_shares (claim s)) amount) (real s) (seen s) :: r)).

Inductive reachable : World -> Prop :=
| Start : reachable start
| Then w v : reachable w -> step w v -> reachable v.

(** ** Exact values; wei are times WAD * PER_SHARE, shares times WAD *)

Definition growth b e x (s : Source) : Z := x - seen s - exactBefore b (way b e (claim s)).
Definition sure b e (s : Source) : Z :=
  WAD * PER_SHARE * payableNow (claim s) + WAD * exactForShares b (way b e (claim s)).
Definition forItsRate b e x (s : Source) : Z := c_rate (claim s) * Z.max 0 (growth b e x s).
(** What a claim asks for, and what it is entitled to. *)
Definition asks b e x s : Z := sure b e s + forItsRate b e x s.
Definition entitled b e x s : Z := sure b e s + (if real s then forItsRate b e x s else 0).

Definition bought b e (s : Source) : Z :=
  c_rate (claim s) * Z.max 0 (sharesPerRate b - w_perRate (way b e (claim s))).
Definition pretends b e s : Z := WAD * w_shares (way b e (claim s)) + bought b e s.
Definition has b e s : Z := WAD * w_shares (way b e (claim s)) + (if real s then bought b e s else 0).
(** What `base` holds of a claim: while its scale has not ended, also the fraction that rounding took from its rate. *)
Definition fraction (b : Book) (s : Source) : Z :=
  if c_scale (claim s) =? scale b then (c_rate (claim s) * c_sharesPerRate (claim s)) mod WAD else 0.
Definition inBase b e s : Z := pretends b e s + fraction b s.

Record goodClaim (b : Book) (e : Ends) (x : Z) (s : Source) : Prop := {
  g_payable : 0 <= payableNow (claim s); g_shares : 0 <= c_shares (claim s);
  g_perRate : 0 <= c_sharesPerRate (claim s); g_rate : 0 <= c_rate (claim s);
  g_scale : c_scale (claim s) <= scale b; g_start : c_setAsidePerShare (claim s) <= setAsidePerShare b;
  g_seen : PER_SHARE_OF_RATE * (setAsidePerRate b - c_setAsidePerRate (claim s)) <= x - seen s }.

Record good (w : World) : Prop := {
  i_owned : 0 <= owned (book w); i_unowned : 0 <= unowned (book w); i_setAside : 0 <= setAside (book w);
  i_claimed : 0 <= claimed (book w); i_shares : 0 <= shares (book w); i_perRate : 0 <= sharesPerRate (book w);
  i_perShare : 0 <= setAsidePerShare (book w); i_scale : 0 <= scale (book w);
  i_ends : forall k, ends w k <= setAsidePerShare (book w);
  i_exact : PER_SHARE_OF_RATE * setAsidePerRate (book w) <= exact w;
  i_price : owned (book w) * WAD <= shares (book w);
  i_money : owned (book w) + unowned (book w) + setAside (book w) = inn w - out w;
  i_claims : forall s, In s (sources w) -> goodClaim (book w) (ends w) (exact w) s;
  i_rate : rate (book w) = sum (fun s => c_rate (claim s)) (sources w);
  i_base : sum (inBase (book w) (ends w)) (sources w) <= WAD * base (book w) + rate (book w) * sharesPerRate (book w);
  i_has : sum (has (book w) (ends w)) (sources w) <= WAD * shares (book w);
  i_entitled : sum (entitled (book w) (ends w) (exact w)) (sources w) <= WAD * PER_SHARE * setAside (book w);
  i_asks : sum (asks (book w) (ends w) (exact w)) (sources w) <= WAD * PER_SHARE * claimed (book w) }.

Ltac open_good G :=
  destruct G as [Iow Iun Isa Icd Ish Isp Ips Isc Ien Iex Ipc Imo Icl Ira Iba Iha IE IA];
  cbn [book ends exact inn out sources] in *.

Section Claims.
  Variables (b : Book) (e : Ends) (x : Z).
  Hypothesis He : forall k, e k <= setAsidePerShare b.

  Lemma way_sound s : goodClaim b e x s -> sound (setAsidePerShare b) (way b e (claim s)).
  Proof. intros []. apply sound_walk; [exact He |]. unfold firstOf, sound; simpl. lia. Qed.

  Lemma follow_spec s : goodClaim b e x s ->
    let t := follow b e (claim s) in let u := way b e (claim s) in
    t_shares t = w_shares u /\ t_sharesPerRate t = w_perRate u /\ 0 <= forShares t /\
    PER_SHARE * forShares t <= exactForShares b u /\ exactBefore b u <= PER_SHARE_OF_RATE * before t.
  Proof.
    intros []. unfold follow, way. apply follow_near; [exact He | |].
    - unfold near, trailOf, firstOf; simpl. lia.
    - unfold sound, firstOf; simpl. lia.
  Qed.

  Lemma forRate_nonneg s : goodClaim b e x s -> 0 <= forRate b (claim s) (follow b e (claim s)).
  Proof. constants. intros []. unfold forRate, saturatingSub. apply Z.div_pos; nia. Qed.

  Lemma forRate_exact s : goodClaim b e x s ->
    WAD * PER_SHARE * forRate b (claim s) (follow b e (claim s)) <= forItsRate b e x s.
  Proof.
    constants. intro G. pose proof (follow_spec s G) as (_ & _ & _ & _ & F). destruct G.
    unfold forItsRate, growth, forRate.
    set (t := follow b e (claim s)) in *. set (u := way b e (claim s)) in *.
    set (per := saturatingSub (setAsidePerRate b - c_setAsidePerRate (claim s)) (before t)).
    pose proof (div_down (c_rate (claim s) * per) (WAD * PER_RATE) ltac:(nia)) as D.
    assert (K : PER_SHARE_OF_RATE * per <= Z.max 0 (x - seen s - exactBefore b u)).
    { unfold per, saturatingSub.
      destruct (Z.max_spec 0 (setAsidePerRate b - c_setAsidePerRate (claim s) - before t)) as [[_ ->] | [_ ->]]; nia. }
    rewrite PER_SHARE_splits.
    set (q := c_rate (claim s) * per / (WAD * PER_RATE)) in *.
    replace (WAD * (PER_SHARE_OF_RATE * PER_RATE) * q) with (PER_SHARE_OF_RATE * (WAD * PER_RATE * q)) by ring.
    apply Z.le_trans with (PER_SHARE_OF_RATE * (c_rate (claim s) * per)); [apply Z.mul_le_mono_nonneg_l; lia |].
    replace (PER_SHARE_OF_RATE * (c_rate (claim s) * per)) with (c_rate (claim s) * (PER_SHARE_OF_RATE * per)) by ring.
    apply Z.mul_le_mono_nonneg_l; assumption.
  Qed.

  Lemma forItsRate_nonneg s : goodClaim b e x s -> 0 <= forItsRate b e x s.
  Proof. intros []. unfold forItsRate. apply Z.mul_nonneg_nonneg; lia. Qed.
  Lemma bought_nonneg s : goodClaim b e x s -> 0 <= bought b e s.
  Proof. intros []. unfold bought. apply Z.mul_nonneg_nonneg; lia. Qed.

  Lemma sure_exact s : goodClaim b e x s ->
    WAD * PER_SHARE * (payableNow (claim s) + forShares (follow b e (claim s))) <= sure b e s.
  Proof.
    constants. intro G. pose proof (follow_spec s G) as (_ & _ & _ & F & _). unfold sure.
    assert (WAD * (PER_SHARE * forShares (follow b e (claim s))) <= WAD * exactForShares b (way b e (claim s)))
      by (apply Z.mul_le_mono_nonneg_l; lia). lia.
  Qed.

  Lemma asked_exact s : goodClaim b e x s -> WAD * PER_SHARE * asked b e (claim s) <= asks b e x s.
  Proof. intro G. pose proof (sure_exact s G). pose proof (forRate_exact s G). unfold asked, asks. lia. Qed.

  Lemma earned_exact s stayed : goodClaim b e x s -> (stayed = true -> real s = true) ->
    WAD * PER_SHARE * earned b e (claim s) stayed <= entitled b e x s.
  Proof.
    intros G S0. pose proof (sure_exact s G). pose proof (forRate_exact s G). pose proof (forItsRate_nonneg s G).
    unfold earned, asked, entitled. destruct stayed; [rewrite S0 by reflexivity; lia |]. destruct (real s); lia.
  Qed.

  Lemma earned_range s stayed : goodClaim b e x s -> 0 <= earned b e (claim s) stayed <= asked b e (claim s).
  Proof.
    intro G. pose proof (follow_spec s G) as (_ & _ & F & _). pose proof (forRate_nonneg s G). destruct G.
    unfold earned, asked. destruct stayed; lia.
  Qed.

  Lemma entitled_le_asks s : goodClaim b e x s -> entitled b e x s <= asks b e x s.
  Proof. intro G. pose proof (forItsRate_nonneg s G). unfold entitled, asks. destruct (real s); lia. Qed.

  Lemma entitled_above s : goodClaim b e x s -> WAD * PER_SHARE * payableNow (claim s) <= entitled b e x s.
  Proof.
    constants. intro G. pose proof (forItsRate_nonneg s G). pose proof (follow_spec s G) as (_ & _ & F1 & F2 & _).
    unfold entitled, sure. assert (0 <= exactForShares b (way b e (claim s))) by nia.
    assert (0 <= WAD * exactForShares b (way b e (claim s))) by nia. destruct (real s); lia.
  Qed.

  Lemma entitled_nonneg s : goodClaim b e x s -> 0 <= entitled b e x s.
  Proof. constants. intro G. pose proof (entitled_above s G). destruct G. nia. Qed.

  Lemma has_le_pretends s : goodClaim b e x s -> has b e s <= pretends b e s.
  Proof. intro G. pose proof (bought_nonneg s G). unfold has, pretends. destruct (real s); lia. Qed.

  Lemma shares_le_has s : goodClaim b e x s -> WAD * w_shares (way b e (claim s)) <= has b e s.
  Proof. intro G. pose proof (bought_nonneg s G). unfold has. destruct (real s); lia. Qed.

  Lemma has_nonneg s : goodClaim b e x s -> 0 <= has b e s.
  Proof. constants. intro G. pose proof (shares_le_has s G). destruct (way_sound s G). nia. Qed.

  Lemma fraction_range s : 0 <= fraction b s < WAD.
  Proof.
    constants. unfold fraction. destruct (c_scale (claim s) =? scale b); [apply Z.mod_pos_bound; lia | lia].
  Qed.

  Lemma sharesAfter_exact s stayed : goodClaim b e x s -> (stayed = true -> real s = true) ->
    0 <= sharesAfter b e (claim s) stayed /\ WAD * sharesAfter b e (claim s) stayed <= has b e s.
  Proof.
    constants. intros G S0. pose proof (follow_spec s G) as (F1 & F2 & _). pose proof (way_sound s G) as (W1 & _).
    pose proof (bought_nonneg s G) as B. unfold sharesAfter. rewrite F1, F2. destruct G. unfold has, bought in *.
    assert (0 <= times (c_rate (claim s)) (saturatingSub (sharesPerRate b) (w_perRate (way b e (claim s))))).
    { unfold times, saturatingSub. apply Z.div_pos; nia. }
    pose proof (div_down (c_rate (claim s) * Z.max 0 (sharesPerRate b - w_perRate (way b e (claim s)))) WAD ltac:(auto)).
    unfold times, saturatingSub in *. destruct stayed; [rewrite S0 by reflexivity; lia |]. destruct (real s); lia.
  Qed.
End Claims.

(** claimedShares, plus one, is more than all claims pretend to have together. *)
Lemma sharesUp_covers w : good w ->
  sum (pretends (book w) (ends w)) (sources w) < WAD * sharesUp (book w) /\ 0 <= claimedShares (book w).
Proof.
  constants. intro G. open_good G.
  assert (L : sum (pretends (book w) (ends w)) (sources w) <= sum (inBase (book w) (ends w)) (sources w)).
  { apply sum_le. intros s _. unfold inBase. pose proof (fraction_range (book w) s). lia. }
  assert (P : 0 <= sum (pretends (book w) (ends w)) (sources w)).
  { apply sum_nonneg. intros s Hs. pose proof (has_nonneg _ _ _ Ien s (Icl s Hs)).
    pose proof (has_le_pretends _ _ _ s (Icl s Hs)). lia. }
  unfold sharesUp, claimedShares, times.
  pose proof (div_next (rate (book w) * sharesPerRate (book w)) WAD ltac:(auto)). split; [lia |].
  assert (0 < WAD * (base (book w) + rate (book w) * sharesPerRate (book w) / WAD + 1)) by lia. nia.
Qed.

Lemma has_below_sharesUp w : good w -> sum (has (book w) (ends w)) (sources w) <= WAD * heldShares (book w).
Proof.
  constants. intro G. pose proof (sharesUp_covers w G) as [P _]. pose proof G as G'. open_good G'.
  assert (sum (has (book w) (ends w)) (sources w) <= sum (pretends (book w) (ends w)) (sources w)).
  { apply sum_le. intros s Hs. apply (has_le_pretends _ _ (exact w)); auto. }
  unfold heldShares. destruct (Z.min_spec (sharesUp (book w)) (shares (book w))) as [[_ ->] | [_ ->]]; lia.
Qed.

Lemma good_start : good start.
Proof. constants. split; simpl; unfold noEnds; try lia; now intros. Qed.
