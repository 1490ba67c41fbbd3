#!/bin/sh
# Shallow clones push; a push that would make the server shallow does not land (HOLES 7).
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

git clone -q --depth 1 "file://$T/srv.git" thin 2>/dev/null
ident thin codex-bot
yes 'the clone is shallow' test -s thin/.git/shallow
commit_file thin a one
snap srv
push_as codex-bot thin origin HEAD:refs/heads/agent/thin
landed srv 'a new commit from a clone of depth 1 lands' refs/heads/agent/thin "$(oid thin HEAD)"
no 'the server is not shallow' test -e srv.git/shallow
is "$(git -C srv.git rev-list --count refs/heads/agent/thin)" 3 'its history is whole'
snap srv
push_as codex-bot thin origin HEAD:refs/heads/main
held srv 'the same to main is held' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$(oid thin HEAD)" 'and released'
clean_left srv

# A shallow clone of something else: the parent of its root is nowhere.
git init -q -b main other && ident other codex-bot
commit_file other x 1 && commit_file other x 2 && commit_file other x 3
git clone -q --depth 1 "file://$T/other" thief 2>/dev/null
ident thief codex-bot
commit_file thief y 1
snap srv
push_as codex-bot thief "$T/srv.git" HEAD:refs/heads/agent/graft
isnt "$STATUS" 0 'a push that would make the server shallow is refused'
unmoved srv 'no ref moved'
clean_left srv
no 'the server is not shallow afterwards' test -e srv.git/shallow

# The same sent by a client of its own making, with the shallow line, and without it.
printf '%s\n' HEAD | git -C thief pack-objects -q --revs --stdout >graft.pack
new=$(oid thief HEAD)
snap srv
raw_push codex-bot srv ' report-status' graft.pack "shallow $(cat thief/.git/shallow)" "$ZERO $new refs/heads/agent/graft"
unmoved srv 'nor by a hand-made push with a shallow line'
is "$(ls -A srv.git/refgate/inflight)" '' 'nothing is in flight'
snap srv
raw_push codex-bot srv ' report-status' graft.pack "$ZERO $new refs/heads/agent/graft"
unmoved srv 'nor by one without it, whose parent is missing'
clean_left srv

# An open branch beside it does not land either with the shallow line lying about what is whole on the server.
commit_file thin b two
printf '%s\n^%s\n' HEAD "$(oid srv.git refs/heads/main)" | git -C thin pack-objects -q --revs --stdout --thin >thin.pack
snap srv
raw_push codex-bot srv ' report-status' thin.pack "shallow $(oid srv.git refs/heads/main)" "$ZERO $(oid thin HEAD) refs/heads/agent/lie"
is "$(oid srv.git refs/heads/agent/lie || echo none)" "$(oid thin HEAD)" 'a shallow line about a commit that is whole here changes nothing'
no 'and the server is still not shallow' test -e srv.git/shallow
clean_left srv

# Where somebody made the server shallow, nothing is judged any more.
oid srv.git refs/heads/main >srv.git/shallow
snap srv
commit_file thin c three
push_as codex-bot thin origin HEAD:refs/heads/agent/after
isnt "$STATUS" 0 'on a server that was made shallow every push is refused'
like "$OUT" 'shallow' 'with the reason'
rm srv.git/shallow
unmoved srv 'no ref moved'
snap srv
push_as codex-bot thin origin HEAD:refs/heads/agent/after
landed srv 'and when it is whole again the push lands' refs/heads/agent/after "$(oid thin HEAD)"
done_testing
