#!/bin/sh
# Deletions: of an open branch, of a protected one (held without a pending ref, released by approve), of the policy ref.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
push_as codex-bot agent origin HEAD:refs/heads/agent/one
snap srv
push_as codex-bot agent origin :refs/heads/agent/one
landed srv 'an open branch is deleted' refs/heads/agent/one "$ZERO"
is "$(log_count srv '.ev == "applied" and any(.refs[]; .ref == "refs/heads/agent/one")')" 2 'the log has its landing and its deletion'

snap srv
push_as codex-bot agent origin :refs/heads/agent/absent
unmoved srv 'deleting a branch that is not there moves nothing'

old=$(oid srv.git refs/heads/release/1.0)
snap srv
push_as codex-bot agent origin :refs/heads/release/1.0
held srv 'the deletion of a protected branch is held' 1
is "$(git -C srv.git for-each-ref refs/pending)" '' 'a held deletion has no pending ref'
is "$(record srv "$ID" '.refs[0].new')" "$ZERO" 'its record says that the ref would go'
is "$(record srv "$ID" '.refs[0].pending')" null 'and that it has no pending ref'
is "$(oid srv.git refs/heads/release/1.0)" "$old" 'the branch still stands'
like "$(json '[.findings[].id]|join(" ")')" 'GIT-MOVE' 'the finding is GIT-MOVE'

deny_as alice maint "$ID"
is "$(oid srv.git refs/heads/release/1.0)" "$old" 'a denied deletion leaves the branch'
clean_left srv

push_as codex-bot agent origin :refs/heads/release/1.0
held srv 'pushed again after the denial it is held anew' 1
run git -C maint fetch -q origin
approve_as alice maint "$ID"
like "$OUT" "^released refs/heads/release/1.0 $old\.\.$ZERO$" 'approve says that it deleted the branch'
no 'the branch is gone' oid srv.git refs/heads/release/1.0
clean_left srv

# The policy ref is never deleted, not even by approval.
snap srv
push_as codex-bot agent origin :refs/heads/main
refused srv 'the policy ref is never deleted' 'never deleted'

# receive.denyDeletes holds for a release too (update-ref alone would not look at it).
commit_file agent b two
push_as codex-bot agent origin HEAD:refs/heads/release/2.0
held srv 'a new release branch is held' 1
approve_as alice maint "$ID"
snap srv
push_as codex-bot agent origin :refs/heads/release/2.0
held srv 'its deletion is held' 1
git -C srv.git config receive.denyDeletes true
snap srv
approve_as alice maint "$ID"
isnt "$STATUS" 0 'with receive.denyDeletes the release is refused'
like "$OUT" 'denyDeletes' 'and says why'
is "$(oid srv.git refs/heads/release/2.0)" "$(oid agent HEAD)" 'the branch stands'
done_testing
