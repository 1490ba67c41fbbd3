#!/bin/sh
# approve --rebase: a stale pending whose change still applies goes on as a new one, made by the gate itself from the recorded commits, judged
# anew as a push of the same actor, with a new id and challenge; no approval carries over, and who asks brings no content (HOLES 24).
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
ssh-keygen -q -t ed25519 -N '' -C carol -f "$T/carol"
for p in alice bob carol; do signer srv.rules $p "$T/$p"; done
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*]
actors:
  agents: {owned-bot: {owner: bob, match: ["user:owned-bot"]}}
people:
  alice: {roles: [maintainer], mails: [alice@example.com]}
  bob: {roles: [maintainer], mails: [bob@example.com]}
  carol: {roles: [docs]}
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 1, roles: [maintainer]}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
new_clone srv agent
new_clone srv maint alice
new_clone srv other bob

MAIN=refs/heads/main
archived() { # ID FILTER: of its last record in the archive
	_c=$(git -C srv.git log -1 --format=%H --grep="^pending $1 " refs/refgate/archive) && git -C srv.git cat-file blob "$_c:record" | jq -r "$2"
}
# rebase_as PERSON DIR ID: from a clone
rebase_as() {
	_rb_person=$1
	_rb_dir=$2
	shift 2
	run sh -c 'cd "$1" && shift && exec "$@"' - "$_rb_dir" "$RG" approve "$@" --rebase --yes --as "$_rb_person" --key "$T/$_rb_person"
}
# start_work: agent stands on the present main
start_work() {
	quiet srv
	git -C agent fetch -q origin && git -C agent checkout -q -f --detach "$(oid srv.git main)"
}
# offer [ACTOR] [REF]: what agent has is pushed and held as S, with the commits SOLD..SNEW
offer() {
	SREF=${2:-$MAIN}
	SOLD=$(oid srv.git "$SREF")
	SNEW=$(oid agent HEAD)
	push_as "${1:-codex-bot}" agent origin "HEAD:$SREF"
	S=$(json .id)
	[ "$(json .verdict)" = hold ] || not_ok "a push to $SREF is held" "$OUT"
}
# move_on PATH CONTENT [REF]: somebody else's push lands there, so that S goes stale and is closed
move_on() {
	_mo_ref=${3:-$MAIN}
	quiet srv
	git -C other fetch -q origin && git -C other checkout -q -f --detach "$(oid srv.git "$_mo_ref")"
	mkdir -p "$(dirname "other/$1")"
	printf '%s\n' "$2" >"other/$1"
	git -C other add -A && git -C other -c user.name=other-bot -c user.email=other-bot@example.com commit -q -m "move on: $1"
	push_as other-bot other origin "HEAD:$_mo_ref"
	_mo=$(json .id)
	approve_here alice srv "$_mo"
	[ "$(oid srv.git "$_mo_ref")" = "$(oid other HEAD)" ] || not_ok "$_mo_ref moves on" "$OUT"
	quiet srv
}
# not_rebased NAME TEXT...: exit 1, every ref but the archive as at the snap, no request and no half-made objects left
not_rebased() {
	_nr=$1
	shift
	quiet srv
	_begin
	[ "$STATUS" = 1 ] || _because "the exit code is $STATUS"
	_targets srv >"$T/.now"
	cmp -s "$T/.targets.srv" "$T/.now" || _because "refs differ: $(diff "$T/.targets.srv" "$T/.now")"
	[ "$(pendings srv)" = "$(grep -v -x "$S" "$T/.pendings.srv")" ] || [ "$(pendings srv)" = "$(cat "$T/.pendings.srv")" ] || _because "open: $(pendings srv)"
	[ -z "$(git -C srv.git for-each-ref refs/refgate/approvals refs/approvals)" ] || _because 'a request stayed'
	_check_left srv
	for _t in "$@"; do
		grep -a -q -F -- "$_t" "$OUTFILE" || _because "not said: $_t"
	done
	_end "$_nr"
}
# was_rebased NAME: a new pending N took S's place, and nothing else moved
was_rebased() {
	quiet srv
	_begin
	[ "$STATUS" = 0 ] || _because "the exit code is $STATUS"
	N=$(archived "$S" .closed.next)
	grep -a -q "^pending $S was rebased as $N" "$OUTFILE" || _because "not said: $S was rebased as $N"
	[ "$(archived "$S" .state)" = stale ] || _because "the old one is $(archived "$S" .state)"
	[ "$(record srv "$N" .rebased)" = "$S" ] || _because 'the new record does not name the old one'
	[ "$(record srv "$N" '.refs[0].old')" = "$(oid srv.git "$SREF")" ] || _because 'it does not stand on the present target'
	[ "$(record srv "$N" '.refs[0].was.new')" = "$SNEW" ] || _because 'it does not say what it was made of'
	[ "$(record srv "$N" .statement | sed -n 's/^challenge //p')" != "$(archived "$S" .statement | sed -n 's/^challenge //p')" ] ||
		_because 'its challenge is the old one'
	pendings srv | grep -q -x "$S" && _because "$S is open"
	_targets srv >"$T/.now"
	cmp -s "$T/.targets.srv" "$T/.now" || _because "refs differ: $(diff "$T/.targets.srv" "$T/.now")"
	[ -z "$(git -C srv.git for-each-ref "refs/refgate/approvals")" ] || _because 'a statement stayed'
	[ "$(log_count srv ".ev == \"rebased\" and .pending == \"$S\" and .next == \"$N\"")" = 1 ] || _because 'the log does not say it'
	_check_left srv
	_end "$1"
}
as_made() { git -C srv.git log --reverse --format='%an %ae %ad %cn %ce %cd %B' --date=raw "$1"; }

