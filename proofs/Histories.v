(** * Replaying a history of the book

    Runs calls on the definitions of ReturnShares.v, so that Vectors.v can compare what comes out with what the TypeScript
    model says. Proves nothing.                                                                                          *)
From Coq Require Import ZArith List.
From Backpressure Require Import ReturnShares.
Import ListNotations.
Open Scope Z_scope.

(** Claims are told by their place in a list. *)
Inductive Call :=
| CallAccrue (gained time : Z) | CallDonate (amount : Z) | CallDrain (amount back : Z) | CallRelease (excess : Z)
| CallSync (who : nat) (stayed : bool) (newRate : Z) | CallRedeem (who : nat) (n : Z) | CallPay (who : nat).

Definition State : Type := Book * Ends * list Claim.

Fixpoint put (who : nat) (c : Claim) (cs : list Claim) : list Claim :=
  match cs, who with
  | [], _ => []
  | _ :: r, O => c :: r
  | x :: r, S n => x :: put n c r
  end.

Definition call (s : State) (what : Call) : State :=
  let '(b, e, cs) := s in
  let '(b', cs') :=
    match what with
    | CallAccrue gained time => (accrue b gained time, cs)
    | CallDonate amount => (donate b amount, cs)
    | CallDrain amount back => (drain b amount back, cs)
    | CallRelease excess => (release b excess, cs)
    | CallSync who stayed newRate =>
        let c := nth who cs noClaim in (sync b e c stayed newRate, put who (syncClaim b e c stayed newRate) cs)
    | CallRedeem who n => let c := nth who cs noClaim in (redeem b n, put who (redeemClaim b c n) cs)
    | CallPay who => let c := nth who cs noClaim in (pay b c, put who (withPayable c (c_shares c) 0) cs)
    end in
  let '(b'', e') := rescale b' e in (b'', e', cs').

Definition bookNumbers (b : Book) : list Z :=
  [shares b; base b; sharesPerRate b; rate b; scale b; setAsidePerShare b; setAsidePerRate b; claimed b; owned b;
   unowned b; setAside b].
Definition claimNumbers (c : Claim) : list Z :=
  [c_shares c; c_sharesPerRate c; c_scale c; c_setAsidePerShare c; c_setAsidePerRate c; payableNow c; c_rate c].

(** After all calls, from an empty book with [n] claims. *)
Definition replay (n : nat) (calls : list Call) : list (list Z) :=
  let '(b, _, cs) := fold_left call calls (emptyBook, noEnds, repeat noClaim n) in
  bookNumbers b :: map claimNumbers cs.
