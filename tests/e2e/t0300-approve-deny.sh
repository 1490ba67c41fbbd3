#!/bin/sh
# approve and deny: from a clone over the remote and on the server, by key file and by ssh-agent; what they print, and their exit codes.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

# What was said, without ssh-keygen's own talk.
results() {
	grep -v '^Signing data' "$OUTFILE"
}

new_server srv || done_testing
new_clone srv agent
new_clone srv maint alice

# ---- from a clone ----
hold_on srv agent && held srv 'a push to main is held'
approve_as alice maint "$ID"
released srv 'approve from a clone releases' refs/heads/main "$NEW"
is "$(results)" "released refs/heads/main $OLD..$NEW" 'it says one thing: the ref and both values in full'
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'the clone keeps no helper refs'
snap srv
approve_as alice maint "$ID"
is "$STATUS" 1 'a second approve of what was released is exit 1'
says 'and says that it is not open' "$ID" released
unmoved srv 'and moves nothing'

# ---- on the server ----
hold_on srv agent
approve_here alice srv "$ID"
released srv 'approve on the server releases' refs/heads/main "$NEW"
is "$(results)" "released refs/heads/main $OLD..$NEW" 'with the same line'
approve_here alice srv "$ID"
is "$STATUS" 1 'on the server too a second approve is exit 1'
says 'and says why' "pending $ID was released already"

# ---- several refs, a new branch, a deletion ----
git -C agent fetch -q origin
git -C agent checkout -q --detach origin/main
commit_file agent both both
OLD=$(oid srv.git main)
R=$(oid srv.git release/1.0)
NEW=$(oid agent HEAD)
push_as codex-bot agent origin HEAD:main HEAD:release/1.0 HEAD:refs/heads/release/2.0
ID=$(json .id)
is "$(json '.refs|length')" 3 'three refs are one pending'
approve_as alice maint "$ID"
is "$(results)" "released refs/heads/main $OLD..$NEW
released refs/heads/release/1.0 $R..$NEW
released refs/heads/release/2.0 $ZERO..$NEW" 'one line a ref, in the order of their names'
released srv 'all three moved' refs/heads/release/2.0 "$NEW"
push_as codex-bot agent origin :release/2.0
ID=$(json .id)
is "$(json .verdict)" hold 'the deletion of a protected branch is held'
is "$(git -C srv.git for-each-ref "refs/pending/$ID")" '' 'a held deletion has no pending ref'
approve_as alice maint "$ID"
released srv 'a deletion is released' refs/heads/release/2.0 "$ZERO"

# ---- many at once on one command line: one released, the other stale ----
hold_on srv agent refs/heads/main one
FIRST=$ID
FIRST_NEW=$NEW
hold_on srv agent refs/heads/main two
approve_as alice maint "$FIRST" "$ID"
is "$STATUS" 1 'approve of two pendings for one ref: exit 1, the worse of the two'
is "$(oid srv.git main)" "$FIRST_NEW" 'the first is released'
says 'the second is said to be stale, with what to do' 'git fetch && git rebase && git push' "$ID"
is "$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")" 0 'and is not released'
rg gc srv.git
is "$(pendings srv)" '' 'gc closes it'
is "$(log_count srv ".ev == \"stale\" and .pending == \"$ID\"")" 1 'which is recorded'

