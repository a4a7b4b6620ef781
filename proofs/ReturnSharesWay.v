(** * The way of a claim through the scales

    What is proved. The loop with which a claim follows the book (ReturnShares.follow), with its shortcut for claims of next
    to nothing, arrives where the exact way does; what it gives for shares is no more, and what it takes off for what the
    rate had bought before is no less                                                               [follow_near]

    It is a part of the proof in ReturnSharesProof.v, which says what it is for.                                       *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding ReturnShares.
Import ListNotations.
Open Scope Z_scope.

Lemma WAD_pos : 0 < WAD. Proof. reflexivity. Qed.
Lemma SCALE_pos : 0 < SCALE. Proof. reflexivity. Qed.
Lemma SCALE_above_1 : 1 < SCALE. Proof. reflexivity. Qed.
Lemma PER_SHARE_pos : 0 < PER_SHARE. Proof. reflexivity. Qed.
Lemma PER_RATE_pos : 0 < PER_RATE. Proof. reflexivity. Qed.
Lemma PER_SHARE_OF_RATE_pos : 0 < PER_SHARE_OF_RATE. Proof. reflexivity. Qed.
Lemma PER_SHARE_splits : PER_SHARE = PER_SHARE_OF_RATE * PER_RATE. Proof. reflexivity. Qed.
#[local] Opaque WAD SCALE PER_SHARE PER_RATE PER_SHARE_OF_RATE MAX_SHARES_PER_WEI.
#[local] Hint Resolve WAD_pos SCALE_pos PER_SHARE_pos PER_RATE_pos PER_SHARE_OF_RATE_pos : core.

Ltac constants :=
  pose proof WAD_pos as WAD_; pose proof SCALE_pos as SCALE_; pose proof PER_SHARE_pos as PER_SHARE_;
  pose proof PER_RATE_pos as PER_RATE_; pose proof PER_SHARE_OF_RATE_pos as PER_SHARE_OF_RATE_.

(** ** The way through the scales, without roundings of what is picked up *)

Record Way := MkWay { w_shares : Z; w_perRate : Z; w_start : Z; w_forShares : Z; w_before : Z }.

Definition wayPass (upTo : Z) (t : Way) : Way :=
  if w_start t <? upTo then
    MkWay (w_shares t) (w_perRate t) upTo (w_forShares t + w_shares t * (upTo - w_start t))
      (w_before t + w_perRate t * (upTo - w_start t))
  else t.
Definition wayNext (t : Way) : Way :=
  MkWay (w_shares t / SCALE) (ceilDiv (w_perRate t) SCALE) (w_start t) (w_forShares t) (w_before t).
Fixpoint walk (ends : Ends) (n : nat) (at_ : Z) (t : Way) : Way :=
  match n with O => t | S m => walk ends m (at_ + 1) (wayNext (wayPass (ends at_) t)) end.

Definition firstOf (c : Claim) : Way := MkWay (c_shares c) (c_sharesPerRate c) (c_setAsidePerShare c) 0 0.
Definition way (b : Book) (ends : Ends) (c : Claim) : Way := walk ends (scalesBehind b c) (c_scale c) (firstOf c).

(** What is picked up until now, the last scale included; wei, times 2^160, and for the rate also times 1e18. *)
Definition exactForShares (b : Book) (t : Way) : Z := w_forShares t + w_shares t * (setAsidePerShare b - w_start t).
Definition exactBefore (b : Book) (t : Way) : Z := w_before t + w_perRate t * (setAsidePerShare b - w_start t).

Definition sound (top : Z) (t : Way) : Prop :=
  0 <= w_shares t /\ 0 <= w_perRate t /\ w_start t <= top /\ 0 <= w_forShares t.

Lemma sound_pass top e t : e <= top -> sound top t -> sound top (wayPass e t).
Proof.
  intros He (H1 & H2 & H3 & H4). unfold wayPass. destruct (Z.ltb_spec (w_start t) e).
  - assert (0 <= w_shares t * (e - w_start t)) by (apply Z.mul_nonneg_nonneg; lia).
    repeat split; simpl; try lia.
  - now repeat split.
Qed.

Lemma sound_next top t : sound top t -> sound top (wayNext t).
Proof.
  intros (H1 & H2 & H3 & H4). unfold wayNext. repeat split; simpl; try lia.
  - apply Z.div_pos; auto.
  - apply ceilDiv_nonneg; auto.
Qed.

Lemma sound_walk top ends : (forall k, ends k <= top) -> forall n at_ t, sound top t -> sound top (walk ends n at_ t).
Proof.
  intro He. induction n as [| n IH]; intros at_ t H; simpl; [assumption |].
  apply IH. apply sound_next. now apply sound_pass.
Qed.

(** What is next to nothing stays so. *)
Lemma walk_nothing top ends : (forall k, ends k <= top) -> forall n at_ t,
  w_shares t = 0 -> 0 <= w_perRate t < 2 -> w_start t <= top ->
  let u := walk ends n at_ t in
  w_shares u = 0 /\ w_perRate u = w_perRate t /\ w_forShares u = w_forShares t /\
  w_before u + w_perRate u * (top - w_start u) = w_before t + w_perRate t * (top - w_start t).
Proof.
  intro He. induction n as [| n IH]; intros at_ t H1 H2 H3; cbv zeta; [simpl; auto |].
  cbn [walk]. set (v := wayNext (wayPass (ends at_) t)).
  assert (C : ceilDiv (w_perRate t) SCALE = w_perRate t).
  { pose proof SCALE_above_1. assert (w_perRate t = 0 \/ w_perRate t = 1) as [-> | ->] by lia; unfold ceilDiv.
    - apply Z.div_small; lia.
    - replace (1 + SCALE - 1) with SCALE by lia. apply Z.div_same; lia. }
  assert (V : w_shares v = 0 /\ w_perRate v = w_perRate t /\ w_start v <= top /\ w_forShares v = w_forShares t /\
              w_before v + w_perRate v * (top - w_start v) = w_before t + w_perRate t * (top - w_start t)).
  { unfold v, wayNext, wayPass. pose proof (He at_). destruct (Z.ltb_spec (w_start t) (ends at_)); simpl;
      rewrite H1, C, ?Z.div_0_l by (pose proof SCALE_pos; lia); repeat split; lia. }
  destruct V as (V1 & V2 & V3 & V4 & V5).
  destruct (IH (at_ + 1) v V1 ltac:(lia) V3) as (I1 & I2 & I3 & I4). repeat split; lia.
Qed.

(** Scales that end where the claim already is add nothing, and take a billionth each. *)
Lemma walk_idle ends : forall n at_ t, (forall k, ends k <= w_start t) -> 0 <= w_perRate t ->
  let u := walk ends n at_ t in
  w_start u = w_start t /\ w_forShares u = w_forShares t /\ w_before u = w_before t /\ 0 <= w_perRate u /\
  (0 <= w_shares t < SCALE ^ Z.of_nat n -> w_shares u = 0).
Proof.
  pose proof SCALE_pos.
  induction n as [| n IH]; intros at_ t He Hp; cbv zeta.
  - simpl. repeat split; lia.
  - cbn [walk].
    assert (V : wayPass (ends at_) t = t).
    { unfold wayPass. pose proof (He at_). destruct (Z.ltb_spec (w_start t) (ends at_)); [lia | reflexivity]. }
    rewrite V. destruct (IH (at_ + 1) (wayNext t)) as (I1 & I2 & I3 & I4 & I5).
    + exact He.
    + simpl. apply ceilDiv_nonneg; lia.
    + repeat split; try assumption. intros [L U]. apply I5. simpl. split; [apply Z.div_pos; lia |].
      apply Z.div_lt_upper_bound; [lia |].
      rewrite Nat2Z.inj_succ, Z.pow_succ_r in U by lia. exact U.
Qed.

Lemma walk_app ends n : forall m at_ t, walk ends (n + m) at_ t = walk ends m (at_ + Z.of_nat n) (walk ends n at_ t).
Proof.
  induction n as [| n IH]; intros m at_ t.
  - simpl. now rewrite Z.add_0_r.
  - cbn [walk Nat.add]. rewrite IH. f_equal. lia.
Qed.

Lemma walk_ext e f n : forall at_ t, (forall k, at_ <= k < at_ + Z.of_nat n -> e k = f k) -> walk e n at_ t = walk f n at_ t.
Proof.
  induction n as [| n IH]; intros at_ t H; [reflexivity |].
  cbn [walk]. rewrite (H at_) by lia. apply IH. intros k Hk. apply H. lia.
Qed.

(** The contract's loop arrives where the exact way does, gives no more for shares and takes off no less for what the rate had
    bought before. *)
Definition near (t : Trail) (u : Way) : Prop :=
  t_shares t = w_shares u /\ t_sharesPerRate t = w_perRate u /\ t_start t = w_start u /\
  0 <= forShares t /\ PER_SHARE * forShares t <= w_forShares u /\ w_before u <= PER_SHARE_OF_RATE * before t.

Lemma near_pass e t u : 0 <= w_shares u -> near t u -> near (pass e t) (wayPass e u).
Proof.
  constants. intros S0 (N1 & N2 & N3 & N4 & N5 & N6). unfold pass, wayPass. rewrite N3.
  destruct (Z.ltb_spec (w_start u) e) as [L | L]; [| repeat split; assumption].
  unfold near; simpl. rewrite N1, N2.
  pose proof (div_down (w_shares u * (e - w_start u)) PER_SHARE ltac:(auto)).
  assert (0 <= w_shares u * (e - w_start u) / PER_SHARE) by (apply Z.div_pos; [apply Z.mul_nonneg_nonneg; lia | lia]).
  pose proof (ceilDiv_up (w_perRate u * (e - w_start u)) PER_SHARE_OF_RATE ltac:(auto)).
  repeat split; lia.
Qed.

Lemma near_next t u : near t u -> near (enterNextScale t) (wayNext u).
Proof.
  intros (N1 & N2 & N3 & N4 & N5 & N6). unfold enterNextScale, wayNext, near; simpl. rewrite N1, N2.
  repeat split; assumption.
Qed.

Lemma near_end b t u : near t u -> sound (setAsidePerShare b) u ->
  let t' := pass (setAsidePerShare b) t in
  t_shares t' = w_shares u /\ t_sharesPerRate t' = w_perRate u /\ 0 <= forShares t' /\
  PER_SHARE * forShares t' <= exactForShares b u /\ exactBefore b u <= PER_SHARE_OF_RATE * before t'.
Proof.
  intros N (S1 & S2 & S3 & S4). pose proof (near_pass (setAsidePerShare b) t u S1 N) as (M1 & M2 & M3 & M4 & M5 & M6).
  cbv zeta. unfold exactForShares, exactBefore. unfold wayPass in *.
  destruct (Z.ltb_spec (w_start u) (setAsidePerShare b)); simpl in *; repeat split; try lia.
  - replace (setAsidePerShare b - w_start u) with 0 by lia. lia.
  - replace (setAsidePerShare b - w_start u) with 0 by lia. lia.
Qed.

Lemma follow_near b ends : (forall k, ends k <= setAsidePerShare b) -> forall n at_ t u,
  near t u -> sound (setAsidePerShare b) u ->
  let t' := followed n b ends at_ t in let u' := walk ends n at_ u in
  t_shares t' = w_shares u' /\ t_sharesPerRate t' = w_perRate u' /\ 0 <= forShares t' /\
  PER_SHARE * forShares t' <= exactForShares b u' /\ exactBefore b u' <= PER_SHARE_OF_RATE * before t'.
Proof.
  intro He. induction n as [| n IH]; intros at_ t u N S0; [now apply near_end |].
  cbv zeta. cbn [followed]. destruct (nextToNothing t) eqn:E.
  - unfold nextToNothing in E. apply andb_prop in E. destruct E as [E1 E2].
    apply Z.eqb_eq in E1. apply Z.ltb_lt in E2.
    pose proof (near_end b t u N S0) as (M1 & M2 & M3 & M4 & M5).
    destruct N as (N1 & N2 & N3 & _). pose proof S0 as (S1 & S2 & S3 & S4).
    destruct (walk_nothing _ ends He (S n) at_ u ltac:(lia) ltac:(lia) S3) as (W1 & W2 & W3 & W4).
    unfold exactForShares, exactBefore in *. rewrite W1, W2, W3. rewrite W2 in W4. repeat split; try lia.
  - cbn [walk]. apply IH.
    + apply near_next. apply near_pass; [apply S0 | exact N].
    + apply sound_next. now apply sound_pass.
Qed.