# ---- one commit ----
start_work
GIT_AUTHOR_DATE='1600000001 +0130' GIT_COMMITTER_DATE='1600000002 -0700' commit_file agent one one 'One.

With a body, and no line end at its end'
offer
statement srv "$S" alice maintainer >early
sign_text "$T/early" "$T/alice"
move_on else else
is "$(pendings srv)" '' 'the stale pending is closed by the upkeep'
run sh -c "cd maint && '$RG' wait $S"
says 'wait tells the agent what to do' 'git fetch && git rebase && git push'
approve_as alice maint "$S"
says 'approve tells the maintainer' "refgate approve $S --rebase"
git -C maint checkout -q -B main origin/main
echo mine >maint/uncommitted
git -C maint add uncommitted
BEFORE=$(git -C maint status --porcelain; oid maint HEAD; git -C maint write-tree)
snap srv
rebase_as alice maint "$S"
was_rebased 'a change of one commit is rebased'
says 'the range-diff shows that it is the same' "# $MAIN " ' = 1:  ' "refgate approve $N"
is "$(git -C maint status --porcelain; oid maint HEAD; git -C maint write-tree)" "$BEFORE" "the maintainer's work tree, index and HEAD are as they were"
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'and no helper ref stays'
NNEW=$(record srv "$N" '.refs[0].new')
is "$(git -C srv.git rev-parse "$NNEW^")" "$(oid srv.git main)" 'the commit stands on the target'
is "$(as_made "$NNEW^..$NNEW")" "$(as_made "$SNEW^..$SNEW")" 'author, committer, dates and message are as they were'
is "$(record srv "$N" '.actor|del(.environment)')" "$(archived "$S" '.actor|del(.environment)')" 'the actor is the one who pushed'
is "$(git -C srv.git show --format= "$NNEW" | git patch-id | cut -d ' ' -f 1)" "$(git -C srv.git show --format= "$SNEW" | git patch-id | cut -d ' ' -f 1)" \
	'the patch is the same'
