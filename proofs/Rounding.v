(** * Division that rounds up, differences that stop at zero, and sums

    Z's division rounds down for a positive divisor, as Solidity's does for uint256. The rest is here:

      ceilDiv a b       = ⌈a / b⌉          OpenZeppelin's Math.ceilDiv and Rounding.Ceil
      saturatingSub a b = max(0, a - b)    Math.saturatingSub                                                          *)
From Coq Require Import ZArith Lia List.
Import ListNotations.
Open Scope Z_scope.

Definition ceilDiv (a b : Z) : Z := (a + b - 1) / b.
Definition saturatingSub (a b : Z) : Z := Z.max 0 (a - b).

Lemma div_down a b : 0 < b -> b * (a / b) <= a.
Proof. intro H. apply Z.mul_div_le; exact H. Qed.

Lemma div_next a b : 0 < b -> a < b * (a / b + 1).
Proof. intro H. pose proof (Z_div_mod_eq_full a b). pose proof (Z.mod_pos_bound a b H). lia. Qed.

Lemma ceilDiv_up a b : 0 < b -> a <= b * ceilDiv a b.
Proof.
  intro H. unfold ceilDiv.
  pose proof (Z_div_mod_eq_full (a + b - 1) b). pose proof (Z.mod_pos_bound (a + b - 1) b H). nia.
Qed.

Lemma ceilDiv_least a b c : 0 < b -> a <= b * c -> ceilDiv a b <= c.
Proof. intros H E. unfold ceilDiv. apply Z.lt_succ_r. apply Z.div_lt_upper_bound; nia. Qed.

Lemma ceilDiv_nonneg a b : 0 < b -> 0 <= a -> 0 <= ceilDiv a b.
Proof. intros. unfold ceilDiv. apply Z.div_pos; lia. Qed.

Lemma ceilDiv_mono a b c : 0 < c -> a <= b -> ceilDiv a c <= ceilDiv b c.
Proof. intros. apply ceilDiv_least; [assumption |]. pose proof (ceilDiv_up b c). lia. Qed.

Fixpoint sum {A} (f : A -> Z) (l : list A) : Z := match l with [] => 0 | x :: r => f x + sum f r end.

Lemma sum_app {A} (f : A -> Z) l r : sum f (l ++ r) = sum f l + sum f r.
Proof. induction l; simpl; lia. Qed.

Lemma sum_le {A} (f g : A -> Z) l : (forall x, In x l -> f x <= g x) -> sum f l <= sum g l.
Proof.
  induction l as [| x r IH]; intro H; simpl; [lia |].
  pose proof (H x (or_introl eq_refl)). assert (sum f r <= sum g r) by (apply IH; intros; apply H; now right). lia.
Qed.

Lemma sum_ext {A} (f g : A -> Z) l : (forall x, In x l -> f x = g x) -> sum f l = sum g l.
Proof. intro H; apply Z.le_antisymm; apply sum_le; intros x Hx; rewrite (H x Hx); lia. Qed.

Lemma sum_nonneg {A} (f : A -> Z) l : (forall x, In x l -> 0 <= f x) -> 0 <= sum f l.
Proof.
  induction l as [| x r IH]; intro H; simpl; [lia |].
  pose proof (H x (or_introl eq_refl)). assert (0 <= sum f r) by (apply IH; intros; apply H; now right). lia.
Qed.

Lemma sum_plus {A} (f g : A -> Z) l : sum (fun x => f x + g x) l = sum f l + sum g l.
Proof. induction l; simpl; lia. Qed.

Lemma sum_scal {A} (f : A -> Z) c l : sum (fun x => f x * c) l = sum f l * c.
Proof. induction l; simpl; lia. Qed.

Lemma sum_map {A B} (f : B -> Z) (g : A -> B) l : sum f (map g l) = sum (fun x => f (g x)) l.
Proof. induction l; simpl; lia. Qed.
