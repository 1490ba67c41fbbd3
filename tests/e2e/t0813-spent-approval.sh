#!/bin/sh
# HOLES 16: an approval is spent when the release that uses it is in the log. A release that then failed needs a new challenge: the old statement,
# which anybody may fetch and hand in again, releases nothing.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv
new_clone srv agent
new_clone srv maint alice
new_clone srv agent2 mallory
hold_on srv agent
: >srv.git/refs/heads/main.lock
approve_as alice maint "$ID"
unlike "$OUT" '^released' 'a release that git cannot write fails'
is "$(log_count srv '.ev == "released"')" 1 'it is in the log'
rm srv.git/refs/heads/main.lock
# Fetched while it counted; here it is taken from the store.
old=$(git -C srv.git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' | awk '$2=="blob"{print $1}' |
	while read -r o; do git -C srv.git cat-file blob "$o" | grep -q '^decision approve$' && echo "$o"; done | head -n 1)
yes 'the statement is at hand' test -n "$old"
git -C srv.git cat-file blob "$old" | git -C agent2 hash-object -w --stdin >/dev/null
push_as mallory agent2 origin "$old:refs/approvals/$ID/$(fp alice)"
isnt "$STATUS" 0 'the spent statement is refused'
is "$(oid srv.git refs/heads/main)" "$OLD" 'and main did not move by it'
is "$(log_count srv '.ev == "released"')" 1 'no second release is in the log'
done_testing
