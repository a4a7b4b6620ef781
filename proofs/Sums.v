(** * Finite sums of real numbers over the sinks 0 .. K-1 *)
From Coq Require Import Reals Lra Lia Arith.
Open Scope R_scope.

Fixpoint rsum (K : nat) (f : nat -> R) : R := match K with O => 0 | S k => rsum k f + f k end.

Lemma rsum_le K f g : (forall k, (k < K)%nat -> f k <= g k) -> rsum K f <= rsum K g.
Proof.
  induction K as [| K IH]; intro H; simpl; [lra |].
  apply Rplus_le_compat; [apply IH; intros; apply H; lia | apply H; lia].
Qed.
Lemma rsum_ext K f g : (forall k, (k < K)%nat -> f k = g k) -> rsum K f = rsum K g.
Proof. intro H; apply Rle_antisym; apply rsum_le; intros k Hk; rewrite (H k Hk); lra. Qed.
Lemma rsum_plus K f g : rsum K (fun k => f k + g k) = rsum K f + rsum K g.
Proof. induction K as [| K IH]; simpl; [lra | rewrite IH; ring]. Qed.
Lemma rsum_scal K c f : rsum K (fun k => c * f k) = c * rsum K f.
Proof. induction K as [| K IH]; simpl; [lra | rewrite IH; ring]. Qed.
Lemma rsum_minus K f g : rsum K (fun k => f k - g k) = rsum K f - rsum K g.
Proof. induction K as [| K IH]; simpl; [lra | rewrite IH; ring]. Qed.
Lemma rsum_nonneg K f : (forall k, (k < K)%nat -> 0 <= f k) -> 0 <= rsum K f.
Proof.
  induction K as [| K IH]; intro H; simpl; [lra |].
  pose proof (H K ltac:(lia)). assert (0 <= rsum K f) by (apply IH; intros; apply H; lia). lra.
Qed.
