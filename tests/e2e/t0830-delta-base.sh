#!/bin/sh
# HOLES 6: a thin pack may take any object of the store as the base of a delta, and git completes it. Who does so with an object that he could
# not have read gets nothing out of it, and is told nothing about it.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
main=$(oid srv.git refs/heads/main)
readme=$(oid srv.git refs/heads/main:README)

# A text that resembles no other.
noise() {
	awk -v s="$1" 'BEGIN { srand(s); for (i = 0; i < 600; i++) print rand() rand() rand() }'
}
# on_main TREEISH: a commit on main with that tree
on_main() {
	g commit-tree -p "$main" -m n "$1^{tree}"
}
# based FILE NEW BASE: what NEW has and main has not, packed thin against the commit BASE
based() {
	printf '%s\n^%s\n^%s\n' "$2" "$3" "$main" | g pack-objects -q --revs --thin --shallow --stdout >"$1"
	yes "$1 stands on deltas ($(wc -c <"$1") bytes)" test "$(wc -c <"$1")" -lt "${4:-2000}"
}
# attack PACK NEW WHAT: on an open ref, a protected one, and a tag
attack() {
	for ref in refs/heads/agent/leak refs/heads/main refs/tags/leak; do
		old=$ZERO
		[ $ref != refs/heads/main ] || old=$main
		snap srv
		raw_push codex-bot srv ' report-status' "$1" "$old $2 $ref"
		refused srv "$3 ($ref)" GIT-STEAL
		is "$(json '[.findings[].id]|unique-["GATE-PROT","GATE-RULES"]|join(" ")')" GIT-STEAL 'nothing else is said of what it brings'
	done
}

# A file, which only the server's store has.
g checkout -q -b k "$main" && noise 1 >agent/f && g add f && g commit -q -m k
g checkout -q -b n && echo x >>agent/f && g add f && g commit -q -m n
N=$(on_main n)
copy=$(oid agent "$N:f")
based file.pack "$N" "$(oid agent k)"
g cat-file blob k:f | admin srv hash-object -w --stdin >/dev/null
attack file.pack "$N" 'a delta that stands on a hidden file'
no 'what was cut from it is not there' git -C srv.git cat-file -e "$copy"

# What nothing leads to would be named as a stray, and its name tells what is in it.
snap srv
raw_push codex-bot srv ' report-status' file.pack "$ZERO $main refs/heads/agent/old"
refused srv 'sent beside a ref that does not need it' GIT-STEAL
no 'its id is not told' grep -q "$copy" "$OUTFILE"

# Among many other objects.
mkdir agent/many && (cd agent/many && for i in 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do echo "$i$j" >"$i$j"; done; done)
g add many && g commit -q -m many
M=$(on_main HEAD)
based many.pack "$M" "$(oid agent k)" 40000
attack many.pack "$M" 'in a pack of 150 objects'

# In the middle of a history that takes it back.
C=$(g commit-tree -p "$N" -m clean "$main^{tree}")
based middle.pack "$C" "$(oid agent k)"
attack middle.pack "$C" 'in an intermediate commit'

# The same when the hidden file lies in a pack.
git -C srv.git rev-list --objects --all >all
oid agent k:f >>all
(cd srv.git && git pack-objects -q objects/pack/pack <../all >/dev/null)
git -C srv.git prune-packed
attack file.pack "$N" 'and the hidden file lies in a pack'

# A folder.
mktree_of() {
	awk -v n="$1" -v o="$readme" 'BEGIN { srand(7); for (i = 0; i < n; i++) printf "100644 blob %s\tf%d%d\n", o, i, rand() * 1e9 }' | g mktree
}
t1=$(mktree_of 200)
t2=$(mktree_of 201)
k=$(g commit-tree -p "$main" -m k "$t1")
based folder.pack "$(on_main "$t2")" "$k"
g cat-file tree "$t1" | admin srv hash-object -t tree -w --stdin --literally >/dev/null
attack folder.pack "$(on_main "$t2")" 'a delta that stands on a hidden folder'

# What only a ref leads to that nobody may fetch.
git -C srv.git config --add uploadpack.hideRefs refs/internal
g checkout -q k
noise 2 >agent/board && g add board && g commit -q -m board
board=$(oid agent HEAD)
admin srv fetch -q "$T/agent" "$board:refs/internal/board"
g checkout -q -B n2 "$board" && echo x >>agent/board && g add board && g commit -q -m n
B=$(on_main n2)
based board.pack "$B" "$board"
attack board.pack "$B" 'a delta that stands on what a hidden ref leads to'
# Its twin: the ref can be fetched.
git -C srv.git update-ref refs/heads/open "$board"
snap srv
raw_push codex-bot srv ' report-status' board.pack "$ZERO $B refs/heads/agent/board"
landed srv 'the same push when an open ref leads to it' refs/heads/agent/board "$B"
done_testing
