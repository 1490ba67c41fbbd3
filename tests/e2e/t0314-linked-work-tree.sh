#!/bin/sh
# A maintainer in a linked work tree (git worktree add): refs and objects lie in the clone's common directory.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv
new_clone srv agent
new_clone srv maint someone
git -C maint worktree add -q ../linked 2>/dev/null
in_linked() {
	run sh -c 'cd linked && exec "$@"' - "$RG" "$@"
}

hold_on srv agent
in_linked queue
says 'the queue is seen from there' "$ID"
in_linked show "$ID"
says 'and a pending' "refs/heads/main"
in_linked deny "$ID" --yes --as bob --key "$T/alice"
is "$STATUS" 1 'a key that is not of the name is refused'
open_still srv "$ID" 'and nothing moves'
in_linked approve "$ID" --yes --as alice --key "$T/alice"
released srv 'approved from there, it is released' refs/heads/main "$NEW"
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'no ref of the client stays behind'
is "$(git -C maint config --get refgate.origin.checkpoint | wc -l)" 1 'the checkpoint is remembered for the whole clone'
is "$(git -C linked fsck 2>&1 | grep -v dangling)" '' 'the clone is whole'
done_testing
