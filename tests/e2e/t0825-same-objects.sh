#!/bin/sh
# Agents that bring the same new object at once: one push is stored while the others are judged, and theirs must not be taken for a push that
# names what it never sent (HOLES 6). Every one lands.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
for n in 1 2 3 4 5 6 7 8; do
	new_clone srv "a$n"
done
for round in 1 2 3 4 5; do
	for n in 1 2 3 4 5 6 7 8; do
		commit_file "a$n" "by-$n/$round" "all the same in round $round"
	done
	for n in 1 2 3 4 5 6 7 8; do
		(TEST_ACTOR=agent$n git -C "a$n" push -q origin "HEAD:agent/$n-$round" >"out.$n" 2>&1) &
	done
	wait
	there=0
	for n in 1 2 3 4 5 6 7 8; do
		if oid srv.git "refs/heads/agent/$n-$round" >/dev/null; then there=$((there + 1)); else diag "$(cat "out.$n")"; fi
	done
	is "$there" 8 "all eight of round $round land"
done
done_testing
