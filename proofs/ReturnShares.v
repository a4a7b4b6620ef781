(** * The book of shares, as the contract computes it

    Mirrors src/libraries/ReturnShares.sol, function by function and under the same names; `ts/model/shares.ts` is the other
    implementation, and Vectors.v compares the two on whole histories. This file only defines; what holds for every history
    is in ReturnSharesProof.v.

    Integers without end stand for Solidity's: where a word would overflow or a difference would fall below zero, the
    contract reverts or stops at the end of the range, and there is no such step here. Left out are therefore the ends of
    the ranges (2^128 for amounts, 2^254 for products), and what only says when something may happen: syncedAt, leaving,
    leavingSince, income and overflowTime, of which only the differences `gained` and `time` matter.                     *)
From Coq Require Import ZArith List Bool.
From Backpressure Require Import Rounding.
Open Scope Z_scope.
Open Scope bool_scope.

(** The constants; an amount per share has 160 binary digits behind the point, one per share of a rate has 32. *)
Definition WAD : Z := 10 ^ 18.
Definition SCALE : Z := 10 ^ 9.
Definition SCALES_TO_ZERO : nat := 9.
Definition MAX_SHARES_PER_WEI : Z := WAD * SCALE.
Definition PER_SHARE : Z := 2 ^ 160.
Definition PER_RATE : Z := 2 ^ 32.
Definition PER_SHARE_OF_RATE : Z := 2 ^ 128.

Record Book := MkBook {
  shares : Z; base : Z; sharesPerRate : Z; rate : Z; scale : Z;
  setAsidePerShare : Z; setAsidePerRate : Z;
  claimed : Z; owned : Z; unowned : Z; setAside : Z }.

Record Claim := MkClaim {
  c_shares : Z; c_sharesPerRate : Z; c_scale : Z; c_setAsidePerShare : Z; c_setAsidePerRate : Z;
  payableNow : Z; c_rate : Z }.

Definition emptyBook : Book := MkBook 0 0 0 0 0 0 0 0 0 0 0.
Definition noClaim : Claim := MkClaim 0 0 0 0 0 0 0.

(** [setAsidePerShare] at the end of each scale that has ended. *)
Definition Ends := Z -> Z.
Definition noEnds : Ends := fun _ => 0.
Definition setEnd (ends : Ends) (at_ value : Z) : Ends := fun k => if k =? at_ then value else ends k.

Definition withMoney (b : Book) (claimed' owned' unowned' setAside' : Z) : Book :=
  MkBook (shares b) (base b) (sharesPerRate b) (rate b) (scale b) (setAsidePerShare b) (setAsidePerRate b)
    claimed' owned' unowned' setAside'.

(** Shares of a rate. *)
Definition times (r perRate : Z) : Z := r * perRate / WAD.

Definition claimedShares (b : Book) : Z := base b + times (rate b) (sharesPerRate b).

Definition valueOf (b : Book) (n : Z) : Z := if shares b <=? n then owned b else n * owned b / shares b.

(** ** Money *)

Definition price (b : Book) : Z * Z := if shares b =? 0 then (WAD, 1) else (shares b, owned b).

Definition accrue (b : Book) (gained time : Z) : Book :=
  let (sh, ow) := price b in
  MkBook (shares b + ceilDiv (gained * sh) ow) (base b) (sharesPerRate b + time * sh / ow) (rate b) (scale b)
    (setAsidePerShare b) (setAsidePerRate b) (claimed b) (owned b + gained) (unowned b) (setAside b).

Definition donate (b : Book) (amount : Z) : Book :=
  withMoney b (claimed b) (owned b) (unowned b + amount) (setAside b).

Definition drainedFromOwned (b : Book) (amount back : Z) : Z :=
  saturatingSub amount back - Z.min (saturatingSub amount back) (unowned b).

Definition drain (b : Book) (amount back : Z) : Book :=
  let fromUnowned := Z.min (saturatingSub amount back) (unowned b) in
  withMoney b (claimed b) (owned b - drainedFromOwned b amount back)
    (unowned b - fromUnowned + saturatingSub back amount) (setAside b).

