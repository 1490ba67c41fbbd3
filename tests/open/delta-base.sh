#!/bin/sh
# Open (HOLES 6), fails today and is not part of `make check`: a hidden object leaks through a delta: a thin pack may name any object of the store as its base, and git completes it.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
main=$(oid srv.git refs/heads/main)
# K holds the secret; on the server only the blob lies there, unreachable.
g checkout -q -b k && head -c 20000 /dev/urandom | base64 >agent/f && g add f && g commit -q -m k
g cat-file blob HEAD:f | admin srv hash-object -w --stdin >/dev/null
# N is a commit on main whose file is the secret and one line; the pack holds it as a delta against the secret (346 bytes).
g checkout -q -b n && echo x >>agent/f && g add f && g commit -q -m n && g reset -q "$(g commit-tree -p "$main" -m n 'HEAD^{tree}')"
printf '%s\n^%s\n' "$(oid agent n)" "$(oid agent k)" | g pack-objects -q --revs --thin --shallow --stdout >p.pack
for limit in 100 1; do
	git -C srv.git config receive.unpackLimit "$limit"
	snap srv
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $(oid agent n) refs/heads/agent/leak$limit"
	refused srv "a pack of $(wc -c <p.pack) bytes whose delta stands on a hidden object (unpackLimit $limit)" GIT-STEAL
done
done_testing
