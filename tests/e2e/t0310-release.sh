#!/bin/sh
# What a release does beside moving the ref: it asks what receive-pack would ask, runs the repository's own hooks as the pusher, counts
# by the policy that is in force under its lock, moves all or nothing, and spends its approvals even when it fails.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
new_repo srv
# The repository's own hooks, there before the gate: each notes how it was called.
for h in pre-receive update post-receive; do
	cat >"srv.git/hooks/$h" <<EOP
#!/bin/sh
{
	echo "$h|\$*|\$TEST_ACTOR|\${GIT_PUSH_OPTION_COUNT-none}|\${GIT_PUSH_OPTION_0-}|\$(pwd)"
	[ $h = update ] || cat
} >>"$T/calls"
# Refuses what concerns a branch, not the statement of the approver.
[ ! -f "$T/refuse.$h" ] || ! tail -n 1 "$T/calls" | grep -q refs/heads || { echo "own $h says no" >&2; exit 1; }
EOP
	chmod +x "srv.git/hooks/$h"
done
"$RG" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" --maintainer "bob:$T/bob.pub" >/dev/null 2>&1
new_clone srv agent
new_clone srv maint alice

# ---- own hooks ----
: >calls
git -C agent checkout -q --detach origin/main
commit_file agent one one
OLD=$(oid srv.git main)
NEW=$(oid agent HEAD)
push_as codex-bot agent -o ticket=7 origin HEAD:main
ID=$(json .id)
is "$(json .verdict)" hold 'a push with an option is held'
is "$(grep -c '^pre-receive' calls)" 1 'the own pre-receive saw the push when it came'
is "$(grep -c "^update|refs/heads/main $OLD $NEW|codex-bot" calls)" 1 'the own update was asked before it was held'
is "$(grep -c '^post-receive' calls)" 0 'the own post-receive was not: nothing landed'
: >calls
approve_as alice maint "$ID"
released srv 'released' refs/heads/main "$NEW"
line="$OLD $NEW refs/heads/main"
is "$(sed -n '/^pre-receive|.*codex-bot/{n;p;}' calls)" "$line" 'at the release the own pre-receive is asked again, as the pusher'
is "$(grep '^update' calls)" "update|refs/heads/main $OLD $NEW|codex-bot|1|ticket=7|$T/srv.git" 'the own update is asked, with the push option'
is "$(sed -n '/^post-receive|/{n;p;}' calls)" "$line" 'the own post-receive is told, in its form'
like "$(cat calls)" '^post-receive\|\|codex-bot\|1\|ticket=7' 'as the pusher too'
unlike "$(grep -A1 '^pre-receive' calls)" 'alice.*refs/heads/main' 'none of them runs as the approver'
is "$(grep -c '^post-receive' calls)" 1 'the own post-receive runs once: the statement of the approver is none of its business'

for h in pre-receive update; do
	hold_on srv agent
	: >refuse.$h
	: >calls
	approve_as alice maint "$ID"
	rm refuse.$h
	open_still srv "$ID" "an own $h that refuses stops the release"
	says 'and that is said' "own $h" "$ID was not released"
	is "$(grep -c '^post-receive' calls)" 0 'the own post-receive hears nothing'
	is "$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")" 0 'and nothing is recorded as released'
	approve_as alice maint "$ID"
	released srv "once it no longer refuses, signing again releases" refs/heads/main "$NEW"
done
hold_on srv agent
: >refuse.post-receive
approve_as alice maint "$ID"
rm refuse.post-receive
released srv 'an own post-receive that fails undoes nothing' refs/heads/main "$NEW"
says 'and is told' 'post-receive hook failed'
# On the server the same.
hold_on srv agent
: >calls
env TEST_ACTOR=alice "$RG" approve "$ID" --repo srv.git --yes --as alice --key "$T/alice" >out 2>&1
is "$(oid srv.git main)" "$NEW" 'released on the server'
is "$(grep -c '^update|refs/heads/main .*|codex-bot|' calls)" 1 'there too the own hooks run as the pusher'
is "$(sort -u calls | grep -c '|alice|')" 0 'and none as the person who typed the command'