Definition sharesUp (b : Book) : Z := claimedShares b + 1.
Definition heldShares (b : Book) : Z := Z.min (sharesUp b) (shares b).

Definition perShareOf (b : Book) (excess : Z) : Z :=
  Z.min (excess * PER_SHARE / heldShares b) (owned b * PER_SHARE / shares b).

(** Sets [p] wei per share aside, times 2^160. *)
Definition releasePerShare (b : Book) (p : Z) : Book :=
  let amount := ceilDiv (heldShares b * p) PER_SHARE in
  let taken := ceilDiv (shares b * p) PER_SHARE in
  MkBook (shares b) (base b) (sharesPerRate b) (rate b) (scale b)
    (setAsidePerShare b + p) (setAsidePerRate b + sharesPerRate b * p / PER_SHARE_OF_RATE)
    (claimed b + (sharesUp b * p / PER_SHARE + 1)) (owned b - taken) (unowned b + taken - amount) (setAside b + amount).

Definition nothingToRelease (b : Book) (excess : Z) : bool :=
  (heldShares b =? 0) || (sharesUp b =? 1) || (excess =? 0).

Definition release (b : Book) (excess : Z) : Book :=
  if nothingToRelease b excess then b else releasePerShare b (perShareOf b excess).

(** ** Scales *)

(** When nothing is left, nine scales end at once, after which nothing is left of any number of shares. *)
Definition endAllScales (b : Book) : Book :=
  MkBook 0 0 0 (rate b) (scale b + Z.of_nat SCALES_TO_ZERO) (setAsidePerShare b) (setAsidePerRate b)
    (claimed b) (owned b) (unowned b) (setAside b).

Definition endScale (b : Book) : Book :=
  let up := ceilDiv (claimedShares b + 1) SCALE + 1 in
  let per := sharesPerRate b / SCALE in
  MkBook (ceilDiv (shares b) SCALE) (up - times (rate b) per) per (rate b) (scale b + 1)
    (setAsidePerShare b) (setAsidePerRate b) (claimed b) (owned b) (unowned b) (setAside b).

Definition allWorthNothing (b : Book) : bool := (owned b =? 0) && negb (shares b =? 0).
Definition isTooCheap (b : Book) : bool := owned b * MAX_SHARES_PER_WEI <? shares b.

Fixpoint endScales (fuel : nat) (b : Book) (ends : Ends) : Book * Ends :=
  match fuel with
  | O => (b, ends)
  | S f => if isTooCheap b then endScales f (endScale b) (setEnd ends (scale b) (setAsidePerShare b)) else (b, ends)
  end.

Definition rescale (b : Book) (ends : Ends) : Book * Ends :=
  if allWorthNothing b then endScales 9 (endAllScales b) (setEnd ends (scale b) (setAsidePerShare b))
  else endScales 9 b ends.

(** ** Claims *)

(** A claim on its way through the scales, and what it has picked up. *)
Record Trail := MkTrail { t_shares : Z; t_sharesPerRate : Z; t_start : Z; forShares : Z; before : Z }.

Definition pass (upTo : Z) (t : Trail) : Trail :=
  if t_start t <? upTo then
    MkTrail (t_shares t) (t_sharesPerRate t) upTo
      (forShares t + t_shares t * (upTo - t_start t) / PER_SHARE)
      (before t + ceilDiv (t_sharesPerRate t * (upTo - t_start t)) PER_SHARE_OF_RATE)
  else t.

Definition enterNextScale (t : Trail) : Trail :=
  MkTrail (t_shares t / SCALE) (ceilDiv (t_sharesPerRate t) SCALE) (t_start t) (forShares t) (before t).

Definition nextToNothing (t : Trail) : bool := (t_shares t =? 0) && (t_sharesPerRate t <? 2).

(** The loop; [n] scales are between the claim and the book. *)
Fixpoint followed (n : nat) (b : Book) (ends : Ends) (at_ : Z) (t : Trail) : Trail :=
  match n with
  | O => pass (setAsidePerShare b) t
  | S m =>
      if nextToNothing t then pass (setAsidePerShare b) t
      else followed m b ends (at_ + 1) (enterNextScale (pass (ends at_) t))
  end.