git -C agent fetch -q origin
git -C agent rebase -q --committer-date-is-author-date origin/main >/dev/null 2>&1
is "$(oid agent 'HEAD^{tree}')" "$(git -C srv.git rev-parse "$NNEW^{tree}")" 'git rebase makes the same tree'
run sh -c "cd maint && '$RG' wait $S"
is "$STATUS" 1 'wait on the old id ends with exit 1'
like "$OUT" "^$S stale $N" 'and names the new one'
says 'and waits there' "refgate wait $N"
run sh -c "cd maint && '$RG' show $S --format json"
is "$(jq -r '.state + " " + .closed.next' "$OUTFILE")" "stale $N" 'show says so as JSON'
run sh -c "cd other && '$RG' show $N"
says 'show of the new one names the old' "rebased    from $S"
run sh -c "cd other && '$RG' diff $N --rebased"
says 'another reviewer sees the range-diff too' ' = 1:  '
run sh -c "cd maint && '$RG' approve $S --rebase --yes --as alice --key '$T/alice'"
is "$STATUS" 1 'a second rebase of it is refused'
says 'with the new id' "was rebased as $N"
snap srv
hand_in maint "$N" "$T/alice" early.signed
refused srv 'what was signed for the old one does not serve the new one' 'must be `pending'
hand_in maint "$S" "$T/alice" early.signed
refused srv 'nor the old one' "was rebased as $N"
ID=$N
approve_as alice maint "$N"
released srv 'the maintainer who asked for it may approve it' $MAIN "$NNEW"
is "$(git -C srv.git for-each-ref refs/pending)" '' 'and nothing of it stays'

# ---- three commits in a file that the target changed too, one that is there already, one that was signed by its author ----
start_work
seq 1 40 >agent/long
git -C agent add long
git -C agent commit -q -m 'a long file'
offer
ID=$S
approve_as alice maint "$S"
start_work
sed -i 's/^3$/three/' agent/long
git -C agent commit -qam 'change the top'
sed -i 's/^20$/twenty/' agent/long
git -C agent -c gpg.format=ssh -c user.signingkey="$T/mallory" commit -q -S -am 'change the middle'
cp agent/long long.mid
commit_file agent three three
offer
seq 1 40 | sed 's/^3$/three/; s/^38$/thirty-eight/' >long.target
move_on long "$(cat long.target)"
snap srv
rebase_as alice maint "$S"
was_rebased 'a change of three commits is rebased'
says 'what the target has already is left out' 'already; they are left out'
says 'that signatures are lost is said' 'carries no such signature'
NNEW=$(record srv "$N" '.refs[0].new')
is "$(git -C srv.git rev-list --count "$(oid srv.git main)..$NNEW")" 2 'two of the three are left'
for o in $(git -C srv.git rev-list --objects "$(oid srv.git main)..$NNEW" | cut -d ' ' -f 1); do
	git -C srv.git cat-file -e "$o" || not_ok "an object of it is missing: $o"
done
is "$(git -C srv.git show "$NNEW:long" | sed -n '3p;20p;38p' | tr '\n' ' ')" 'three twenty thirty-eight ' 'both sides are in the file'
is "$(git -C srv.git cat-file commit "$NNEW^" | grep -c gpgsig)" 0 'no signature that does not hold'
ID=$N
approve_as alice maint "$N"
released srv 'and it is released' $MAIN "$NNEW"

# ---- what cannot be ----
start_work
commit_file agent README 'of the agent'
commit_file agent also also
offer
move_on README 'of somebody else'
snap srv
rebase_as alice maint "$S"
not_rebased 'a conflict is refused with its paths' 'conflicts with the target in README' 'git fetch && git rebase && git push'
is "$(archived "$S" .closed.next)" null 'no new pending is named'
is "$(log_count srv ".ev == \"rebase_failed\" and .pending == \"$S\"")" 1 'the log says why'
rg approve "$S" --rebase --repo srv.git --yes --as alice --key "$T/alice"
not_rebased 'on the server too' 'conflicts with the target in README'

start_work
git -C agent checkout -q -b side
commit_file agent side side
git -C agent checkout -q --detach HEAD^
commit_file agent trunk trunk
git -C agent merge -q --no-ff -m 'a merge' side
git -C agent branch -q -D side
offer
move_on else2 else2
snap srv
rebase_as alice maint "$S"
not_rebased 'a merge among the commits is refused' 'is a merge'

start_work
commit_file agent fresh fresh
offer
snap srv
rebase_as alice maint "$S"
is "$STATUS" 1 'a pending that is not stale is refused'
says 'with what to do' 'is not stale' 'approve it as it stands'
unmoved srv 'and nothing moves'
statement srv "$S" alice maintainer rebase >text
sign_text "$T/text" "$T/alice"
hand_in maint "$S" "$T/alice" text.signed
refused srv 'by hand too' 'is not stale'
move_on fresh fresh
snap srv
rebase_as alice maint "$S"
not_rebased 'what the target has already is refused' 'the target has all of it already'

