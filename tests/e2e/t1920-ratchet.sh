#!/bin/sh
# HOLES 27, reference 14.1: a floor that falls by a tenth of a point with each of fifty pushes falls as far as in one push, and asks as much.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ratchet.sh"

ratchet_rules
start() {
	new_server "$1" --policy "$T/rules"
	new_clone "$1" "$1.dev"
	floor_to "$1.dev" 100
	push_as dev "$1.dev" -q origin HEAD:main
	is "$STATUS" 0 "$1: a floor of 100 lands"
	snap "$1"
}
# 99.9, 99.8 ... 95
tenths() {
	i=999
	while [ $i -ge 950 ]; do printf '%s.%s ' $((i / 10)) $((i % 10)); i=$((i - 1)); done
}

start one
floor_to one.dev 95
push_as dev one.dev origin HEAD:main
held one 'in one push: held' 1
WHOLE=$(json '.tier+" "+(.score|tostring)')
is "$WHOLE" 'critical 100' 'for what five points weigh'

start many
lower dev many.dev main $(tenths)
is "$LANDED" 49 'in fifty pushes: 49 of them land'
held many 'and the one that makes it five points is held' 1
is "$(json '.tier+" "+(.score|tostring)')" "$WHOLE" 'with the same tier and score as in one push'
is "$(step many "$ID")" '100 95.0' 'the finding tells the whole step'
rg explain --repo many.git "$ID"
like "$OUT" '100 -> 95.0' 'explain shows it'
like "$(printf '%s' "$OUT" | tr -s ' \n' ' ')" 'measured from the last signed value, 49 pushes ago' 'and says since when'
is "$(record many "$ID" '.carried[]|select(startswith("RATCHET"))')" 'RATCHET TST-THR coverage:fail_under since 100' 'the record names what a signature covers'
like "$(record many "$ID" .statement)" 'carried sha256:[0-9a-f]{64}' 'and the statement its digest'

# the cache of the log, lost
rm many.git/refgate/ledger
git -C many.dev reset -q --hard origin/main
lower dev many.dev main 95.0
is "$LANDED" 0 'with refgate/ledger lost it is held all the same'
is "$(step many "$(json .id)")" '100 95.0' 'from the same base'

# a signature covers the value
new_clone many maint alice
approve_as alice maint "$(json .id)"
like "$OUT" '^released refs/heads/main ' 'a signature releases it'
git -C many.dev fetch -q && git -C many.dev reset -q --hard origin/main
lower dev many.dev main 94 93 92 91 90
is "$LANDED" 4 'and the next steps are measured from there: 94 to 91 land'
is "$(step many "$(json .id)")" '95.0 90' '90 is held'
yes 'the log verifies' "$RG" log verify --repo many.git
done_testing
