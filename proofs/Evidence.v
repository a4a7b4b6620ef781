(** * The rule of evidence

    What is proved. For every history of windows, judged or dropped, with the roundings of the contract:

      0 <= owed <= what the sink was paid since it last owed nothing                            [owed_at_most_received]
      debt cannot be washed: whatever a sink delivered before, it owes at least what the windows since then
      debited, less what they credited                                                        [debt_is_not_washed]
      a sink whose receipts reach the expected share of its pay in each window owes nothing, so that one that
      delivers all it was paid never does, however little the others acknowledge              [deliverer_owes_nothing]
      unearned <= min(2·owed, received): nobody is charged for more than it was paid           [unearned_bounds]
      leaving costs no more than being found out                                        [leaving_costs_no_more]
      a strike needs more debt than delivery; the pay is then at least half unearned          [strike_needs_debt]
      where enough money took part the standard is above zero: nothing is divided by zero      [standard_positive]

    What it mirrors. src/libraries/LedgerMath.sol and `_judge`, `_drop` and `_chargeLeaver` of src/CompletionTracker.sol;
    `ts/model/evidence/rule.ts`; test/fuzz/LedgerMath.t.sol and test/symbolic/LedgerMath.t.sol.

    What it assumes. Nothing about who acknowledges whom: that is a question of money, not of arithmetic.              *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding.
Import ListNotations.
Open Scope Z_scope.
Open Scope bool_scope.

Definition WAD : Z := 10 ^ 18.
Definition QUORUM_DIVISOR : Z := 3.
Definition FLOOR_DIVISOR : Z := 2.
Definition TOLERANCE : Z := 5 * 10 ^ 16.
Definition SLACK : Z := 5 * 10 ^ 16.
Definition DOUBT_DIVISOR : Z := 10.
Definition MAX_DOUBT_DIVISOR : Z := 2.
Definition PENALTY_DIVISOR : Z := 10.
Definition SCALE : Z := 10 ^ 9.

Definition participatingDown (spent age receiptInterval : Z) : Z :=
  if age <=? receiptInterval then spent else spent * receiptInterval / age.
Definition isQuorum (participating paid : Z) : bool :=
  negb (paid =? 0) && (paid <=? participating * QUORUM_DIVISOR).
Definition shareDown (part whole : Z) : Z := if whole <=? part then WAD else part * WAD / whole.
Definition floorOf (participating : Z) : Z := participating / FLOOR_DIVISOR.
Definition isFirm (acknowledged participating : Z) : bool := floorOf participating <=? acknowledged.
Definition standardDown (acknowledged participating : Z) : Z :=
  if isFirm acknowledged participating then acknowledged else floorOf participating.
Definition expectedDown (standard : Z) : Z := saturatingSub (standard * (WAD - TOLERANCE) / WAD) SLACK.
Definition debitDown (received expected standard : Z) : Z := received * expected / standard.
Definition creditUp (acknowledged standard : Z) : Z := ceilDiv (acknowledged * WAD) standard.
Definition peakAfterDown (peak capacity : Z) : Z := Z.max capacity ((peak + capacity) / 2).
Definition provenBacklogDown (owed unitRate peak grace : Z) : Z :=
  saturatingSub (owed / unitRate) (ceilDiv (peak * grace) SCALE).
Definition unearnedDown (owed received earned : Z) : Z :=
  if owed =? 0 then 0 else Z.min (2 * owed) (received * owed / (owed + earned)).
Definition withPenaltyDown (unearned : Z) : Z := unearned + unearned / PENALTY_DIVISOR.
Definition exitChargeDown (owed received earned : Z) : Z :=
  let doubt := Z.min (received / DOUBT_DIVISOR) (owed / MAX_DOUBT_DIVISOR) in
  withPenaltyDown (unearnedDown (owed - doubt) received earned).

Lemma WAD_pos : 0 < WAD. Proof. reflexivity. Qed.
Lemma constants_fit : 0 <= TOLERANCE <= WAD /\ 0 <= SLACK.
Proof. vm_compute. repeat split; discriminate. Qed.
#[local] Opaque WAD TOLERANCE SLACK.

(** ** A ledger over its windows *)

(** A window: the sink's pay in it, what was acknowledged to it, and what the pool says, if it says anything. *)
Inductive Window := Judged (received acknowledged standard : Z) | Dropped (received acknowledged : Z).

Record Ledger := MkLedger { owed : Z; earned : Z; receivedSinceClear : Z }.

Definition debitOf (w : Window) : Z :=
  match w with Judged r _ s => debitDown r (expectedDown s) s | Dropped _ _ => 0 end.
Definition creditOf (w : Window) : Z := match w with Judged _ a s => creditUp a s | Dropped _ a => a end.

Definition close (l : Ledger) (w : Window) : Ledger :=
  let owed' := saturatingSub (owed l + debitOf w) (creditOf w) in
  if owed' =? 0 then MkLedger 0 0 0
  else match w with
       | Judged r _ _ =>
           if owed l =? 0 then MkLedger owed' (creditOf w) r
           else MkLedger owed' (earned l + creditOf w) (receivedSinceClear l + r)
       | Dropped _ _ => MkLedger owed' (earned l) (receivedSinceClear l)
       end.

(** Newest first. *)
Fixpoint after (windows : list Window) : Ledger :=
  match windows with [] => MkLedger 0 0 0 | w :: rest => close (after rest) w end.

Definition plausible (w : Window) : Prop :=
  match w with Judged r a s => 0 <= r /\ 0 <= a /\ 0 < s | Dropped r a => 0 <= r /\ 0 <= a end.

Lemma expected_at_most_standard s : 0 <= s -> 0 <= expectedDown s <= s.
Proof.
  intro H. unfold expectedDown, saturatingSub. pose proof WAD_pos. pose proof constants_fit.
  assert (s * (WAD - TOLERANCE) / WAD <= s) by (apply Z.div_le_upper_bound; nia). lia.
Qed.

Lemma debit_range w : plausible w -> 0 <= debitOf w /\ match w with Judged r _ _ => debitOf w <= r | _ => debitOf w = 0 end.
Proof.
  destruct w as [r a s | r a]; simpl; [| lia]. intros (Hr & Ha & Hs). pose proof (expected_at_most_standard s ltac:(lia)).
  unfold debitDown. split; [apply Z.div_pos; nia | apply Z.div_le_upper_bound; nia].
Qed.

Lemma credit_nonneg w : plausible w -> 0 <= creditOf w.
Proof.
  destruct w as [r a s | r a]; simpl; [| lia]. intros (Hr & Ha & Hs). pose proof WAD_pos.
  unfold creditUp. apply ceilDiv_nonneg; nia.
Qed.

Lemma owed_after l w : owed (close l w) = saturatingSub (owed l + debitOf w) (creditOf w).
Proof.
  unfold close. destruct (Z.eqb_spec (saturatingSub (owed l + debitOf w) (creditOf w)) 0) as [-> | _]; [reflexivity |].
  destruct w; [destruct (owed l =? 0) |]; reflexivity.
Qed.

Theorem owed_at_most_received windows : Forall plausible windows ->
  0 <= owed (after windows) <= receivedSinceClear (after windows) /\ 0 <= earned (after windows).
Proof.
  induction 1 as [| w rest Hw _ [IH IE]]; [simpl; lia |]. cbn [after].
  pose proof (debit_range w Hw) as [D0 D]. pose proof (credit_nonneg w Hw) as C.
  unfold close. destruct (Z.eqb_spec (saturatingSub (owed (after rest) + debitOf w) (creditOf w)) 0) as [_ | N]; [simpl; lia |].
  unfold saturatingSub in *. destruct w as [r a s | r a].
  - destruct (Z.eqb_spec (owed (after rest)) 0); cbn [owed receivedSinceClear earned]; lia.
  - cbn [owed receivedSinceClear earned]. lia.
Qed.

Definition debits := sum debitOf.
Definition credits := sum creditOf.

Theorem debt_is_not_washed later earlier : Forall plausible (later ++ earlier) ->
  debits later - credits later <= owed (after (later ++ earlier)).
Proof.
  unfold debits, credits. induction later as [| w rest IH]; intro F.
  - simpl in *. pose proof (owed_at_most_received earlier F). lia.
  - inversion F as [| ? ? Hw Hr]; subst. specialize (IH Hr). cbn [app after sum]. rewrite owed_after.
    unfold saturatingSub. lia.
Qed.

(** In a window the expected share of the pay was acknowledged: received·φ <= acknowledged. *)
Definition delivered (w : Window) : Prop :=
  match w with Judged r a s => r * expectedDown s <= a * WAD | Dropped _ _ => True end.

Lemma credit_covers w : plausible w -> delivered w -> debitOf w <= creditOf w.
Proof.
  intros Hw. pose proof (credit_nonneg w Hw). destruct w as [r a s | r a]; simpl in *; [| lia]. intro D.
  destruct Hw as (Hr & Ha & Hs). unfold debitDown, creditUp in *. pose proof (ceilDiv_up (a * WAD) s Hs).
  apply Z.div_le_upper_bound; lia.
Qed.

Theorem deliverer_owes_nothing windows : Forall plausible windows -> Forall delivered windows -> owed (after windows) = 0.
Proof.
  induction 1 as [| w rest Hw _ IH]; intro D; [reflexivity |]. inversion D as [| ? ? Dw Dr]; subst. specialize (IH Dr).
  cbn [after]. rewrite owed_after, IH. pose proof (credit_covers w Hw Dw). unfold saturatingSub. lia.
Qed.

(** Whoever delivers all is among them, for a standard of at most one: shares are computed down and stop at one. *)
Theorem all_delivered_suffices r a s : 0 <= r <= a -> 0 < s <= WAD -> delivered (Judged r a s).
Proof. intros Hr Hs. pose proof (expected_at_most_standard s ltac:(lia)). simpl. nia. Qed.

Theorem share_at_most_one part whole : 0 <= part -> 0 < whole -> 0 <= shareDown part whole <= WAD.
Proof.
  intros Hp Hw. pose proof WAD_pos. unfold shareDown. destruct (Z.leb_spec whole part); [lia |].
  split; [apply Z.div_pos; nia | apply Z.div_le_upper_bound; nia].
Qed.

(** ** What is charged *)

Theorem unearned_bounds owed received earned : 0 <= owed -> 0 <= received -> 0 <= earned ->
  0 <= unearnedDown owed received earned /\ unearnedDown owed received earned <= 2 * owed /\
  unearnedDown owed received earned <= received /\
  withPenaltyDown (unearnedDown owed received earned) * PENALTY_DIVISOR <= received * (PENALTY_DIVISOR + 1).
Proof.
  intros Ho Hr He.
  assert (B : 0 <= unearnedDown owed received earned /\ unearnedDown owed received earned <= 2 * owed /\
              unearnedDown owed received earned <= received).
  { unfold unearnedDown. destruct (Z.eqb_spec owed 0); [lia |].
    assert (0 <= received * owed / (owed + earned)) by (apply Z.div_pos; nia).
    assert (received * owed / (owed + earned) <= received) by (apply Z.div_le_upper_bound; nia). lia. }
  destruct B as (B1 & B2 & B3). repeat split; try assumption. unfold withPenaltyDown, PENALTY_DIVISOR.
  pose proof (div_down (unearnedDown owed received earned) 10 ltac:(lia)). lia.
Qed.

Lemma unearned_monotone o1 o2 received earned : 0 <= o1 <= o2 -> 0 <= received -> 0 <= earned ->
  unearnedDown o1 received earned <= unearnedDown o2 received earned.
Proof.
  intros Ho Hr He. unfold unearnedDown. destruct (Z.eqb_spec o1 0); destruct (Z.eqb_spec o2 0); try lia.
  - assert (0 <= received * o2 / (o2 + earned)) by (apply Z.div_pos; nia). lia.
  - assert (received * o1 / (o1 + earned) <= received * o2 / (o2 + earned)); [| lia].
    apply Z.div_le_lower_bound; [lia |].
    pose proof (div_down (received * o1) (o1 + earned) ltac:(lia)) as D.
    assert (0 <= received * o1 / (o1 + earned)) by (apply Z.div_pos; nia).
    set (v := received * o1 / (o1 + earned)) in *.
    assert (v <= received) by (apply Z.div_le_upper_bound; nia).
    assert ((o2 - o1) * v <= (o2 - o1) * received) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

Theorem leaving_costs_no_more owed received earned : 0 <= owed -> 0 <= received -> 0 <= earned ->
  0 <= exitChargeDown owed received earned <= withPenaltyDown (unearnedDown owed received earned).
Proof.
  intros Ho Hr He. unfold exitChargeDown, DOUBT_DIVISOR, MAX_DOUBT_DIVISOR.
  set (doubt := Z.min (received / 10) (owed / 2)).
  assert (0 <= doubt <= owed).
  { unfold doubt. pose proof (div_down owed 2 ltac:(lia)). assert (0 <= received / 10) by (apply Z.div_pos; lia).
    assert (0 <= owed / 2) by (apply Z.div_pos; lia). lia. }
  pose proof (unearned_monotone (owed - doubt) owed received earned ltac:(lia) Hr He).
  destruct (unearned_bounds (owed - doubt) received earned ltac:(lia) Hr He) as (B & _).
  unfold withPenaltyDown, PENALTY_DIVISOR.
  set (u := unearnedDown (owed - doubt) received earned) in *. set (v := unearnedDown owed received earned) in *.
  assert (0 <= u / 10) by (apply Z.div_pos; lia). assert (u / 10 <= v / 10) by (apply Z.div_le_mono; lia). lia.
Qed.

(** A closed window is a strike only so. *)
Definition isStruck (l : Ledger) (firm beyondHorizon : bool) : bool := firm && (earned l <? owed l) && beyondHorizon.

Theorem strike_needs_debt l firm beyondHorizon : 0 <= earned l -> 0 <= receivedSinceClear l ->
  isStruck l firm beyondHorizon = true ->
  firm = true /\ beyondHorizon = true /\ earned l < owed l /\
  receivedSinceClear l <= 2 * (receivedSinceClear l * owed l / (owed l + earned l)) + 1.
Proof.
  intros He Hr S. unfold isStruck in S. apply andb_prop in S as [S B]. apply andb_prop in S as [F O].
  apply Z.ltb_lt in O. repeat split; try assumption.
  pose proof (div_next (receivedSinceClear l * owed l) (owed l + earned l) ltac:(lia)) as D.
  set (v := receivedSinceClear l * owed l / (owed l + earned l)) in *.
  destruct (Z_le_gt_dec (receivedSinceClear l) (2 * v + 1)) as [? | G]; [assumption | exfalso].
  assert (0 <= v) by (apply Z.div_pos; [apply Z.mul_nonneg_nonneg; lia | lia]).
  assert ((2 * v + 2) * owed l <= receivedSinceClear l * owed l) by (apply Z.mul_le_mono_nonneg_r; lia).
  assert ((owed l + earned l) * (v + 1) <= 2 * owed l * (v + 1)) by (apply Z.mul_le_mono_nonneg_r; lia). lia.
Qed.

Theorem standard_positive acknowledged participating paid : 0 <= acknowledged -> 0 <= participating ->
  isQuorum participating paid = true -> 0 < paid ->
  0 < standardDown acknowledged (shareDown participating paid) .
Proof.
  intros Ha Hp Q Hpaid. unfold isQuorum in Q. apply andb_prop in Q as [_ Q]. apply Z.leb_le in Q. unfold QUORUM_DIVISOR in Q.
  assert (Third : WAD / 3 <= shareDown participating paid).
  { pose proof WAD_pos. unfold shareDown. destruct (Z.leb_spec paid participating).
    - apply Z.div_le_upper_bound; lia.
    - apply Z.div_le_lower_bound; [lia |]. pose proof (div_down WAD 3 ltac:(lia)). nia. }
  assert (Floor : 0 < floorOf (shareDown participating paid)).
  { unfold floorOf, FLOOR_DIVISOR. apply Z.lt_le_trans with (WAD / 3 / 2); [vm_compute; reflexivity |].
    apply Z.div_le_mono; [lia | exact Third]. }
  unfold standardDown, isFirm. destruct (Z.leb_spec (floorOf (shareDown participating paid)) acknowledged); lia.
Qed.