start_work
commit_file agent branch branch
SOLD=$ZERO
offer codex-bot refs/heads/release/new 2>/dev/null
git -C srv.git update-ref refs/heads/release/new "$(oid srv.git main)"
rg doctor srv.git --acknowledge refs/heads/release/new
snap srv
rebase_as alice maint "$S"
not_rebased 'a branch that was to be made and is there is refused' 'was to be made, and is there now'

start_work
commit_file agent pruned pruned
offer
move_on else8 else8
git -C srv.git gc -q --prune=now
snap srv
rebase_as alice maint "$S"
not_rebased 'commits that git has pruned are not there' 'not in the repository any more'

# ---- the request: whose, for what ----
start_work
commit_file agent ask ask
offer owned-bot
move_on else3 else3
snap srv
statement srv "$S" alice maintainer rebase >text
is "$(sed -n 's/^decision //p' text)" rebase 'the request is a statement with a word of its own'
sign_text "$T/text" "$T/mallory"
hand_in maint "$S" "$T/mallory" text.signed
refused srv 'a request signed by a stranger is refused' 'belongs to nobody'
statement srv "$S" carol docs rebase >text3
sign_text "$T/text3" "$T/carol"
hand_in maint "$S" "$T/carol" text3.signed
refused srv 'one by a person who has no say here is refused' 'the role docs is not asked for'
evil=$(oid other HEAD)
sed "s/^new .*/new $evil/" text >edited
sign_text "$T/edited" "$T/alice"
hand_in maint "$S" "$T/alice" edited.signed
refused srv 'one that names other content is refused' 'new'
sed 's/^decision rebase/decision approve/' text >edited
sign_text "$T/edited" "$T/alice"
hand_in maint "$S" "$T/alice" edited.signed
refused srv 'an approval of the stale one stays refused' "pending $S is stale"
sign_text "$T/text" "$T/alice"
statement srv "$S" bob maintainer rebase >text2
sign_text "$T/text2" "$T/bob"
hand_in other "$S" "$T/bob" text2.signed
quiet srv
is "$STATUS" 0 'the owner of the agent may ask for it, by hand, with git and ssh-keygen alone'
N=$(archived "$S" .closed.next)
NNEW=$(record srv "$N" '.refs[0].new')
like "$OUT" "pending $S was rebased as $N" 'and is told'
snap srv
hand_in maint "$S" "$T/alice" text.signed
refused srv 'a second request comes too late' "was rebased as $N"
approve_as bob other "$N"
is "$STATUS" 1 'but the owner may not approve the new one, as little as the old one'
is "$(record srv "$N" '.excluded|join(" ")')" bob 'which says so'
unmoved srv 'and nothing moves'

# ---- what comes out cannot be changed ----
evil=$(git -C srv.git cat-file commit "$NNEW" | sed "s/^tree .*/tree $(oid srv.git 'main^{tree}')/" | git -C srv.git hash-object -t commit -w --stdin)
git -C srv.git cat-file blob "refs/refgate/pending/$N" >honest
jq -c --arg e "$evil" '.refs[0].new = $e' honest >forged
git -C srv.git update-ref "refs/refgate/pending/$N" "$(git -C srv.git hash-object -w --stdin <forged)"
approve_as alice maint "$N"
is "$STATUS" 1 'other commits under the same id are not signed'
is "$(oid srv.git main)" "$(oid other HEAD)" 'and do not land'
git -C srv.git update-ref "refs/refgate/pending/$N" "$(git -C srv.git hash-object -w --stdin <honest)"
snap srv
push_as alice maint origin "+HEAD:refs/pending/$N/heads/main"
refused srv 'nobody pushes to its place'
ID=$N
approve_as alice maint "$N"
released srv 'as the gate made it, it is released' $MAIN "$NNEW"

