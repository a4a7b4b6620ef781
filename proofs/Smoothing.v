(** * Declared capacity, smoothed; backpressure; what waits

    What is proved. Over a history of any length, with the contract's rounding in every step:

      a step ends between where it began and the declaration                                    [smooth_between]
      the average never exceeds the highest declaration, and a burst cannot make it             [average_at_most_highest]
      a step covers the share 1 - (1 - α)^n of the distance and less than a billionth more      [smooth_moves]
      a constant declaration is reached exactly, and after finitely many epochs                 [smooth_arrives]
      u·T <= (C·T - Q)⁺: backpressure takes at least Q / T, and rounding favours the payer      [effective_at_most]
      units that wait are within 5 % of their target; overdue ones never wait                   [waits_within_5_percent]

    What it mirrors. CapacityMath.remainingShareDown, smooth, effectiveUnitsDown and shouldMove in
    src/libraries/CapacityMath.sol, for which [shares_fit] and [smooth_fits] also show that their unchecked blocks are
    safe; `ts/model/exact.ts`; test/fuzz/CapacityMath.t.sol and test/symbolic/CapacityMath.t.sol.                       *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding.
Import ListNotations.
Open Scope Z_scope.
Open Scope bool_scope.

Definition WAD : Z := 10 ^ 18.
Definition SCALE : Z := 10 ^ 9.
Definition HYSTERESIS_DIVISOR : Z := 20.

(** (1 - α)^epochs by repeated squaring; [fuel] bounds the number of binary digits. *)
Fixpoint squareOn (fuel : nat) (base remaining epochs : Z) : Z :=
  match fuel with
  | O => remaining
  | S f =>
      let e := epochs / 2 in
      if (e =? 0) || (remaining =? 0) then remaining
      else let b := base * base / WAD in squareOn f b (if Z.odd e then remaining * b / WAD else remaining) e
  end.
Definition remainingShareDown (fuel : nat) (smoothing epochs : Z) : Z :=
  squareOn fuel (WAD - smoothing) (if Z.odd epochs then WAD - smoothing else WAD) epochs.

Definition smooth (current target remaining : Z) : Z :=
  if current =? target then target
  else if current <? target then target - (target - current) * remaining / WAD
  else target + (current - target) * remaining / WAD.

Definition effectiveUnitsDown (capacityScaled backlog horizon : Z) : Z :=
  let pressureScaled := (backlog * SCALE + horizon - 1) / horizon in
  if pressureScaled <? capacityScaled then (capacityScaled - pressureScaled) / SCALE else 0.

Definition shouldMove (current target : Z) (refreshDue : bool) : bool :=
  if current =? target then false
  else if refreshDue || (current =? 0) || (target =? 0) then true
  else Z.min current target <=? (Z.max current target - Z.min current target) * HYSTERESIS_DIVISOR.

Lemma WAD_pos : 0 < WAD. Proof. reflexivity. Qed.

Lemma product_of_shares a b : 0 <= a <= WAD -> 0 <= b <= WAD -> 0 <= a * b / WAD <= a.
Proof.
  intros Ha Hb. pose proof WAD_pos. split; [apply Z.div_pos; nia |].
  apply Z.div_le_upper_bound; nia.
Qed.

Lemma squareOn_range fuel : forall base remaining epochs, 0 <= base <= WAD -> 0 <= remaining <= WAD ->
  0 <= squareOn fuel base remaining epochs <= remaining.
Proof.
  induction fuel as [| f IH]; intros base rem epochs Hb Hr; simpl; [lia |].
  destruct ((epochs / 2 =? 0) || (rem =? 0)); [lia |].
  pose proof (product_of_shares base base Hb Hb) as B.
  destruct (Z.odd (epochs / 2)); [| apply IH; lia].
  pose proof (product_of_shares rem (base * base / WAD) Hr ltac:(lia)) as R.
  pose proof (IH (base * base / WAD) (rem * (base * base / WAD) / WAD) (epochs / 2) ltac:(lia) ltac:(lia)). lia.
Qed.

Theorem remaining_is_a_share fuel smoothing epochs : 0 <= smoothing <= WAD ->
  0 <= remainingShareDown fuel smoothing epochs <= WAD.
Proof.
  intro H. pose proof WAD_pos. unfold remainingShareDown.
  destruct (Z.odd epochs); pose proof (squareOn_range fuel (WAD - smoothing)) as S;
    [specialize (S (WAD - smoothing) epochs ltac:(lia) ltac:(lia)) | specialize (S WAD epochs ltac:(lia) ltac:(lia))]; lia.
Qed.

Theorem shares_fit a b : 0 <= a <= WAD -> 0 <= b <= WAD -> 0 <= a * b < 2 ^ 256.
Proof. intros. assert (WAD * WAD < 2 ^ 256) by reflexivity. nia. Qed.

Theorem smooth_fits current target remaining :
  0 <= current < 2 ^ 72 -> 0 <= target < 2 ^ 72 -> 0 <= remaining <= WAD -> Z.abs (target - current) * remaining < 2 ^ 256.
Proof. intros. assert (2 ^ 72 * WAD < 2 ^ 256) by reflexivity. nia. Qed.

Lemma part_range d remaining : 0 <= d -> 0 <= remaining <= WAD -> 0 <= d * remaining / WAD <= d.
Proof. intros Hd Hr. pose proof WAD_pos. split; [apply Z.div_pos; nia | apply Z.div_le_upper_bound; nia]. Qed.

Theorem smooth_between current target remaining : 0 <= remaining <= WAD ->
  Z.min current target <= smooth current target remaining <= Z.max current target.
Proof.
  intro H. unfold smooth. destruct (Z.eqb_spec current target); [lia |]. destruct (Z.ltb_spec current target).
  - pose proof (part_range (target - current) remaining ltac:(lia) H). lia.
  - pose proof (part_range (current - target) remaining ltac:(lia) H). lia.
Qed.

Theorem smooth_moves current target remaining : 0 <= remaining <= WAD -> current <> target ->
  let moved := Z.abs (smooth current target remaining - current) in
  let distance := Z.abs (target - current) in
  distance * (WAD - remaining) <= moved * WAD < distance * (WAD - remaining) + WAD.
Proof.
  intros H Hne. pose proof WAD_pos as W. cbv zeta. unfold smooth.
  destruct (Z.eqb_spec current target); [contradiction |]. destruct (Z.ltb_spec current target).
  - pose proof (part_range (target - current) remaining ltac:(lia) H).
    pose proof (Z_div_mod_eq_full ((target - current) * remaining) WAD).
    pose proof (Z.mod_pos_bound ((target - current) * remaining) WAD W).
    rewrite (Z.abs_eq (target - current)), Z.abs_eq by lia. nia.
  - pose proof (part_range (current - target) remaining ltac:(lia) H).
    pose proof (Z_div_mod_eq_full ((current - target) * remaining) WAD).
    pose proof (Z.mod_pos_bound ((current - target) * remaining) WAD W).
    rewrite (Z.abs_neq (target - current)), Z.abs_neq by lia. nia.
Qed.

(** A history, newest first: what was declared, and the share of the old distance that remained. *)
Fixpoint average (history : list (Z * Z)) : Z :=
  match history with [] => 0 | (declared, remaining) :: rest => smooth (average rest) declared remaining end.
Fixpoint highest (history : list (Z * Z)) : Z :=
  match history with [] => 0 | (declared, _) :: rest => Z.max declared (highest rest) end.

Theorem average_at_most_highest history :
  (forall declared remaining, In (declared, remaining) history -> 0 <= declared /\ 0 <= remaining <= WAD) ->
  0 <= average history <= highest history.
Proof.
  induction history as [| [c r] rest IH]; intro H; simpl; [lia |].
  assert (I : 0 <= average rest <= highest rest) by (apply IH; intros; apply H; now right).
  destruct (H c r (or_introl eq_refl)) as [Hc Hr]. pose proof (smooth_between (average rest) c r Hr). lia.
Qed.

Lemma smooth_closer current target remaining : 0 <= remaining < WAD -> current <> target ->
  Z.abs (target - smooth current target remaining) <= Z.abs (target - current) - 1.
Proof.
  intros H Hne. pose proof WAD_pos. unfold smooth. destruct (Z.eqb_spec current target); [contradiction |].
  destruct (Z.ltb_spec current target).
  - assert (0 <= (target - current) * remaining / WAD < target - current).
    { split; [apply Z.div_pos; nia | apply Z.div_lt_upper_bound; nia]. } lia.
  - assert (0 <= (current - target) * remaining / WAD < current - target).
    { split; [apply Z.div_pos; nia | apply Z.div_lt_upper_bound; nia]. } lia.
Qed.

Lemma iter_inside (n : nat) (f : Z -> Z) : forall c, f (Nat.iter n f c) = Nat.iter n f (f c).
Proof. induction n as [| n IH]; intro c; [reflexivity |]. simpl. now rewrite IH. Qed.

Theorem smooth_arrives target remaining : 0 <= remaining < WAD -> forall n current, Z.abs (target - current) <= Z.of_nat n ->
  Nat.iter n (fun c => smooth c target remaining) current = target.
Proof.
  intro H. induction n as [| n IH]; intros current D; [simpl; lia |].
  set (f := fun c => smooth c target remaining). change (Nat.iter (S n) f current) with (f (Nat.iter n f current)).
  rewrite iter_inside. apply IH. unfold f.
  destruct (Z.eq_dec current target) as [-> | Hne].
  - unfold smooth. rewrite Z.eqb_refl. lia.
  - pose proof (smooth_closer current target remaining H Hne). lia.
Qed.

Theorem effective_at_most c Q T : 0 <= c -> 0 <= Q -> 0 < T ->
  0 <= effectiveUnitsDown c Q T /\ effectiveUnitsDown c Q T * SCALE * T <= Z.max 0 (c * T - Q * SCALE).
Proof.
  intros Hc HQ HT. assert (S : 0 < SCALE) by reflexivity. unfold effectiveUnitsDown.
  fold (ceilDiv (Q * SCALE) T). pose proof (ceilDiv_up (Q * SCALE) T HT) as Up.
  destruct (Z.ltb_spec (ceilDiv (Q * SCALE) T) c); [| lia].
  split; [apply Z.div_pos; lia |].
  pose proof (div_down (c - ceilDiv (Q * SCALE) T) SCALE S). nia.
Qed.

Theorem waits_within_5_percent current target refreshDue : 0 <= current -> 0 <= target ->
  shouldMove current target refreshDue = false ->
  20 * current <= 21 * target /\ 20 * target <= 21 * current /\ (refreshDue = true -> current = target).
Proof.
  intros Hc Ht. unfold shouldMove. destruct (Z.eqb_spec current target); [intros _; repeat split; lia |].
  destruct refreshDue; cbn [orb]; [discriminate |].
  destruct (Z.eqb_spec current 0); cbn [orb]; [discriminate |]. destruct (Z.eqb_spec target 0); cbn [orb]; [discriminate |].
  unfold HYSTERESIS_DIVISOR.
  destruct (Z.leb_spec (Z.min current target) ((Z.max current target - Z.min current target) * 20)); [discriminate |].
  intros _. split; [| split; [| discriminate]]; lia.
Qed.
