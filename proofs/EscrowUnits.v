(** * What one unit is paid

    What is proved. However much is streamed and however little the sinks can do, no unit is paid more than q per second, and
    the escrow takes no more units than that needs:

      escrowUnits = max(1, ⌈L/q⌉ - U - fee)   ⟹   L / (U + fee + escrowUnits) <= q                 [price_at_most_q]
                                              ⟹   with one unit less (if it has two) the price exceeds q [least_units]

    Under a pipeline's limit the same holds with the price cap in place of q, and the cap is never above q.

    What it mirrors. FlowMath.escrowUnitsUp, priceCapDown, feeUnitsDown, pipelineLimitDown and minDepositUp in
    src/libraries/FlowMath.sol; `ts/model/exact.ts`; test/fuzz/FlowMath.t.sol and test/symbolic/FlowMath.t.sol.

    What it assumes. q and L of the range that the contract takes: q < 2^80 and L < 2^80 q, which every stream of Superfluid
    (int96) meets. [needs_small_q] shows that the first is needed.                                                    *)
From Coq Require Import ZArith Lia.
From Backpressure Require Import Rounding.
Open Scope Z_scope.

Definition MAX_UNITS : Z := 2 ^ 80 - 1.
Definition MIN_CAP_DIVISOR : Z := 10000.
Definition BASIS_POINTS : Z := 10000.
Definition WAD : Z := 10 ^ 18.

Definition escrowUnitsUp (inflow priceCap sinkUnits feeUnits : Z) : Z :=
  Z.min (Z.max (saturatingSub (ceilDiv inflow priceCap) (sinkUnits + feeUnits)) 1) MAX_UNITS.

Definition priceCapDown (unitRate limit sinkUnits : Z) : Z :=
  if sinkUnits =? 0 then unitRate else Z.min unitRate (Z.max (limit / sinkUnits) (unitRate / MIN_CAP_DIVISOR)).

Definition feeUnitsDown (sinkUnits fee : Z) : Z := sinkUnits * fee / (BASIS_POINTS - fee).

Definition pipelineLimitDown (intake overflow horizon ratio : Z) : Z :=
  saturatingSub intake (ceilDiv overflow (3 * horizon)) * WAD / ratio.

Lemma max_units_eq : 2 ^ 80 = MAX_UNITS + 1. Proof. reflexivity. Qed.
Lemma max_units_big : 1 <= MAX_UNITS. Proof. discriminate. Qed.

Theorem price_at_most_q L q U F : 0 < q <= MAX_UNITS -> 0 <= L < 2 ^ 80 * q -> 0 <= U -> 0 <= F ->
  L / (U + F + escrowUnitsUp L q U F) <= q /\ 1 <= escrowUnitsUp L q U F.
Proof.
  intros Hq HL HU HF. rewrite max_units_eq in HL. pose proof max_units_big as Big.
  unfold escrowUnitsUp. generalize dependent MAX_UNITS; intros X Hq HL Big.
  pose proof (ceilDiv_up L q ltac:(lia)) as Up.
  assert (Top : ceilDiv L q <= X + 1) by (apply ceilDiv_least; lia).
  unfold saturatingSub. generalize dependent (ceilDiv L q); intros N Up Top.
  set (E := Z.min (Z.max (Z.max 0 (N - (U + F))) 1) X).
  assert (E1 : 1 <= E) by (unfold E; lia).
  split; [| exact E1].
  apply Z.lt_succ_r. apply Z.div_lt_upper_bound; [lia |].
  assert (K : N <= U + F + E \/ U + F = 0 /\ E = X) by (unfold E; lia).
  destruct K as [K | [K1 K2]]; [nia |]. rewrite K1, K2. nia.
Qed.

Example needs_small_q : let q := 2 ^ 81 in let L := 2 ^ 80 * q - 1 in
  L < 2 ^ 80 * q /\ q < L / (0 + 0 + escrowUnitsUp L q 0 0).
Proof. split; reflexivity. Qed.

(** Not only after rounding down: L <= q (U + fee + escrowUnits), up to one unit less of inflow. *)
Theorem price_exact L q U F : 0 < q -> 0 <= L <= MAX_UNITS * q -> 0 <= U -> 0 <= F ->
  L <= q * (U + F + escrowUnitsUp L q U F).
Proof.
  intros Hq HL HU HF. pose proof max_units_big as Big.
  unfold escrowUnitsUp. generalize dependent MAX_UNITS; intros X HL Big.
  pose proof (ceilDiv_up L q Hq) as Up.
  assert (Top : ceilDiv L q <= X) by (apply ceilDiv_least; lia).
  unfold saturatingSub. generalize dependent (ceilDiv L q); intros N Up Top.
  assert (K : N <= U + F + Z.min (Z.max (Z.max 0 (N - (U + F))) 1) X) by lia.
  nia.
Qed.

Theorem least_units L q U F : 0 < q -> 0 <= L -> 0 <= U -> 0 <= F -> 1 < escrowUnitsUp L q U F ->
  q * (U + F + escrowUnitsUp L q U F - 1) < L.
Proof.
  intros Hq HL HU HF HE.
  assert (K : U + F + escrowUnitsUp L q U F <= ceilDiv L q) by (unfold escrowUnitsUp, saturatingSub in *; lia).
  destruct (Z_lt_ge_dec (q * (U + F + escrowUnitsUp L q U F - 1)) L) as [? | G]; [assumption |].
  pose proof (ceilDiv_least L q (U + F + escrowUnitsUp L q U F - 1) Hq ltac:(lia)). lia.
Qed.

(** A limit only lowers the cap, and the sinks together are paid no more than the limit unless it is below q / 10,000 a unit. *)
Theorem cap_at_most_q q limit U : 0 <= q -> 0 <= limit -> 0 <= U ->
  priceCapDown q limit U <= q /\ (0 < U -> q / MIN_CAP_DIVISOR <= limit / U -> priceCapDown q limit U * U <= limit).
Proof.
  intros Hq Hl HU. unfold priceCapDown. destruct (Z.eqb_spec U 0); [lia |]. split; [lia |]. intros HU' H.
  pose proof (div_down limit U HU'). nia.
Qed.

(** The fee is at most its share of what sinks and fee earn together. *)
Theorem fee_at_most_its_share U fee : 0 <= U -> 0 <= fee < BASIS_POINTS ->
  feeUnitsDown U fee * BASIS_POINTS <= fee * (U + feeUnitsDown U fee).
Proof.
  intros HU Hf. unfold feeUnitsDown. pose proof (div_down (U * fee) (BASIS_POINTS - fee) ltac:(lia)). nia.
Qed.

(** A stage is fed no more than the next one takes, less what lets its escrow drain in three horizons. *)
Theorem stage_fed_at_most intake overflow horizon ratio : 0 <= intake -> 0 <= overflow -> 0 < horizon -> 0 < ratio ->
  pipelineLimitDown intake overflow horizon ratio * ratio <= Z.max 0 (intake - ceilDiv overflow (3 * horizon)) * WAD.
Proof.
  intros Hi Ho Hh Hr. unfold pipelineLimitDown, saturatingSub.
  pose proof (div_down (Z.max 0 (intake - ceilDiv overflow (3 * horizon)) * WAD) ratio Hr). lia.
Qed.
