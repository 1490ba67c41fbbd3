#!/bin/sh
# Packs are put together while pushes are judged: packs come and go under the worker. Honest pushes land all the same, and what was hidden stays
# hidden (HOLES 6).
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv thief
main=$(oid srv.git refs/heads/main)
for n in 1 2 3 4; do
	new_clone srv "a$n"
done
g() { git -C thief "$@"; }
g checkout -q -b k && awk 'BEGIN { srand(1); for (i = 0; i < 600; i++) print rand() rand() rand() }' >thief/f && g add f && g commit -q -m k
hidden=$(oid thief HEAD:f)
g cat-file blob "$hidden" | admin srv hash-object -w --stdin >/dev/null
# Two ways to it in one pack: a delta that stands on it, so that git copies it into the quarantine, and a tree that names it.
g checkout -q -b n && echo x >>thief/f && cp thief/f thief/cut && git -C thief checkout -q k -- f && g add f cut && g commit -q -m n
N=$(g commit-tree -p "$main" -m n 'HEAD^{tree}')
printf '%s\n^%s\n^%s\n' "$N" "$(oid thief k)" "$main" | g pack-objects -q --revs --thin --shallow --stdout >p.pack
no 'the pack does not show it' sh -c 'cd thief && git init -q --bare ../look && git -C ../look index-pack --stdin <../p.pack'

: >going
(n=0; while [ -e going ]; do
	n=$((n + 1))
	echo "$n" | git -C srv.git hash-object -w --stdin >/dev/null
	git -C srv.git repack --geometric=2 -d -q -n >/dev/null 2>&1
done) &
packer=$!
for round in 1 2 3 4 5 6; do
	for n in 1 2 3 4; do
		commit_file "a$n" "by-$n" "$(seq $((round * 100)))"
		(TEST_ACTOR=agent$n git -C "a$n" push -q origin "HEAD:agent/$n" >"out.$n" 2>&1) &
		eval "p$n=$!"
	done
	snap=$(oid srv.git refs/heads/agent/leak)
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $N refs/heads/agent/leak"
	isnt "$STATUS" 0 "the theft of round $round is refused"
	is "$(oid srv.git refs/heads/agent/leak)" "$snap" 'its ref does not move'
	# shellcheck disable=SC2154
	wait "$p1" "$p2" "$p3" "$p4"
	there=0
	for n in 1 2 3 4; do
		if [ "$(oid srv.git "refs/heads/agent/$n")" = "$(oid "a$n" HEAD)" ]; then there=$((there + 1)); else diag "$(cat "out.$n")"; fi
	done
	is "$there" 4 "all four of round $round land"
done
rm going
wait "$packer"
yes 'nothing is lost' git -C srv.git fsck --full
done_testing
