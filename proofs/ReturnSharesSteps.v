(** * Every step keeps the invariant

    One lemma a step, and [always_good]: it holds of every world that can be reached.                                  *)
From Coq Require Import ZArith Lia List Bool.
From Backpressure Require Import Rounding ReturnShares ReturnSharesWay ReturnSharesWorld.
Import ListNotations.
Open Scope Z_scope.

#[local] Opaque WAD SCALE PER_SHARE PER_RATE PER_SHARE_OF_RATE MAX_SHARES_PER_WEI.
#[local] Hint Resolve WAD_pos SCALE_pos PER_SHARE_pos PER_RATE_pos PER_SHARE_OF_RATE_pos : core.

(** ** Steps that end no scale *)

(** Claims look at these fields only. *)
Definition same (b b' : Book) : Prop :=
  scale b' = scale b /\ setAsidePerShare b' = setAsidePerShare b /\ setAsidePerRate b' = setAsidePerRate b /\
  sharesPerRate b' = sharesPerRate b.

Lemma same_values b b' e x s : same b b' ->
  entitled b' e x s = entitled b e x s /\ asks b' e x s = asks b e x s /\ has b' e s = has b e s /\
  inBase b' e s = inBase b e s.
Proof.
  intros (S1 & S2 & S3 & S4).
  unfold entitled, asks, has, inBase, pretends, fraction, sure, forItsRate, growth, bought, exactForShares, exactBefore,
    way, scalesBehind. rewrite S1, S2, S4. auto.
Qed.

Lemma same_goodClaim b b' e x s : same b b' -> goodClaim b e x s -> goodClaim b' e x s.
Proof. intros (S1 & S2 & S3 & S4) []. split; rewrite ?S1, ?S2, ?S3; assumption. Qed.

Lemma same_sums b b' e x ss : same b b' ->
  sum (entitled b' e x) ss = sum (entitled b e x) ss /\ sum (asks b' e x) ss = sum (asks b e x) ss /\
  sum (has b' e) ss = sum (has b e) ss /\ sum (inBase b' e) ss = sum (inBase b e) ss.
Proof.
  intro S0. repeat split; apply sum_ext; intros s _; destruct (same_values b b' e x s S0) as (e1 & e2 & e3 & e4); assumption.
Qed.

(** Money that no claim has a part in. *)
Lemma good_money b b' e x i o i' o' ss : same b b' -> good (MkWorld b e x i o ss) ->
  shares b' = shares b -> base b' = base b -> rate b' = rate b -> claimed b' = claimed b -> setAside b' = setAside b ->
  0 <= owned b' <= owned b -> 0 <= unowned b' -> owned b' + unowned b' + setAside b' = i' - o' ->
  good (MkWorld b' e x i' o' ss).
Proof.
  constants. intros S0 G e1 e2 e3 e4 e5 H1 H2 H3. open_good G. destruct (same_sums b b' e x ss S0) as (s1 & s2 & s3 & s4).
  pose proof S0 as (q1 & q2 & q3 & q4).
  split; cbn [book ends exact inn out sources]; rewrite ?e1, ?e2, ?e3, ?e4, ?e5, ?q1, ?q2, ?q3, ?q4, ?s1, ?s2, ?s3, ?s4 in *;
    try assumption; try lia.
  - nia.
  - intros s Hs. apply (same_goodClaim b b'); auto.
Qed.

Lemma max_step g d p : 0 <= p -> Z.max 0 (g + d * p) <= Z.max 0 g + Z.max 0 d * p.
Proof. intro Hp. destruct (Z.max_spec 0 d) as [[H ->] | [H ->]]; nia. Qed.

Lemma max_add s f c : 0 <= f -> Z.max 0 (s + f - c) <= Z.max 0 (s - c) + f.
Proof. lia. Qed.

Lemma good_accrue b e x i o ss gained time :
  0 <= gained -> 0 <= time -> 0 < snd (price b) -> sum realRate ss * time <= gained * WAD ->
  good (MkWorld b e x i o ss) -> good (MkWorld (accrue b gained time) e x (i + gained) o ss).
Proof.
  constants. intros Hg Ht Ho Env G. open_good G. unfold accrue. destruct (price b) as [sh ow] eqn:Pr. simpl in Ho.
  assert (Hs : 0 <= sh) by (unfold price in Pr; destruct (shares b =? 0); inversion Pr; subst; lia).
  set (k := ceilDiv (gained * sh) ow). set (f := time * sh / ow).
  assert (f0 : 0 <= f) by (apply Z.div_pos; nia). assert (k0 : 0 <= k) by (apply ceilDiv_nonneg; nia).
  set (b' := MkBook _ _ _ _ _ _ _ _ _ _ _).
  assert (Bought : forall s, In s ss -> bought b' e s <= bought b e s + c_rate (claim s) * f).
  { intros s Hs'. destruct (Icl s Hs'). unfold bought. change (way b' e (claim s)) with (way b e (claim s)). simpl.
    pose proof (max_add (sharesPerRate b) f (w_perRate (way b e (claim s))) f0).
    rewrite <- Z.mul_add_distr_l. apply Z.mul_le_mono_nonneg_l; lia. }
  assert (Step : sum realRate ss * f <= WAD * k).
  { pose proof (div_down (time * sh) ow Ho) as F1. fold f in F1.
    pose proof (ceilDiv_up (gained * sh) ow Ho) as F2. fold k in F2.
    assert (R0 : 0 <= sum realRate ss).
    { apply sum_nonneg. intros s Hs'. unfold realRate. destruct (Icl s Hs'). destruct (real s); lia. }
    apply Z.mul_le_mono_pos_l with ow; [exact Ho |].
    apply Z.le_trans with (sum realRate ss * (time * sh)); [nia |].
    apply Z.le_trans with (gained * WAD * sh); nia. }
  split; cbn [book ends exact inn out sources]; unfold b'; simpl; fold b'; try assumption; try lia.
  - pose proof (ceilDiv_up (gained * sh) ow Ho) as F2. fold k in F2.
    unfold price in Pr. destruct (Z.eqb_spec (shares b) 0); inversion Pr; subst.
    + assert (owned b = 0) by nia. lia.
    + assert (gained * (owned b * WAD) <= gained * shares b) by (apply Z.mul_le_mono_nonneg_l; lia). nia.
  - intros s Hs'. destruct (Icl s Hs'). split; assumption.
  - apply Z.le_trans with (sum (fun s => inBase b e s + c_rate (claim s) * f) ss).
    + apply sum_le. intros s Hs'. pose proof (Bought s Hs'). unfold inBase, pretends.
      change (fraction b' s) with (fraction b s). change (way b' e (claim s)) with (way b e (claim s)). lia.
    + rewrite sum_plus, sum_scal, <- Ira. lia.
  - apply Z.le_trans with (sum (fun s => has b e s + realRate s * f) ss).
    + apply sum_le. intros s Hs'. pose proof (Bought s Hs'). unfold has, realRate.
      change (way b' e (claim s)) with (way b e (claim s)). destruct (real s); lia.
    + rewrite sum_plus, sum_scal. lia.
Qed.

Lemma release_fits b p : 0 < shares b -> p <= owned b * PER_SHARE / shares b -> ceilDiv (shares b * p) PER_SHARE <= owned b.
Proof.
  constants. intros S0 H. apply ceilDiv_least; [auto |].
  pose proof (div_down (owned b * PER_SHARE) (shares b) S0). nia.
Qed.

Lemma held_positive b excess : 0 <= shares b -> 0 <= claimedShares b -> nothingToRelease b excess = false ->
  0 < heldShares b /\ 0 < shares b.
Proof.
  intros Hs Hc N. unfold nothingToRelease in N. apply orb_false_elim in N. destruct N as [N _].
  apply orb_false_elim in N. destruct N as [N _]. apply Z.eqb_neq in N. unfold heldShares, sharesUp in *. lia.
Qed.

Lemma good_release b e x i o ss excess : 0 < excess -> nothingToRelease b excess = false ->
  good (MkWorld b e x i o ss) ->
  good (MkWorld (release b excess) e (x + sharesPerRate b * perShareOf b excess) i o ss).
Proof.
  constants. intros Hx N G. pose proof (sharesUp_covers _ G) as [Up Cs]. pose proof (has_below_sharesUp _ G) as Hb.
  open_good G. unfold release. rewrite N.
  destruct (held_positive b excess Ish Cs N) as [Hh Hs].
  set (p := perShareOf b excess).
  assert (p0 : 0 <= p).
  { unfold p, perShareOf. apply Z.min_glb; apply Z.div_pos; nia. }
  assert (Fit : ceilDiv (shares b * p) PER_SHARE <= owned b) by (apply release_fits; [lia | unfold p, perShareOf; lia]).
  unfold releasePerShare.
  set (amount := ceilDiv (heldShares b * p) PER_SHARE). set (taken := ceilDiv (shares b * p) PER_SHARE) in *.
  assert (a0 : 0 <= amount) by (apply ceilDiv_nonneg; nia).
  assert (at0 : amount <= taken) by (apply ceilDiv_mono; [auto | unfold heldShares; nia]).
  assert (Up1 : 0 <= sharesUp b) by (unfold sharesUp; lia).
  assert (c0 : 0 <= sharesUp b * p / PER_SHARE) by (apply Z.div_pos; nia).
  set (b' := MkBook _ _ _ _ _ _ _ _ _ _ _).
  assert (Way : forall s, way b' e (claim s) = way b e (claim s)) by reflexivity.
  assert (Sure : forall s, sure b' e s = sure b e s + WAD * w_shares (way b e (claim s)) * p).
  { intro s. unfold sure, exactForShares. rewrite Way. simpl. ring. }
  assert (Rate : forall s, In s ss ->
    forItsRate b' e (x + sharesPerRate b * p) s <= forItsRate b e x s + bought b e s * p).
  { intros s Hin. destruct (Icl s Hin). unfold forItsRate, bought.
    assert (Gr : growth b' e (x + sharesPerRate b * p) s =
                 growth b e x s + (sharesPerRate b - w_perRate (way b e (claim s))) * p).
    { unfold growth, exactBefore. rewrite Way. simpl. ring. }
    rewrite Gr. pose proof (max_step (growth b e x s) (sharesPerRate b - w_perRate (way b e (claim s))) p p0) as M.
    rewrite <- Z.mul_assoc, <- Z.mul_add_distr_l. apply Z.mul_le_mono_nonneg_l; lia. }
  pose proof (ceilDiv_up (heldShares b * p) PER_SHARE ltac:(auto)) as U1. fold amount in U1.
  pose proof (div_next (sharesUp b * p) PER_SHARE ltac:(auto)) as U2.
  pose proof (div_down (sharesPerRate b * p) PER_SHARE_OF_RATE ltac:(auto)) as U3.
  assert (q0 : 0 <= sharesPerRate b * p) by nia.
  split; cbn [book ends exact inn out sources]; unfold b'; simpl; fold b'; try assumption; try lia.
  - intro k. pose proof (Ien k). lia.
  - nia.
  - intros s Hin. destruct (Icl s Hin). split; simpl; try assumption; lia.
  - apply Z.le_trans with (sum (fun s => entitled b e x s + has b e s * p) ss).
    + apply sum_le. intros s Hin. pose proof (Rate s Hin). unfold entitled, has. rewrite Sure. destruct (real s); lia.
    + rewrite sum_plus, sum_scal.
      assert (sum (has b e) ss * p <= WAD * (heldShares b * p)) by nia. nia.
  - apply Z.le_trans with (sum (fun s => asks b e x s + pretends b e s * p) ss).
    + apply sum_le. intros s Hin. pose proof (Rate s Hin). unfold asks, pretends. rewrite Sure. lia.
    + rewrite sum_plus, sum_scal.
      assert (sum (pretends b e) ss * p <= WAD * (sharesUp b * p)) by nia. nia.
Qed.

(** ** The end of a scale *)

Lemma setEnd_below e k v j : j < k -> setEnd e k v j = e j.
Proof. intro H. unfold setEnd. destruct (Z.eqb_spec j k); [lia | reflexivity]. Qed.

(** After [n] more scales, the first of which ends now: the way goes on from here. *)
Lemma way_on b e c n b' :
  (forall k, e k <= setAsidePerShare b) -> c_scale c <= scale b -> sound (setAsidePerShare b) (way b e c) ->
  scale b' = scale b + Z.of_nat (S n) -> setAsidePerShare b' = setAsidePerShare b ->
  let e' := setEnd e (scale b) (setAsidePerShare b) in
  let here := wayNext (wayPass (setAsidePerShare b) (way b e c)) in
  way b' e' c = walk e' n (scale b + 1) here /\ w_start here = setAsidePerShare b /\
  w_forShares here = exactForShares b (way b e c) /\ w_before here = exactBefore b (way b e c).
Proof.
  intros He Hc (S1 & S2 & S3 & S4) Sc Sp. cbv zeta.
  set (e' := setEnd e (scale b) (setAsidePerShare b)). set (u := way b e c) in *. split.
  - unfold way at 1. unfold scalesBehind. rewrite Sc.
    replace (Z.to_nat (scale b + Z.of_nat (S n) - c_scale c)) with (Z.to_nat (scale b - c_scale c) + S n)%nat by lia.
    rewrite walk_app. replace (c_scale c + Z.of_nat (Z.to_nat (scale b - c_scale c))) with (scale b) by lia.
    rewrite (walk_ext e' e (Z.to_nat (scale b - c_scale c))).
    + fold (scalesBehind b c). fold (way b e c). fold u. cbn [walk].
      replace (e' (scale b)) with (setAsidePerShare b); [reflexivity |].
      unfold e', setEnd. now rewrite Z.eqb_refl.
    + intros k Hk. apply setEnd_below. lia.
  - unfold wayNext, wayPass, exactForShares, exactBefore. destruct (Z.ltb_spec (w_start u) (setAsidePerShare b)); simpl.
    + repeat split; ring.
    + replace (w_start u) with (setAsidePerShare b) by lia. repeat split; ring.
Qed.

(** What claims can take out does not change with the scale. *)
Lemma scale_values b e b' x s n : (forall k, e k <= setAsidePerShare b) -> goodClaim b e x s ->
  scale b' = scale b + Z.of_nat (S n) -> setAsidePerShare b' = setAsidePerShare b ->
  let e' := setEnd e (scale b) (setAsidePerShare b) in
  entitled b' e' x s = entitled b e x s /\ asks b' e' x s = asks b e x s.
Proof.
  intros He G Sc Sp e'. pose proof (way_sound b e x He s G) as W.
  destruct (way_on b e (claim s) n b' He (g_scale _ _ _ _ G) W Sc Sp) as (W1 & W2 & W3 & W4). fold e' in W1.
  set (here := wayNext (wayPass (setAsidePerShare b) (way b e (claim s)))) in *.
  assert (Sh : sound (setAsidePerShare b) here) by (apply sound_next; apply sound_pass; [lia | exact W]).
  destruct (walk_idle e' n (scale b + 1) here) as (K1 & K2 & K3 & K4 & _).
  { intro k. rewrite W2. unfold e', setEnd. destruct (k =? scale b); [lia | apply He]. }
  { apply Sh. }
  rewrite <- W1 in K1, K2, K3. rewrite W2 in K1. rewrite W3 in K2. rewrite W4 in K3.
  assert (F : exactForShares b' (way b' e' (claim s)) = exactForShares b (way b e (claim s))).
  { unfold exactForShares at 1. rewrite Sp, K1, K2. lia. }
  assert (B : exactBefore b' (way b' e' (claim s)) = exactBefore b (way b e (claim s))).
  { unfold exactBefore at 1. rewrite Sp, K1, K3. lia. }
  unfold entitled, asks, sure, forItsRate, growth. rewrite F, B. auto.
Qed.

Lemma ends_setEnd b e k : (forall k, e k <= setAsidePerShare b) -> setEnd e (scale b) (setAsidePerShare b) k <= setAsidePerShare b.
Proof. intro He. unfold setEnd. destruct (k =? scale b); [lia | apply He]. Qed.

Lemma MAX_SHARES_splits : MAX_SHARES_PER_WEI = WAD * SCALE. Proof. reflexivity. Qed.

Lemma good_endScale b e x i o ss : isTooCheap b = true -> good (MkWorld b e x i o ss) ->
  good (MkWorld (endScale b) (setEnd e (scale b) (setAsidePerShare b)) x i o ss).
Proof.
  constants. intros Cheap G. pose proof (sharesUp_covers _ G) as [Up Cs]. open_good G. unfold endScale.
  set (up := ceilDiv (claimedShares b + 1) SCALE + 1). set (per := sharesPerRate b / SCALE).
  set (b' := MkBook _ _ _ _ _ _ _ _ _ _ _). set (e' := setEnd e (scale b) (setAsidePerShare b)).
  assert (Values : forall s, In s ss -> entitled b' e' x s = entitled b e x s /\ asks b' e' x s = asks b e x s).
  { intros s Hin. apply (scale_values b e b' x s 0); auto. }
  assert (Ways : forall s, In s ss -> way b' e' (claim s) = wayNext (wayPass (setAsidePerShare b) (way b e (claim s)))).
  { intros s Hin. pose proof (Icl s Hin) as Gs.
    apply (way_on b e (claim s) 0 b' Ien (g_scale _ _ _ _ Gs) (way_sound b e x Ien s Gs)); reflexivity. }
  assert (per0 : 0 <= per) by (apply Z.div_pos; lia).
  pose proof (div_down (sharesPerRate b) SCALE ltac:(auto)) as D1. fold per in D1.
  assert (Bought : forall s, In s ss -> 0 <= c_rate (claim s) /\ 0 <= w_shares (way b e (claim s)) /\
    SCALE * bought b' e' s <= bought b e s /\ SCALE * w_shares (way b' e' (claim s)) <= w_shares (way b e (claim s))).
  { intros s Hin. pose proof (Icl s Hin) as Gs. destruct (way_sound b e x Ien s Gs) as (S1 & S2 & _). destruct Gs.
    repeat split; try assumption.
    - unfold bought. rewrite (Ways s Hin). simpl.
      assert (Wp : w_perRate (wayPass (setAsidePerShare b) (way b e (claim s))) = w_perRate (way b e (claim s))).
      { unfold wayPass. destruct (w_start _ <? _); reflexivity. }
      rewrite Wp. pose proof (ceilDiv_up (w_perRate (way b e (claim s))) SCALE ltac:(auto)).
      rewrite Z.mul_assoc, (Z.mul_comm SCALE), <- Z.mul_assoc. apply Z.mul_le_mono_nonneg_l; [assumption |].
      destruct (Z.max_spec 0 (per - ceilDiv (w_perRate (way b e (claim s))) SCALE)) as [[_ ->] | [_ ->]]; lia.
    - rewrite (Ways s Hin). simpl.
      assert (Wp : w_shares (wayPass (setAsidePerShare b) (way b e (claim s))) = w_shares (way b e (claim s))).
      { unfold wayPass. destruct (w_start _ <? _); reflexivity. }
      rewrite Wp. apply div_down. auto. }
  pose proof (ceilDiv_up (claimedShares b + 1) SCALE ltac:(auto)) as U1.
  pose proof (ceilDiv_up (shares b) SCALE ltac:(auto)) as U2.
  assert (up0 : up = ceilDiv (claimedShares b + 1) SCALE + 1) by reflexivity.
  split; cbn [book ends exact inn out sources]; unfold b'; simpl; fold b'; fold e'; try assumption; try lia.
  - intro k. now apply ends_setEnd.
  - unfold isTooCheap in Cheap. apply Z.ltb_lt in Cheap. rewrite MAX_SHARES_splits in Cheap. nia.
  - intros s Hin. destruct (Icl s Hin). split; simpl; try assumption; lia.
  - assert (S0 : SCALE * sum (inBase b' e') ss <= sum (pretends b e) ss).
    { rewrite Z.mul_comm, <- sum_scal. apply sum_le. intros s Hin. destruct (Bought s Hin) as (B1 & B2 & B3 & B4).
      unfold inBase, pretends, fraction. destruct (Icl s Hin). simpl.
      destruct (Z.eqb_spec (c_scale (claim s)) (scale b + 1)); [lia |]. nia. }
    unfold times. pose proof (div_down (rate b * per) WAD ltac:(auto)).
    unfold sharesUp in Up. nia.
  - assert (S0 : SCALE * sum (has b' e') ss <= sum (has b e) ss).
    { rewrite Z.mul_comm, <- sum_scal. apply sum_le. intros s Hin. destruct (Bought s Hin) as (B1 & B2 & B3 & B4).
      unfold has. destruct (real s); nia. }
    nia.
  - rewrite (sum_ext (entitled b' e' x) (entitled b e x)); [assumption |]. intros s Hin. now apply Values.
  - rewrite (sum_ext (asks b' e' x) (asks b e x)); [assumption |]. intros s Hin. now apply Values.
Qed.

Lemma nine_scales_are_enough : 2 ^ 256 < SCALE ^ Z.of_nat SCALES_TO_ZERO.
Proof. reflexivity. Qed.

Lemma good_endAllScales b e x i o ss : allWorthNothing b = true -> shares b < 2 ^ 256 -> good (MkWorld b e x i o ss) ->
  good (MkWorld (endAllScales b) (setEnd e (scale b) (setAsidePerShare b)) x i o ss).
Proof.
  constants. intros Nil Hw G. open_good G. unfold endAllScales.
  change (Z.of_nat SCALES_TO_ZERO) with 9.
  unfold allWorthNothing in Nil. apply andb_prop in Nil. destruct Nil as [Nil _]. apply Z.eqb_eq in Nil.
  set (b' := MkBook _ _ _ _ _ _ _ _ _ _ _). set (e' := setEnd e (scale b) (setAsidePerShare b)).
  assert (Values : forall s, In s ss -> entitled b' e' x s = entitled b e x s /\ asks b' e' x s = asks b e x s).
  { intros s Hin. apply (scale_values b e b' x s 8); auto. }
  assert (Zero : forall s, In s ss -> pretends b' e' s = 0).
  { intros s Hin. pose proof (Icl s Hin) as Gs. pose proof (way_sound b e x Ien s Gs) as W.
    destruct (way_on b e (claim s) 8 b' Ien (g_scale _ _ _ _ Gs) W eq_refl eq_refl) as (W1 & W2 & _). fold e' in W1.
    set (here := wayNext (wayPass (setAsidePerShare b) (way b e (claim s)))) in *.
    assert (Sh : sound (setAsidePerShare b) here) by (apply sound_next; apply sound_pass; [lia | exact W]).
    destruct (walk_idle e' 8 (scale b + 1) here) as (_ & _ & _ & K4 & K5).
    { intro k. rewrite W2. now apply ends_setEnd. }
    { apply Sh. }
    rewrite <- W1 in K4, K5.
    assert (Gone : w_shares (way b' e' (claim s)) = 0).
    { apply K5. split; [apply Sh |]. unfold here, wayNext. simpl w_shares.
      assert (Wp : w_shares (wayPass (setAsidePerShare b) (way b e (claim s))) = w_shares (way b e (claim s))).
      { unfold wayPass. destruct (w_start _ <? _); reflexivity. }
      rewrite Wp. apply Z.div_lt_upper_bound; [auto |].
      pose proof nine_scales_are_enough as Nine. unfold SCALES_TO_ZERO in Nine.
      rewrite Nat2Z.inj_succ, Z.pow_succ_r in Nine by lia.
      assert (L : WAD * w_shares (way b e (claim s)) <= WAD * shares b).
      { apply Z.le_trans with (has b e s); [now apply (shares_le_has b e x) |].
        apply Z.le_trans with (sum (has b e) ss); [| exact Iha].
        apply in_split in Hin as (l & r & ->). rewrite sum_app. simpl.
        assert (0 <= sum (has b e) l).
        { apply sum_nonneg. intros y Hy. apply (has_nonneg b e x Ien). apply Icl. apply in_or_app. now left. }
        assert (0 <= sum (has b e) r).
        { apply sum_nonneg. intros y Hy. apply (has_nonneg b e x Ien). apply Icl. apply in_or_app. right. now right. }
        lia. }
      nia. }
    unfold pretends, bought. rewrite Gone. simpl sharesPerRate. rewrite Z.max_l by lia. lia. }
  assert (Zeroes : forall f : Source -> Z, (forall s, In s ss -> f s <= 0) -> sum f ss <= 0).
  { intros f H'. apply Z.le_trans with (sum (fun _ => 0) ss); [now apply sum_le |]. clear. induction ss; simpl; lia. }
  split; cbn [book ends exact inn out sources]; unfold b'; simpl; fold b'; fold e'; try assumption; try lia.
  - intro k. now apply ends_setEnd.
  - intros s Hin. destruct (Icl s Hin). split; simpl; try assumption; lia.
  - assert (sum (inBase b' e') ss <= 0); [| lia]. apply Zeroes. intros s Hin. unfold inBase, fraction. rewrite Zero by assumption.
    destruct (Icl s Hin). simpl. destruct (Z.eqb_spec (c_scale (claim s)) (scale b + 9)); [lia |]. lia.
  - assert (sum (has b' e') ss <= 0); [| lia]. apply Zeroes. intros s Hin. rewrite <- (Zero s Hin).
    apply (has_le_pretends b' e' x). destruct (Icl s Hin). split; simpl; try assumption; lia.
  - rewrite (sum_ext (entitled b' e' x) (entitled b e x)); [assumption |]. intros s Hin. now apply Values.
  - rewrite (sum_ext (asks b' e' x) (asks b e x)); [assumption |]. intros s Hin. now apply Values.
Qed.

(** ** Steps of one claim *)

Lemma good_replace b b' e x i o i' o' l s s' r : same b b' -> good (MkWorld b e x i o (l ++ s :: r)) ->
  goodClaim b' e x s' ->
  0 <= owned b' -> 0 <= unowned b' -> 0 <= setAside b' -> 0 <= claimed b' -> 0 <= shares b' ->
  owned b' * WAD <= shares b' -> owned b' + unowned b' + setAside b' = i' - o' ->
  rate b' = rate b - c_rate (claim s) + c_rate (claim s') ->
  WAD * base b + rate b * sharesPerRate b - inBase b e s + inBase b' e s'
    <= WAD * base b' + rate b' * sharesPerRate b' ->
  WAD * shares b - has b e s + has b' e s' <= WAD * shares b' ->
  (forall p a, 0 <= p <= a ->
    entitled b e x s + p <= WAD * PER_SHARE * setAside b -> asks b e x s + a <= WAD * PER_SHARE * claimed b ->
    entitled b' e x s' + p <= WAD * PER_SHARE * setAside b' /\ asks b' e x s' + a <= WAD * PER_SHARE * claimed b') ->
  good (MkWorld b' e x i' o' (l ++ s' :: r)).
Proof.
  intros S0 G Gc H1 H2 H3 H4 H5 Hp Hm Hr Hb Hh Hmoney. open_good G.
  destruct (same_sums b b' e x l S0) as (l1 & l2 & l3 & l4). destruct (same_sums b b' e x r S0) as (r1 & r2 & r3 & r4).
  pose proof S0 as (q1 & q2 & q3 & q4).
  rewrite sum_app in *. simpl in *.
  assert (Icl' : forall y, In y l \/ In y r -> goodClaim b e x y).
  { intros y Hy. apply Icl. apply in_or_app. destruct Hy; [now left | right; now right]. }
  assert (El : sum (entitled b e x) l <= sum (asks b e x) l) by (apply sum_le; intros; apply entitled_le_asks; auto).
  assert (Er : sum (entitled b e x) r <= sum (asks b e x) r) by (apply sum_le; intros; apply entitled_le_asks; auto).
  assert (Pl : 0 <= sum (entitled b e x) l) by (apply sum_nonneg; intros; apply entitled_nonneg; auto).
  assert (Pr : 0 <= sum (entitled b e x) r) by (apply sum_nonneg; intros; apply entitled_nonneg; auto).
  destruct (Hmoney (sum (entitled b e x) l + sum (entitled b e x) r) (sum (asks b e x) l + sum (asks b e x) r))
    as [M1 M2]; try lia.
  split; cbn [book ends exact inn out sources]; rewrite ?sum_app; simpl; rewrite ?q1, ?q2, ?q3, ?q4; try assumption; try lia.
  - intros y Hy. apply in_app_or in Hy. destruct Hy as [Hy | [<- | Hy]]; [| exact Gc |]; apply (same_goodClaim b b'); auto.
Qed.

(** A claim that was synchronised just now is at the end of its way. *)
Lemma way_synced b e c : c_scale c = scale b -> way b e c = firstOf c.
Proof. intro H. unfold way, scalesBehind. rewrite H, Z.sub_diag. reflexivity. Qed.

Lemma good_sync b e x i o l s r stayed newRate : (stayed = true -> real s = true) -> 0 <= newRate ->
  good (MkWorld b e x i o (l ++ s :: r)) ->
  good (MkWorld (sync b e (claim s) stayed newRate) e x i o
    (l ++ MkSource (syncClaim b e (claim s) stayed newRate) true x :: r)).
Proof.
  constants. intros Hst Hr G. pose proof G as G0. open_good G0.
  assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
  destruct (sharesAfter_exact b e x Ien s stayed Gs Hst) as [N1 N2].
  pose proof (earned_range b e x Ien s stayed Gs) as ER.
  pose proof (earned_exact b e x Ien s stayed Gs Hst) as EX. pose proof (asked_exact b e x Ien s Gs) as AX.
  pose proof (follow_spec b e x Ien s Gs) as (F1 & F2 & _).
  pose proof (way_sound b e x Ien s Gs) as (W1 & W2 & _).
  set (np := payableAfter b e (claim s) stayed). set (cl := claimedAfter b e (claim s) stayed).
  assert (np0 : 0 <= np <= earned b e (claim s) stayed /\ np <= setAside b) by (unfold np, payableAfter; lia).
  assert (cl0 : np <= cl) by (unfold cl, claimedAfter, saturatingSub; fold np; lia).
  set (b' := sync b e (claim s) stayed newRate). set (s' := MkSource (syncClaim b e (claim s) stayed newRate) true x).
  assert (Way : way b' e (claim s') = firstOf (claim s')) by (apply way_synced; reflexivity).
  assert (Rate : forItsRate b' e x s' = 0).
  { assert (Z0 : growth b' e x s' = 0) by (unfold growth, exactBefore; rewrite Way; simpl; ring).
    unfold forItsRate. rewrite Z0. apply Z.mul_0_r. }
  assert (Sure : sure b' e s' = WAD * PER_SHARE * np).
  { unfold sure, exactForShares. rewrite Way. simpl. fold np. ring. }
  assert (Bought : bought b' e s' = 0).
  { unfold bought. rewrite Way. simpl. rewrite Z.sub_diag. apply Z.mul_0_r. }
  assert (Un : saturatingSub (setAside b) cl = Z.max 0 (setAside b - cl)) by reflexivity.
  apply (good_replace b b' e x i o i o l s s' r); auto.
  - repeat split.
  - destruct Gs. split; simpl; fold np; try lia.
  - simpl. fold cl. lia.
  - simpl. fold cl. lia.
  - simpl. fold cl. lia.
  - simpl. fold cl. lia.
  - assert (Has : inBase b' e s' = WAD * sharesAfter b e (claim s) stayed + (newRate * sharesPerRate b) mod WAD).
    { unfold inBase, pretends, fraction. rewrite Way, Bought. simpl. rewrite Z.eqb_refl. ring. }
    assert (Frac : (c_rate (claim s) * w_perRate (way b e (claim s))) mod WAD - WAD * roundedAnew b (claim s)
                   <= fraction b s).
    { unfold fraction, roundedAnew. destruct (Z.eqb_spec (c_scale (claim s)) (scale b)) as [E0 | E0].
      - rewrite (way_synced b e (claim s) E0). cbn [orb firstOf w_perRate]. lia.
      - destruct (Z.eqb_spec (c_rate (claim s)) 0) as [-> | _]; cbn [orb]; [rewrite Z.mul_0_l, Zmod_0_l; lia |].
        pose proof (Z.mod_pos_bound (c_rate (claim s) * w_perRate (way b e (claim s))) WAD ltac:(auto)). lia. }
    rewrite Has. unfold inBase, pretends, bought. simpl base. simpl rate. simpl sharesPerRate. unfold baseOf, times.
    rewrite F1, F2.
    pose proof (Z_div_mod_eq_full (c_rate (claim s) * w_perRate (way b e (claim s))) WAD) as D1.
    pose proof (Z_div_mod_eq_full (newRate * sharesPerRate b) WAD) as D2.
    destruct Gs.
    assert (c_rate (claim s) * (sharesPerRate b - w_perRate (way b e (claim s)))
            <= c_rate (claim s) * Z.max 0 (sharesPerRate b - w_perRate (way b e (claim s)))) by (apply Z.mul_le_mono_nonneg_l; lia).
    lia.
  - assert (Has : has b' e s' = WAD * sharesAfter b e (claim s) stayed).
    { unfold has. rewrite Way, Bought. simpl. ring. }
    rewrite Has. simpl. lia.
  - intros p a [p0 pa] HE HA.
    assert (E1 : entitled b' e x s' = WAD * PER_SHARE * np) by (unfold entitled; rewrite Sure, Rate; simpl; ring).
    assert (A1 : asks b' e x s' = WAD * PER_SHARE * np) by (unfold asks; rewrite Sure, Rate; ring).
    rewrite E1, A1. simpl setAside. simpl claimed. fold cl. rewrite Un.
    set (K := WAD * PER_SHARE) in *. assert (K0 : 0 < K) by (unfold K; nia).
    assert (H8 : K * np + a <= K * cl).
    { unfold cl, claimedAfter. fold np. unfold saturatingSub.
      assert (K * (claimed b - asked b e (claim s)) <= K * Z.max 0 (claimed b - asked b e (claim s)))
        by (apply Z.mul_le_mono_nonneg_l; lia). lia. }
    split; [| exact H8].
    destruct (Z.max_spec 0 (setAside b - cl)) as [[_ ->] | [_ ->]].
    + replace (setAside b - (setAside b - cl)) with cl by lia. lia.
    + rewrite Z.sub_0_r. assert (K * np <= K * earned b e (claim s) stayed) by (apply Z.mul_le_mono_nonneg_l; lia). lia.
Qed.

Lemma valueOf_range b n : 0 <= n -> 0 <= owned b -> 0 <= shares b -> 0 <= valueOf b n <= owned b.
Proof.
  intros Hn Ho Hs. unfold valueOf. destruct (Z.leb_spec (shares b) n); [lia |].
  split; [apply Z.div_pos; nia | apply Z.div_le_upper_bound; nia].
Qed.

Lemma good_redeem b e x i o l s r n : isSynced b (claim s) -> 0 <= n <= c_shares (claim s) ->
  good (MkWorld b e x i o (l ++ s :: r)) ->
  good (MkWorld (redeem b n) e x i o (l ++ MkSource (redeemClaim b (claim s) n) (real s) (seen s) :: r)).
Proof.
  constants. intros (Y1 & Y2 & Y3) Hn G. pose proof G as G0. open_good G0.
  assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
  pose proof (valueOf_range b n ltac:(lia) Iow Ish) as V.
  set (b' := redeem b n). set (s' := MkSource (redeemClaim b (claim s) n) (real s) (seen s)).
  assert (Way : way b e (claim s) = firstOf (claim s)) by (now apply way_synced).
  assert (Way' : way b' e (claim s') = firstOf (claim s')) by (apply way_synced; exact Y1).
  assert (Le : n <= shares b).
  { pose proof (shares_le_has b e x s Gs) as L1. rewrite Way in L1. simpl in L1. rewrite sum_app in Iha. simpl in Iha.
    assert (P : forall y, In y l \/ In y r -> 0 <= has b e y).
    { intros y Hy. apply (has_nonneg b e x Ien). apply Icl. apply in_or_app. destruct Hy; [now left | right; now right]. }
    assert (0 <= sum (has b e) l) by (apply sum_nonneg; auto). assert (0 <= sum (has b e) r) by (apply sum_nonneg; auto). nia. }
  assert (All : saturatingSub (shares b) n = shares b - n) by (unfold saturatingSub; lia).
  assert (Dv : 0 <= (shares b - n) / WAD) by (apply Z.div_pos; lia).
  assert (Sure : sure b' e s' = sure b e s + WAD * PER_SHARE * valueOf b n).
  { unfold sure, exactForShares. rewrite Way, Way'. simpl. rewrite Y2. ring. }
  assert (Rate : forItsRate b' e x s' = forItsRate b e x s).
  { unfold forItsRate, growth, exactBefore. rewrite Way, Way'. reflexivity. }
  assert (Bought : bought b' e s' = bought b e s) by (unfold bought; rewrite Way, Way'; reflexivity).
  apply (good_replace b b' e x i o i o l s s' r); auto.
  - repeat split.
  - destruct Gs. split; simpl; try assumption; lia.
  - simpl. rewrite All. lia.
  - simpl. rewrite All. lia.
  - simpl. lia.
  - simpl. lia.
  - simpl. lia.
  - simpl. rewrite All. pose proof (div_down (shares b - n) WAD ltac:(auto)).
    destruct (Z.min_spec (owned b - valueOf b n) ((shares b - n) / WAD)) as [[Lt ->] | [Lt ->]]; nia.
  - simpl. lia.
  - simpl. lia.
  - unfold inBase, pretends. rewrite Bought, Way, Way'. change (fraction b' s') with (fraction b s). simpl. lia.
  - unfold has. rewrite Bought, Way, Way'. simpl. rewrite All. destruct (real s); lia.
  - intros p a [p0 pa] HE HA. unfold entitled, asks in *. rewrite Sure, Rate. simpl. destruct (real s); lia.
Qed.

(** What is payable is there: to pay it never reverts. *)
Lemma payable_covered b e x i o l s r : good (MkWorld b e x i o (l ++ s :: r)) -> payableNow (claim s) <= setAside b.
Proof.
  constants. intro G. open_good G.
  assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
  pose proof (entitled_above b e x Ien s Gs) as A0. rewrite sum_app in IE. simpl in IE.
  assert (P : forall y, In y l \/ In y r -> 0 <= entitled b e x y).
  { intros y Hy. apply (entitled_nonneg b e x Ien). apply Icl. apply in_or_app. destruct Hy; [now left | right; now right]. }
  assert (0 <= sum (entitled b e x) l) by (apply sum_nonneg; auto).
  assert (0 <= sum (entitled b e x) r) by (apply sum_nonneg; auto).
  assert (0 < WAD * PER_SHARE) by nia. nia.
Qed.

Lemma good_payable b b' e x i o i' o' l s r payable' :
  let s' := MkSource (withPayable (claim s) (c_shares (claim s)) payable') (real s) (seen s) in
  same b b' -> 0 <= payable' -> good (MkWorld b e x i o (l ++ s :: r)) ->
  base b' = base b -> shares b' = shares b -> rate b' = rate b -> owned b' = owned b -> unowned b' = unowned b ->
  owned b' + unowned b' + setAside b' = i' - o' ->
  0 <= setAside b' -> setAside b' = setAside b - payableNow (claim s) + payable' ->
  0 <= claimed b' -> claimed b - payableNow (claim s) + payable' <= claimed b' ->
  good (MkWorld b' e x i' o' (l ++ s' :: r)).
Proof.
  constants. intros s' S0 Hp G e1 e2 e3 e4 e5 H1 H2 H3 H4 H5. pose proof G as G0. open_good G0.
  assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
  pose proof S0 as (q1 & q2 & q3 & q4).
  assert (Way : way b' e (claim s') = way b e (claim s)) by (unfold way, scalesBehind; simpl; now rewrite q1).
  assert (Sure : sure b' e s' = sure b e s + WAD * PER_SHARE * (payable' - payableNow (claim s))).
  { unfold sure, exactForShares. rewrite Way, q2. simpl. ring. }
  assert (Rate : forItsRate b' e x s' = forItsRate b e x s).
  { unfold forItsRate, growth, exactBefore. rewrite Way, q2. reflexivity. }
  assert (Bought : bought b' e s' = bought b e s) by (unfold bought; rewrite Way, q4; reflexivity).
  apply (good_replace b b' e x i o i' o' l s s' r); auto; try lia.
  - destruct Gs. split; simpl; rewrite ?q1, ?q2, ?q3; try assumption; lia.
  - simpl. lia.
  - unfold inBase, pretends, fraction. rewrite Bought, Way, q1, q4, e1, e3. simpl. lia.
  - unfold has. rewrite Bought, Way, e2. simpl. lia.
  - intros p a [p0 pa] HE HA. unfold entitled, asks in *. rewrite Sure, Rate. simpl real.
    assert (WAD * PER_SHARE * (claimed b - payableNow (claim s) + payable') <= WAD * PER_SHARE * claimed b')
      by (apply Z.mul_le_mono_nonneg_l; nia).
    rewrite H3. destruct (real s); lia.
Qed.

Lemma good_step w v : step w v -> good w -> good v.
Proof.
  intros St G. destruct St as [b e x i o ss gained time | b e x i o ss amount | b e x i o ss amount back |
    b e x i o ss excess | b e x i o ss | b e x i o ss | b e x i o ss | b e x i o l s r | b e x i o l s r stayed newRate |
    b e x i o l s r n | b e x i o l s r | b e x i o l s r amount].
  - now apply good_accrue.
  - apply (good_money b _ e x i o); auto; open_good G; simpl; try lia. repeat split.
  - apply (good_money b _ e x i o); auto; open_good G; simpl; unfold drainedFromOwned, saturatingSub in *; try lia.
    repeat split.
  - now apply good_release.
  - now apply good_endScale.
  - now apply good_endAllScales.
  - open_good G. set (s := MkSource noClaim false 0).
    assert (Gs : goodClaim b e x s) by (split; simpl; lia).
    pose proof (way_sound b e x Ien s Gs) as W.
    assert (Nothing : w_shares (way b e (claim s)) = 0 /\ w_forShares (way b e (claim s)) = 0).
    { destruct (walk_nothing (setAsidePerShare b) e Ien (scalesBehind b noClaim) 0 (firstOf noClaim)) as (N1 & _ & N3 & _);
        simpl; try lia; auto. }
    destruct Nothing as [N1 N2].
    assert (Sure : sure b e s = 0) by (unfold sure, exactForShares; rewrite N1, N2; simpl; ring).
    assert (Rate : forItsRate b e x s = 0) by reflexivity.
    assert (Bought : bought b e s = 0) by reflexivity.
    assert (Fr : fraction b s = 0) by (unfold fraction; change (c_rate (claim s)) with 0; destruct (_ =? _); reflexivity).
    assert (E1 : entitled b e x s = 0) by (unfold entitled; rewrite Sure; reflexivity).
    assert (A1 : asks b e x s = 0) by (unfold asks; rewrite Sure, Rate; reflexivity).
    assert (P1 : inBase b e s = 0) by (unfold inBase, pretends; rewrite N1, Bought, Fr; ring).
    assert (H1 : has b e s = 0) by (unfold has; rewrite N1; simpl; ring).
    split; cbn [book ends exact inn out sources sum]; fold s; rewrite ?E1, ?A1, ?P1, ?H1; try assumption; try (simpl; lia).
    intros y [<- | Hy]; auto.
  - pose proof G as G0. open_good G0. assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
    pose proof (forItsRate_nonneg b e x s Gs) as R0. pose proof (bought_nonneg b e x s Gs) as B0.
    set (s' := MkSource (claim s) false (seen s)).
    apply (good_replace b b e x i o i o l s s' r); auto; try lia.
    + repeat split.
    + destruct Gs. split; assumption.
    + simpl. lia.
    + change (inBase b e s') with (inBase b e s). lia.
    + unfold has, bought in *. simpl. destruct (real s); lia.
    + intros p a [p0 pa] HE HA. split; [| exact HA].
      change (entitled b e x s') with (sure b e s + 0). unfold entitled in HE. destruct (real s); lia.
  - now apply good_sync.
  - now apply good_redeem.
  - pose proof (payable_covered _ _ _ _ _ _ _ _ G) as C. pose proof G as G0. open_good G0.
    assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left). destruct Gs.
    apply (good_payable b _ e x i o); auto; simpl; unfold saturatingSub; try lia. repeat split.
  - pose proof G as G0. open_good G0. assert (Gs : goodClaim b e x s) by (apply Icl; apply in_or_app; right; now left).
    destruct Gs. apply (good_payable b _ e x i o); auto; simpl; try lia. repeat split.
Qed.

Lemma always_good w : reachable w -> good w.
Proof. induction 1 as [| w v _ IH St]; [exact good_start | exact (good_step w v St IH)]. Qed.
