(** * What sinks are paid, and what the escrow holds, over histories of any length

    What is proved. The token bucket is filled with the capacity that was not paid for, and drained into the pool:

      streamed + drained + bucket' <= what the sinks could take + bucket                          [bucket_bounds_pay]
      and the bucket never holds more than its depth, one epoch of full pay                       [bucket_at_most_depth]
      while an inflow is not confirmed yet, the bound has one more term: what a stream paid beyond capacity and bucket
                                                                                                  [bucket_unconfirmed]

    so nothing that was saved up can be poured over the sinks at once. And the escrow of a pool whose inflow is bounded
    by a burst σ and a rate ρ <= M that the sinks can take holds no more than σ                    [escrow_at_most_burst]

    What it mirrors. FlowMath.fillBucket in src/libraries/FlowMath.sol, called by InflowBook.asOfNow, and what
    InflowBook.countDrain takes out; `ts/model/exact.ts`; test/fuzz/FlowMath.t.sol.

    What it assumes. The escrow's level is a queue in steps: inflow comes in, what the sinks take goes out.            *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding.
Import ListNotations.
Open Scope Z_scope.
Open Scope bool_scope.

Definition fillBucket (bucket capacity paid depth : Z) : Z := Z.min (saturatingSub (bucket + capacity) paid) depth.

Inductive Event := Fill (capacity paid depth : Z) | Drain (amount : Z).

(** Oldest first; a drain takes no more than there is, or it is no history. *)
Fixpoint run (bucket : Z) (history : list Event) : option Z :=
  match history with
  | [] => Some bucket
  | Fill c p d :: rest => run (fillBucket bucket c p d) rest
  | Drain x :: rest => if (0 <=? x) && (x <=? bucket) then run (bucket - x) rest else None
  end.

Definition drained := sum (fun e => match e with Drain x => x | _ => 0 end).
Definition capacityOf := sum (fun e => match e with Fill c _ _ => c | _ => 0 end).
Definition streamed := sum (fun e => match e with Fill _ p _ => p | _ => 0 end).

Definition confirmed (e : Event) : Prop := match e with Fill c p d => 0 <= p <= c /\ 0 <= d | Drain _ => True end.
Definition plausible (e : Event) : Prop := match e with Fill c p d => 0 <= c /\ 0 <= p /\ 0 <= d | Drain _ => True end.

Theorem bucket_bounds_pay history : forall b b', 0 <= b -> Forall confirmed history -> run b history = Some b' ->
  0 <= b' /\ streamed history + drained history + b' <= capacityOf history + b.
Proof.
  unfold streamed, drained, capacityOf.
  induction history as [| [c p d | x] rest IH]; intros b b' Hb F R; inversion F; subst; simpl in *.
  - inversion R; subst; lia.
  - assert (0 <= fillBucket b c p d <= b + c - p) by (unfold fillBucket, saturatingSub; lia).
    destruct (IH (fillBucket b c p d) b' ltac:(lia) ltac:(assumption) R). lia.
  - destruct (Z.leb_spec 0 x); destruct (Z.leb_spec x b); simpl in R; try discriminate.
    destruct (IH (b - x) b' ltac:(lia) ltac:(assumption) R). lia.
Qed.

Theorem bucket_at_most_depth history depth : forall b b', 0 <= b <= depth ->
  Forall (fun e => match e with Fill c p d => 0 <= c /\ 0 <= p /\ 0 <= d <= depth | Drain _ => True end) history ->
  run b history = Some b' -> 0 <= b' <= depth.
Proof.
  induction history as [| [c p d | x] rest IH]; intros b b' Hb F R; inversion F; subst; simpl in *.
  - inversion R; subst; lia.
  - apply (IH (fillBucket b c p d)); auto. unfold fillBucket, saturatingSub. lia.
  - destruct (Z.leb_spec 0 x); destruct (Z.leb_spec x b); simpl in R; try discriminate.
    apply (IH (b - x)); auto. lia.
Qed.

Fixpoint forgotten (bucket : Z) (history : list Event) : Z :=
  match history with
  | [] => 0
  | Fill c p d :: rest => saturatingSub p (bucket + c) + forgotten (fillBucket bucket c p d) rest
  | Drain x :: rest => forgotten (bucket - x) rest
  end.

Theorem bucket_unconfirmed history : forall b b', 0 <= b -> Forall plausible history -> run b history = Some b' ->
  0 <= b' /\ streamed history + drained history + b' <= capacityOf history + b + forgotten b history.
Proof.
  unfold streamed, drained, capacityOf.
  induction history as [| [c p d | x] rest IH]; intros b b' Hb F R; inversion F; subst; simpl in *.
  - inversion R; subst; lia.
  - assert (0 <= fillBucket b c p d <= b + c - p + saturatingSub p (b + c)) by (unfold fillBucket, saturatingSub; lia).
    destruct (IH (fillBucket b c p d) b' ltac:(lia) ltac:(assumption) R). lia.
  - destruct (Z.leb_spec 0 x); destruct (Z.leb_spec x b); simpl in R; try discriminate.
    destruct (IH (b - x) b' ltac:(lia) ltac:(assumption) R). lia.
Qed.

(** ** The level of the escrow. Steps are (inflow, what the sinks took), newest first. *)

Fixpoint level (steps : list (Z * Z)) : Z :=
  match steps with [] => 0 | (inflow, taken) :: rest => Z.max 0 (level rest + inflow - taken) end.
Definition inflowOf : list (Z * Z) -> Z := sum fst.

(** The level is what came in since it was last zero, less what was taken meanwhile. *)
Lemma level_since M : forall steps, Forall (fun s => M <= snd s) steps ->
  exists n, (n <= length steps)%nat /\ level steps <= Z.max 0 (inflowOf (firstn n steps) - M * Z.of_nat n).
Proof.
  unfold inflowOf. induction 1 as [| [a u] rest H _ (n & Hn & IH)]; [exists 0%nat; simpl; lia |]. simpl in *.
  destruct (Z_le_gt_dec (level rest) 0) as [L | L].
  - exists 1%nat. simpl. lia.
  - exists (S n). split; [lia |]. cbn [firstn sum fst]. lia.
Qed.

Theorem escrow_at_most_burst M rho sigma steps : 0 <= sigma -> rho <= M -> Forall (fun s => M <= snd s) steps ->
  (forall n, (n <= length steps)%nat -> inflowOf (firstn n steps) <= sigma + rho * Z.of_nat n) ->
  level steps <= sigma.
Proof.
  intros Hs Hr F H. destruct (level_since M steps F) as (n & Hn & L). pose proof (H n Hn). nia.
Qed.
