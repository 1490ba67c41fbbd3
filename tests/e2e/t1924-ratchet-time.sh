#!/bin/sh
# HOLES 27: ratchets have no limit of time, whatever `ledger:` says: floors, test counts, skipped tests.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ratchet.sh"

ratchet_rules 'ledger: 1d'
new_server srv --policy "$T/rules"
new_clone srv srv.dev
floor_to srv.dev 100
push_as dev srv.dev -q origin HEAD:main
lower dev srv.dev main 97
is "$LANDED" 1 'a step lands'
age srv
lower dev srv.dev main 95
is "$LANDED" 0 'ten years later the next one is held'
held srv 'by the ratchet' 1
is "$(step srv "$ID")" '100 95' 'for the whole step'

# skipped tests: 50 points each; beside GATE-PROT one is 70, three are 107.5
suite() {
	i=0
	: >new.py
	while [ $i -lt 6 ]; do
		[ $i -ge "$1" ] || printf '@pytest.mark.skip\n' >>new.py
		printf 'def test_case_%d():\n    assert value(%d) == %d\n\n\n' $i $i $i >>new.py
		i=$((i + 1))
	done
	mkdir -p two.dev/tests && { echo 'import pytest'; cat new.py; } >two.dev/tests/test_all.py
	git -C two.dev add -A && git -C two.dev commit -q -m "$1 skipped"
}
new_server two --policy "$T/rules"
new_clone two two.dev
suite 0
push_as dev two.dev -q origin HEAD:main
is "$STATUS" 0 'six tests land'
n=0
while [ $n -lt 5 ]; do
	suite $((n + 1))
	snap two
	push_as "dev$n" two.dev -q origin HEAD:main
	[ "$STATUS" = 0 ] || break
	n=$((n + 1))
	age two
done
held two 'tests that are skipped one by one, by many, years apart, are held in the end' 1
SCORE=$(json .score)
printf '# after %s\n' "$n"
like "$(record two "$ID" '.carried|join(",")')" 'TST-SKIP' 'a signature covers the earlier ones'
new_server three --policy "$T/rules"
rm -rf two.dev && new_clone three two.dev
suite 0
push_as dev two.dev -q origin HEAD:main
suite $((n + 1))
snap three
push_as dev two.dev -q origin HEAD:main
held three 'the same in one push is held' 1
is "$(json .score)" "$SCORE" 'with the same score'

# without another one they end with the days
age two
new_clone two four.dev
commit_file four.dev README again
push_as dev0 four.dev -q origin HEAD:main
is "$STATUS" 0 'a change of something else lands'
like "$OUT" 'accepted, medium, 20' 'and is not charged with them'
done_testing
