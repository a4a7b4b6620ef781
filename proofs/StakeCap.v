(** * A bond that is split backs no more

    What is proved. For any number of identities and any split of a stake among them, rounding included:

      Σ cap(S_i) <= cap(Σ S_i)     with cap(S) = (S - m)⁺ / b                                        [sybil_proof]

    and every further identity that backs anything costs a minimum stake m more                        [split_costs]
    A square root in place of the line would reward splitting, whatever the minimum stake              [root_is_not_sybil_proof]

    What it mirrors. CapacityMath.capacityCapDown in src/libraries/CapacityMath.sol; `ts/model/exact.ts`;
    test/fuzz/CapacityMath.t.sol.                                                                                       *)
From Coq Require Import ZArith Lia List.
From Backpressure Require Import Rounding.
Import ListNotations.
Open Scope Z_scope.

Definition capacityCapDown (stake minimumStake bondPerUnit : Z) : Z := saturatingSub stake minimumStake / bondPerUnit.

Definition capsOf (stakes : list Z) (m b : Z) : Z := sum (fun s => capacityCapDown s m b) stakes.
Definition total : list Z -> Z := sum (fun s => s).

Lemma superadditive S1 S2 m b : 0 < b -> 0 <= m -> 0 <= S1 -> 0 <= S2 ->
  capacityCapDown S1 m b + capacityCapDown S2 m b <= capacityCapDown (S1 + S2) m b.
Proof.
  intros Hb Hm H1 H2. unfold capacityCapDown. apply Z.div_le_lower_bound; [exact Hb |].
  pose proof (div_down (saturatingSub S1 m) b Hb). pose proof (div_down (saturatingSub S2 m) b Hb).
  unfold saturatingSub in *. nia.
Qed.

Theorem sybil_proof stakes m b : 0 < b -> 0 <= m -> Forall (fun s => 0 <= s) stakes ->
  capsOf stakes m b <= capacityCapDown (total stakes) m b.
Proof.
  intros Hb Hm. unfold capsOf, total. induction stakes as [| s r IH]; intro F; simpl.
  - unfold capacityCapDown, saturatingSub. apply Z.div_pos; lia.
  - inversion F as [| ? ? Hs Hr]; subst. specialize (IH Hr).
    assert (0 <= sum (fun s => s) r) by (apply sum_nonneg; now apply Forall_forall).
    pose proof (superadditive s (sum (fun s => s) r) m b Hb Hm Hs ltac:(assumption)). lia.
Qed.

Theorem split_costs stakes m b : 0 < b -> 0 <= m -> Forall (fun s => m <= s) stakes ->
  capsOf stakes m b * b <= total stakes - m * Z.of_nat (length stakes).
Proof.
  intros Hb Hm. unfold capsOf, total. induction 1 as [| s r Hs _ IH]; [simpl; lia |].
  cbn [sum length]. unfold capacityCapDown at 1. pose proof (div_down (saturatingSub s m) b Hb).
  unfold saturatingSub in *. lia.
Qed.

Definition rootCap (S m : Z) : Z := Z.sqrt (saturatingSub S m).

Theorem root_is_not_sybil_proof m : 0 < m -> exists S1 S2, rootCap (S1 + S2) m < rootCap S1 m + rootCap S2 m.
Proof.
  intro Hm. exists (m + 16 * m * m), (m + 16 * m * m).
  assert (A : rootCap (m + 16 * m * m) m = 4 * m) by (unfold rootCap, saturatingSub; apply Z.sqrt_unique; nia).
  rewrite A. assert (rootCap (m + 16 * m * m + (m + 16 * m * m)) m < 4 * m + 4 * m); [| lia].
  unfold rootCap. apply Z.sqrt_lt_square; unfold saturatingSub; nia.
Qed.
