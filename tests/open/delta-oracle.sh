#!/bin/sh
# Open (HOLES 6), fails today and is not part of `make check`: git answers before any hook runs. Whether what a delta cut from a hidden object is
# what the pusher guessed shows in git's own words: a wrong guess leaves the push incomplete, a right one reaches the gate, which refuses it.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
main=$(oid srv.git refs/heads/main)
g checkout -q -b k && head -c 20000 /dev/urandom | base64 >agent/f && g add f && g commit -q -m k
g cat-file blob k:f | admin srv hash-object -w --stdin >/dev/null
g checkout -q -b n && echo x >>agent/f && g add f && g commit -q -m n
cut=$(oid agent HEAD:f)
# guess NAME BLOB: a commit that holds BLOB; its pack has the commit, the tree, and the delta, whatever the guess
guess() {
	t=$(printf '100644 blob %s\tf\n' "$2" | g mktree --missing)
	C=$(g commit-tree -p "$main" -m n "$t")
	printf -- '-%s\n%s\n%s \n%s f\n' "$(oid agent k)" "$C" "$t" "$cut" | g pack-objects -q --stdout >p.pack
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/$1"
	isnt "$STATUS" 0 "the $1 guess is refused"
	printf '%s\n' "$REPORT" | sed "s,agent/$1,agent/x," >"$1"
}
guess right "$cut"
guess wrong "$(echo another | git hash-object --stdin)"
is "$(cat right)" "$(cat wrong)" 'both are answered alike'
done_testing