# ---- by ssh-agent ----
eval "$(ssh-agent -s)" >/dev/null
at_end "kill $SSH_AGENT_PID 2>/dev/null"
ssh-add -q "$T/alice" 2>/dev/null
hold_on srv agent
run sh -c "cd maint && '$RG' approve $ID --yes --as alice -m agent"
released srv 'approve with the key in the ssh-agent releases' refs/heads/main "$NEW"
hold_on srv agent
run sh -c "cd maint && '$RG' approve $ID --yes --key ../alice.pub"
released srv 'approve with a public key file whose other half the agent holds' refs/heads/main "$NEW"
hold_on srv agent
run sh -c "cd maint && '$RG' approve $ID --yes"
released srv 'without --as the key that the agent holds tells who signs' refs/heads/main "$NEW"
new_server two --maintainer "bob:$T/bob.pub" || done_testing
new_clone two agent2
new_clone two maint2 alice
hold_on two agent2
ssh-add -q "$T/bob" 2>/dev/null
run sh -c "cd maint2 && '$RG' approve $ID --yes"
is "$STATUS" 1 'keys of two persons: nobody is guessed'
says 'both are named' alice bob '--as NAME'
open_still two "$ID" 'and the pending stays open'
ssh-add -q -D 2>/dev/null
ssh-add -q "$T/mallory" 2>/dev/null
hold_on srv agent
run sh -c "cd maint && '$RG' approve $ID --yes"
is "$STATUS" 1 'a key of nobody: exit 1'
says 'and says so' 'holds no key of anybody'
open_still srv "$ID" 'and moves nothing'
hold_on srv agent
run sh -c "cd maint && '$RG' approve $ID --yes --as alice"
is "$STATUS" 1 'an agent that holds none of her keys is exit 1'
open_still srv "$ID" 'and the pending stays open'
unset SSH_AUTH_SOCK

# ---- who may not ----
approve_as mallory maint "$ID"
is "$STATUS" 1 'a stranger: exit 1'
open_still srv "$ID" 'a stranger moves nothing'
is "$(git -C srv.git for-each-ref refs/approvals refs/refgate/approvals)" '' 'nor leaves a statement behind'
run sh -c "cd maint && '$RG' approve $ID --yes --as alice --key ../mallory"
is "$STATUS" 1 'a strange key under her name: exit 1'
open_still srv "$ID" 'moves nothing'
is "$(log_count srv ".ev == \"approval_rejected\" and .pending == \"$ID\"")" 2 'refused statements are in the record'
approve_here mallory srv "$ID"
is "$STATUS" 1 'nor on the server'
open_still srv "$ID" 'where nothing moves either'
run sh -c "cd maint && '$RG' approve $ID --as alice --key ../alice </dev/null"
isnt "$STATUS" 0 'without --yes and without a terminal nothing is signed'
open_still srv "$ID" 'and the pending stays open'
run sh -c "cd maint && '$RG' approve zzzzzzzz --yes --as alice --key ../alice"
is "$STATUS" 1 'an id that nobody has is exit 1'
run sh -c "cd maint && '$RG' approve nonsense-id --yes --as alice --key ../alice"
is "$STATUS" 2 'what is no id at all is exit 2'
run sh -c "cd maint && '$RG' approve"
is "$STATUS" 2 'no id is exit 2'
run sh -c "cd maint && '$RG' approve $ID --yes --as alice --key ../nokey"
isnt "$STATUS" 0 'a key file that is not there fails'
open_still srv "$ID" 'and moves nothing'

# ---- deny ----
deny_as alice maint "$ID"
is "$STATUS" 0 'deny from a clone is exit 0'
says 'and says who' 'denied by alice'
unmoved_targets=$(oid srv.git main)
is "$unmoved_targets" "$OLD" 'the ref did not move'
clean_left srv 'a denied pending leaves nothing'
approve_as alice maint "$ID"
is "$STATUS" 1 'approve after deny is refused'
is "$(oid srv.git main)" "$OLD" 'and moves nothing'
approve_here alice srv "$ID"
is "$STATUS" 1 'on the server too'
says 'which says who denied' "pending $ID was denied by alice"
is "$(log_count srv ".ev == \"denied\" and .pending == \"$ID\" and .by == \"alice\"")" 1 'the record has who denied'
hold_on srv agent
deny_here alice srv "$ID"
is "$STATUS" 0 'deny on the server is exit 0'
is "$(oid srv.git main)" "$OLD" 'and the ref did not move'
clean_left srv 'nothing stays'
push_as codex-bot agent origin HEAD:main
isnt "$(json .id)" "$ID" 'the same push after a denial is a new pending with a new id'
log_verifies srv
done_testing