# ---- stale, and open still: nobody has closed it yet ----
start_work
commit_file agent open open
offer
git -C other fetch -q origin
git -C other checkout -q -f --detach "$(oid srv.git main)"
commit_file other by-hand by-hand
git -C srv.git fetch -q ../other HEAD
git -C srv.git update-ref $MAIN "$(oid other HEAD)"
snap srv
rebase_as alice maint "$S"
not_rebased 'on a target that no decision put there it is judged like a push, and rejected' 'what comes out is rejected: GIT-REF'
rg doctor srv.git --acknowledge $MAIN
start_work
commit_file agent open2 open2
offer
git -C other checkout -q -f --detach "$(oid srv.git main)"
commit_file other by-hand2 by-hand2
git -C srv.git fetch -q ../other HEAD
git -C srv.git update-ref $MAIN "$(oid other HEAD)"
rg doctor srv.git --acknowledge $MAIN
quiet srv
snap srv
rebase_as alice maint "$S"
was_rebased 'one that is open still is rebased too'
NNEW=$(record srv "$N" '.refs[0].new')
# A rebased one goes stale as well.
S=$N
SNEW=$NNEW
move_on else4 else4
snap srv
rebase_as alice maint "$S"
was_rebased 'a rebased one can be rebased again'
ID=$N
NNEW=$(record srv "$N" '.refs[0].new')
approve_as bob other "$N"
released srv 'and released' $MAIN "$NNEW"

# ---- two at once ----
start_work
commit_file agent both both
offer
move_on else5 else5
snap srv
(cd maint && "$RG" approve "$S" --rebase --yes --as alice --key "$T/alice" >"$T/a.out" 2>&1) &
(cd other && "$RG" approve "$S" --rebase --yes --as bob --key "$T/bob" >"$T/b.out" 2>&1) &
wait
quiet srv
is "$(pendings srv | grep -c .)" 1 'of two who ask at once there is one new pending'
is "$(git -C srv.git for-each-ref refs/refgate/approvals)" '' 'and no request left'
deny_here alice srv "$(pendings srv)"
clean_left srv

# ---- the target moves while it is judged ----
start_work
commit_file agent moving moving
offer
move_on else6 else6
git -C other checkout -q -f --detach "$(oid srv.git main)"
commit_file other meanwhile meanwhile
git -C srv.git fetch -q ../other HEAD
mkdir bin
cat >bin/git <<EOG
#!/bin/sh
case " \$* " in
*' merge-tree '*)
	if mkdir "$T/moved" 2>/dev/null; then
		(unset GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
		$(command -v git) -C "$T/srv.git" update-ref $MAIN $(oid other HEAD)
		"$RG" doctor "$T/srv.git" --acknowledge $MAIN >/dev/null)
	fi ;;
esac
exec $(command -v git) "\$@"
EOG
chmod +x bin/git
run env PATH="$T/bin:$PATH" "$RG" approve "$S" --rebase --repo srv.git --yes --as alice --key "$T/alice"
yes 'the target moved in the middle of it' test -d moved
is "$(oid srv.git main)" "$(oid other HEAD)" 'to somebody else'
snap srv
was_rebased 'and the change was put on what it is now'
ID=$N
NNEW=$(record srv "$N" '.refs[0].new')
approve_as alice maint "$N"
released srv 'which is released' $MAIN "$NNEW"

# ---- a request that was stored and not acted on: the upkeep does it ----
start_work
commit_file agent later later
offer
move_on else7 else7
statement srv "$S" alice maintainer rebase >text
sign_text "$T/text" "$T/alice"
git -C srv.git update-ref "refs/refgate/approvals/$S/$(fp "$T/alice")" "$(git -C srv.git hash-object -w "$T/text.signed")"
rg gc srv.git
is "$STATUS" 0 'gc runs'
N=$(archived "$S" .closed.next)
is "$(pendings srv)" "$N" 'and does what was asked for'
rm -f srv.git/refgate/closed
rg gc srv.git
rg show "$S" --repo srv.git --format json
is "$(json_of() { jq -r .closed.next "$OUTFILE"; }; json_of)" "$N" 'a lost cache of closed ones finds the newest record'
deny_here alice srv "$N"
clean_left srv
log_verifies srv
yes 'all of it is whole' git -C srv.git fsck --connectivity-only
done_testing
