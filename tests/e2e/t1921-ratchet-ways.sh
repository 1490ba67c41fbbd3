#!/bin/sh
# HOLES 27: what does, and what does not, set a ratchet back: raising, other actors, other refs, time, a branch that goes.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ratchet.sh"

ratchet_rules 'ledger: 1d' 'rules:' \
	'  - {id: OUR-floor, kind: value, points: 60, tier: high, effect: everywhere, message: "our floor fell", values: [{files: ["floor.json"], key: "min", tool: "ours", worse: down}]}' \
	'  - {id: OUR-near, paths: [floor.json], points: 30, tier: low, effect: everywhere, message: "near the floor"}'
start() {
	new_server "$1" --policy "$T/rules"
	new_clone "$1" "$1.dev"
	floor_to "$1.dev" 100
	push_as dev "$1.dev" -q origin HEAD:main HEAD:release/2.0
	is "$STATUS" 0 "$1: a floor of 100 lands on two refs"
}
back() { git -C "$1.dev" fetch -q && git -C "$1.dev" reset -q --hard "origin/$2"; }

start a
lower dev a.dev main 98 96 95.5
is "$LANDED" 3 'three steps land'
lower dev a.dev main 100 97 100 96
is "$LANDED" 4 'it goes up again: up to the base a step counts alone'
lower dev a.dev main 98 95
is "$LANDED" 1 'up a little, and down by less than five points in this push'
held a 'is held for the five since the base' 1
is "$(step a "$ID")" '100 95' 'which the finding tells'

# each ref has its own
back a release/2.0
lower dev a.dev release/2.0 97
is "$LANDED" 1 'another ref is measured by itself'
lower someone a.dev release/2.0 95
is "$LANDED" 0 'whoever pushes'
is "$(step a "$(json .id)")" '100 95' 'from its own base'

# both in one push
start b
lower dev b.dev main 98
floor_to b.dev 96
snap b
push_as dev b.dev -q origin HEAD:main HEAD:release/2.0
is "$STATUS" 0 'two refs of one push take a step each'
floor_to b.dev 95
push_as dev b.dev -q origin HEAD:main HEAD:release/2.0
isnt "$STATUS" 0 'and the step that makes it five points is held'
is "$(record b "$(json .id)" '[.findings[]|select(.id=="TST-THR")|.old]|join(" ")')" '100 100' 'on both'

# topic branches: the merge is measured whole, and from the base
start c
lower dev c.dev topic 99 98 97 96 95 94
is "$LANDED" 6 'on a topic branch the floor counts nothing yet'
snap c
push_as dev c.dev -q origin HEAD:main
held c 'what it comes to on main is held' 1
is "$(step c "$ID")" '100 94' 'for the whole step'
back c main
for v in 98 96.5; do
	git -C c.dev checkout -q -B "t$v" origin/main && floor_to c.dev "$v" && git -C c.dev push -q origin "HEAD:t$v" 2>/dev/null
	git -C c.dev checkout -q -B m origin/main && git -C c.dev merge -q --no-ff -m merge "t$v"
	push_as "who$v" c.dev -q origin HEAD:main
	is "$STATUS" 0 "a merge to $v lands"
	git -C c.dev fetch -q
done
git -C c.dev checkout -q -B t95 origin/main && floor_to c.dev 95 && git -C c.dev push -q origin HEAD:t95 2>/dev/null
snap c
push_as who95 c.dev -q origin t95:main
held c 'many branches, each merged by somebody else, are one drop' 1

# a rule that counts everywhere, on a branch that goes and comes
start d
min() { commit_file d.dev floor.json "{\"min\": $1}" "min $1"; }
min 90 && push_as dev d.dev -q origin HEAD:topic
min 88 && push_as dev d.dev -q origin HEAD:topic
is "$STATUS" 0 'a small step on an open branch lands'
min 85 && snap d && push_as other d.dev -q origin HEAD:topic
is "$STATUS" 0 'and another: its rule weighs no more than once'
is "$(log_count d '.ev == "ledger" and (.ledger|fromjson|.k == "ratchet" and .ref == "refs/heads/topic" and .values[0].old == "90")')" 2 \
	'both remember where it began'
push_as dev d.dev -q origin :topic
git -C d.dev reset -q --hard origin/main && min 89 && push_as dev d.dev -q origin HEAD:topic
min 88.5 && push_as other d.dev -q origin HEAD:topic
is "$(log_count d '.ev == "ledger" and (.ledger|fromjson|.k == "ratchet" and .ref == "refs/heads/topic" and .values[0].old == "89")')" 1 \
	'a branch that went and was made anew is measured from its own values'
for s in a b c d; do yes "the log of $s verifies" "$RG" log verify --repo $s.git; done
done_testing
