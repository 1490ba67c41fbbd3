#!/bin/sh
# A rebase that could not be takes away the request alone: what other persons had signed goes into the archive with the pending.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

holding_server srv 'alice bob' 2 || done_testing
new_clone srv agent
new_clone srv other bob

hold_on srv agent
approve_here alice srv "$ID"
is "$STATUS" 0 'alice signs, one more is needed'
signed=$(oid srv.git "refs/refgate/approvals/$ID/$(fp "$T/alice")")
# Around the gate, so that no upkeep closes the pending before bob asks.
commit_file other elsewhere one
git -C other push -q "$T/srv.git" HEAD:refs/heads/agent/elsewhere 2>/dev/null
git -C srv.git fetch -q "$T/other" HEAD
admin srv update-ref refs/heads/main "$(oid other HEAD)"
rg approve "$ID" --rebase --repo srv.git --yes --as bob --key "$T/bob"
is "$STATUS" 1 'the rebase is refused'
like "$OUT" 'was not rebased' 'and it is said why'
quiet srv
is "$(pendings srv)" '' 'the pending is closed'
is "$(git -C srv.git for-each-ref refs/refgate/approvals)" '' 'no statement is left behind'
archived=$(git -C srv.git log -1 --format=%H --grep="^pending $ID " refs/refgate/archive)
is "$(git -C srv.git ls-tree "$archived" | grep -c "blob $signed")" 1 'what alice signed is in the archive'
is "$(git -C srv.git ls-tree --name-only "$archived" | wc -l)" 2 'and the request is not'
is "$(log_count srv '.ev == "rebase_failed"')" 1 'the log has the refusal'

# Too many commits: told before one of them is merged, or found to conflict.
admin srv update-ref refs/heads/main "$OLD"
git -C agent fetch -q origin && git -C agent checkout -q -f --detach origin/main
commit_file agent elsewhere another
tip=$(oid agent HEAD)
tree=$(oid agent 'HEAD^{tree}')
for i in $(seq 200); do tip=$(git -C agent commit-tree -p "$tip" -m "step $i" "$tree"); done
snap srv
push_as codex-bot agent origin "$tip:refs/heads/main"
ID=$(json .id)
is "$(json .verdict)" hold '201 commits are held'
admin srv update-ref refs/heads/main "$(oid other HEAD)"
rg approve "$ID" --rebase --repo srv.git --yes --as bob --key "$T/bob"
is "$STATUS" 1 'their rebase is refused'
like "$OUT" 'more than 200 commits' 'for their number, not for what a merge of them gives'
yes 'nothing of a merge is left in the store' test -z "$(find srv.git/objects -maxdepth 1 -name 'tmp_objdir*')"
done_testing