# ---- what receive-pack would refuse by configuration ----
git -C srv.git branch -q release/2.0 main
"$RG" doctor srv.git --acknowledge refs/heads/release/2.0 >/dev/null 2>&1
quiet srv
both() { # two signatures, for what is critical
	run sh -c "cd maint && '$RG' approve $ID --yes --as alice --key '$T/alice' --role maintainer && '$RG' approve $ID --yes --as bob --key '$T/bob' --role security"
}
git -C agent fetch -q origin
git -C agent checkout -q -f --detach "$(oid srv.git release/2.0)~1"
commit_file agent aside aside
NEW=$(oid agent HEAD)
push_as codex-bot agent origin "+HEAD:release/2.0"
ID=$(json .id)
is "$(json .verdict)" hold 'a forced push of a protected branch is held'
snap srv
git -C srv.git config receive.denyNonFastForwards true
both
open_still srv "$ID" 'with denyNonFastForwards it is not released'
says 'and that is said' denyNonFastForwards
git -C srv.git config --unset receive.denyNonFastForwards
approve_as alice maint "$ID" --role maintainer
released srv 'without it is' refs/heads/release/2.0 "$NEW"
push_as codex-bot agent origin :release/2.0
ID=$(json .id)
is "$(json .verdict)" hold 'a deletion is held'
snap srv
git -C srv.git config receive.denyDeletes true
both
open_still srv "$ID" 'with denyDeletes it is not released'
says 'and that is said' denyDeletes
git -C srv.git config --unset receive.denyDeletes
approve_as alice maint "$ID" --role maintainer
released srv 'without it is' refs/heads/release/2.0 "$ZERO"

# ---- all or nothing ----
git -C agent fetch -q origin
git -C agent checkout -q -f --detach "$(oid srv.git main)"
commit_file agent two two
NEW=$(oid agent HEAD)
push_as codex-bot agent origin HEAD:main HEAD:release/1.0
ID=$(json .id)
snap srv
: >srv.git/refs/heads/release/1.0.lock
approve_as alice maint "$ID"
rm srv.git/refs/heads/release/1.0.lock
open_still srv "$ID" 'when one of two refs cannot be moved, none is'
says 'and that is said' "$ID was not released"
is "$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")" 1 'the record has that it was begun'
is "$(log_count srv ".ev == \"release_failed\" and .pending == \"$ID\"")" 1 'and that it failed'
is "$(git -C srv.git for-each-ref "refs/refgate/approvals/$ID")" '' 'the approvals that it used are spent'
snap srv
approve_as bob maint "$ID"
is "$(oid srv.git main)" "$NEW" 'a new signature releases it when it can be moved'
is "$(git -C srv.git rev-parse release/1.0)" "$NEW" 'both refs'

# A statement that was used by the failed release does not come back.
hold_on srv agent
statement srv "$ID" alice maintainer >first
sign_text "$T/first" "$T/alice"
: >srv.git/refs/heads/main.lock
hand_in maint "$ID" "$T/alice" first.signed
rm srv.git/refs/heads/main.lock
open_still srv "$ID" 'a release that could not be done'
snap srv
hand_in maint "$ID" "$T/alice" first.signed
refused srv 'the statement that it used is spent: the challenge is a new one' 'must be `challenge'
approve_as alice maint "$ID"
is "$(oid srv.git main)" "$NEW" 'a new one serves'

# ---- the policy is read under the lock ----
hold_on srv agent refs/heads/release/1.0
KEEP=$ID
KEEP_NEW=$NEW
# The lock is held while alice's approval is on its way; the policy in force changes to one that revokes her key.
quiet srv
exec 9>>srv.git/refgate/settle.lock
flock 9
(
	exec 9>&-
	"$RG" approve "$KEEP" --repo srv.git --yes --as alice --key "$T/alice" >late 2>&1
) &
late=$!
i=0
while [ -z "$(git -C srv.git for-each-ref "refs/refgate/approvals/$KEEP")" ] && [ $i -lt 500 ]; do
	sleep 0.02
	i=$((i + 1))
done
isnt "$(git -C srv.git for-each-ref "refs/refgate/approvals/$KEEP")" '' 'an approval was received and waits for the lock'
git -C maint fetch -q origin
git -C maint checkout -q -B main origin/main
cut -d ' ' -f 1,2 alice.pub >maint/.refgate/revoked_keys
git -C maint add -A
git -C maint commit -q -m revoke
git -C srv.git fetch -q ../maint main
git -C srv.git update-ref refs/heads/main "$(oid maint HEAD)"
git -C srv.git update-ref refs/refgate/policy "$(oid maint HEAD:.refgate)"
echo "$(oid maint HEAD) refs/heads/main" >>srv.git/refgate/decided
exec 9>&-
wait $late
ID=$KEEP
NEW=$KEEP_NEW
is "$(oid srv.git release/1.0)" "$OLD" 'a key that is revoked by the time of the release releases nothing'
cp late .out
says 'and that is said' 'still needed'
approve_as bob maint "$ID"
released srv 'another does' refs/heads/release/1.0 "$NEW"
log_verifies srv
done_testing