Definition trailOf (c : Claim) : Trail := MkTrail (c_shares c) (c_sharesPerRate c) (c_setAsidePerShare c) 0 0.
Definition scalesBehind (b : Book) (c : Claim) : nat := Z.to_nat (scale b - c_scale c).
Definition follow (b : Book) (ends : Ends) (c : Claim) : Trail :=
  followed (scalesBehind b c) b ends (c_scale c) (trailOf c).

Definition forRate (b : Book) (c : Claim) (t : Trail) : Z :=
  c_rate c * saturatingSub (setAsidePerRate b - c_setAsidePerRate c) (before t) / (WAD * PER_RATE).

Definition baseOf (sh r per : Z) : Z := sh - times r per.

Definition asked (b : Book) (ends : Ends) (c : Claim) : Z :=
  let t := follow b ends c in payableNow c + (forShares t + forRate b c t).
Definition earned (b : Book) (ends : Ends) (c : Claim) (stayed : bool) : Z :=
  if stayed then asked b ends c else payableNow c + forShares (follow b ends c).
Definition payableAfter b ends c stayed := Z.min (earned b ends c stayed) (setAside b).
Definition claimedAfter b ends c stayed := saturatingSub (claimed b) (asked b ends c) + payableAfter b ends c stayed.
Definition sharesAfter (b : Book) (ends : Ends) (c : Claim) (stayed : bool) : Z :=
  let t := follow b ends c in
  t_shares t + (if stayed then times (c_rate c) (saturatingSub (sharesPerRate b) (t_sharesPerRate t)) else 0).

Definition syncClaim (b : Book) (ends : Ends) (c : Claim) (stayed : bool) (r : Z) : Claim :=
  MkClaim (sharesAfter b ends c stayed) (sharesPerRate b) (scale b) (setAsidePerShare b) (setAsidePerRate b)
    (payableAfter b ends c stayed) r.

(** Through the end of a scale, what a rate has bought is rounded anew, by less than one. *)
Definition roundedAnew (b : Book) (c : Claim) : Z := if (c_scale c =? scale b) || (c_rate c =? 0) then 0 else 1.

Definition sync (b : Book) (ends : Ends) (c : Claim) (stayed : bool) (r : Z) : Book :=
  let t := follow b ends c in
  let unclaimed := saturatingSub (setAside b) (claimedAfter b ends c stayed) in
  MkBook (shares b)
    (base b + roundedAnew b c - baseOf (t_shares t) (c_rate c) (t_sharesPerRate t)
      + baseOf (sharesAfter b ends c stayed) r (sharesPerRate b))
    (sharesPerRate b) (rate b - c_rate c + r) (scale b) (setAsidePerShare b) (setAsidePerRate b)
    (claimedAfter b ends c stayed) (owned b) (unowned b + unclaimed) (setAside b - unclaimed).

Definition withPayable (c : Claim) (sh payable' : Z) : Claim :=
  MkClaim sh (c_sharesPerRate c) (c_scale c) (c_setAsidePerShare c) (c_setAsidePerRate c) payable' (c_rate c).

Definition redeem (b : Book) (n : Z) : Book :=
  let value := valueOf b n in
  let left := owned b - value in
  let all := saturatingSub (shares b) n in
  MkBook all (base b - n) (sharesPerRate b) (rate b) (scale b) (setAsidePerShare b) (setAsidePerRate b)
    (claimed b + value) (Z.min left (all / WAD)) (unowned b + left - Z.min left (all / WAD)) (setAside b + value).

Definition redeemClaim (b : Book) (c : Claim) (n : Z) : Claim :=
  withPayable c (c_shares c - n) (payableNow c + valueOf b n).

Definition pay (b : Book) (c : Claim) : Book :=
  withMoney b (saturatingSub (claimed b) (payableNow c)) (owned b) (unowned b) (setAside b - payableNow c).

(** EscrowBuffer._keep: what the token would not pay stays set aside. *)
Definition keep (b : Book) (amount : Z) : Book :=
  withMoney b (claimed b + amount) (owned b) (unowned b) (setAside b + amount).
