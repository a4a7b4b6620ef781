(** * What a stream is credited, it paid

    What is proved. Let streams of together R wei per second have stayed, while the pool recorded any number of times, with
    whatever units and rates came and went. In each record let one unit have been paid P wei in t seconds, with e units of the
    escrow and u of all members. Each stream of one wei per second is credited

      time * e/u * P / (P + t + t·leak/u),   rounded down,                                      (overflowTime)

    and all of them together no more than the escrow's own units really received:

      R · Σ credited <= 1e18 · Σ e·P                                                          [credited_was_paid]

    which is what [Accrue] in ReturnSharesProof.v takes for granted. And what one unit got never counts for more than all
    members got                                                                               [counted_was_received]

    What it mirrors. InflowBook._overflowTime and asOfNow in src/libraries/InflowBook.sol; `ts/model/inflow.ts`;
    test/fuzz/InflowBook.t.sol.

    What it assumes. Of Superfluid: streams that stayed were never more than what the members got, what unit updates leaked,
    and one wei per second and unit, which it rounds away ([Recorded]).                                                   *)
From Coq Require Import ZArith Lia List.
From Backpressure Require Import Rounding.
Import ListNotations.
Open Scope Z_scope.

Definition WAD : Z := 10 ^ 18.

Record Entry := MkEntry { sinks : Z; escrow : Z; fee : Z; time : Z; perUnit : Z; leak : Z }.

Definition members (r : Entry) : Z := sinks r + escrow r + fee r.

Definition overflowTime (r : Entry) : Z :=
  if perUnit r =? 0 then 0
  else time r * WAD * escrow r * perUnit r / (members r * (perUnit r + time r) + leak r * time r).

Definition gained (r : Entry) : Z := escrow r * perUnit r.

(** What Superfluid guarantees for streams of together [rate] that stayed all the time. *)
Definition Recorded (rate : Z) (r : Entry) : Prop :=
  0 <= sinks r /\ 0 < escrow r /\ 0 <= fee r /\ 0 <= time r /\ 0 <= perUnit r /\ 0 <= leak r /\
  rate * time r <= (perUnit r + time r) * members r + leak r * time r.

Lemma credited_in_one rate r : 0 <= rate -> Recorded rate r -> rate * overflowTime r <= WAD * gained r.
Proof.
  intros Hr (H1 & H2 & H3 & H4 & H5 & H6 & H). assert (W : 0 < WAD) by reflexivity.
  unfold overflowTime, gained. destruct (Z.eqb_spec (perUnit r) 0) as [-> | N]; [lia |].
  assert (M : 0 < members r) by (unfold members; lia).
  set (all := members r * (perUnit r + time r) + leak r * time r) in *.
  assert (A : 0 < all).
  { unfold all. assert (0 < members r * (perUnit r + time r)) by (apply Z.mul_pos_pos; lia).
    assert (0 <= leak r * time r) by (apply Z.mul_nonneg_nonneg; lia). lia. }
  assert (L : rate * time r <= all) by (unfold all; lia).
  pose proof (div_down (time r * WAD * escrow r * perUnit r) all A) as D.
  set (v := time r * WAD * escrow r * perUnit r / all) in *.
  apply Z.mul_le_mono_pos_l with all; [exact A |].
  apply Z.le_trans with (rate * (time r * WAD * escrow r * perUnit r)); [nia |].
  replace (rate * (time r * WAD * escrow r * perUnit r)) with (rate * time r * (WAD * (escrow r * perUnit r))) by ring.
  apply Z.mul_le_mono_nonneg_r; [| exact L]. apply Z.mul_nonneg_nonneg; [lia | apply Z.mul_nonneg_nonneg; lia].
Qed.

Theorem credited_was_paid rate records : 0 <= rate -> Forall (Recorded rate) records ->
  rate * sum overflowTime records <= WAD * sum gained records.
Proof.
  intro Hr. induction 1 as [| r rest H _ IH]; cbn [sum]; [lia |].
  pose proof (credited_in_one rate r Hr H). lia.
Qed.

(** What one unit got is computed from what the escrow's units got, rounded down. *)
Theorem counted_was_received received units : 0 <= received -> 0 < units -> received / units * units <= received.
Proof. intros Hr Hu. pose proof (div_down received units Hu). lia. Qed.
