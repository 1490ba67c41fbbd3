#!/bin/sh
# HOLES 27: one test less with each push is as many tests less, from the last signed number on, and no time ends it.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ratchet.sh"

mkdir rules
cat >rules/policy.yml <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  low: {action: accept}
  medium: {action: accept}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
ledger: 1d
EOF
_keys
for k in alice bob; do printf '%s %s\n' "$k" "$(cut -d' ' -f1,2 "$k.pub")"; done >rules/allowed_signers
new_server srv --policy "$T/rules"
new_clone srv srv.dev
tests() {
	i=0
	: >srv.dev/new
	while [ $i -lt "$1" ]; do
		printf 'def test_case_%d():\n    assert value(%d) == %d\n\n\n' $i $i $i >>srv.dev/new
		i=$((i + 1))
	done
	mkdir -p srv.dev/tests && mv srv.dev/new srv.dev/tests/test_all.py
	git -C srv.dev add -A && git -C srv.dev commit -q -m "$1 tests"
}
tests 20
push_as dev srv.dev -q origin HEAD:main
is "$STATUS" 0 'twenty tests land'
landed=0
for n in 19 18 17 16 15 14 13; do
	tests $n
	snap srv
	push_as "dev$n" srv.dev -q origin HEAD:main
	[ "$STATUS" = 0 ] || break
	landed=$((landed + 1))
done
held srv 'one less with each push, by many, is held in the end' 1
yes "after some of them ($landed)" test "$landed" -ge 1
is "$(record srv "$ID" '.findings[]|select(.id=="TST-NDEC")|.old+" "+.new')" "20 $n" 'for all that went'
like "$(record srv "$ID" '.carried|join(",")')" 'TST-NDEC .* since 20' 'and a signature covers that'
many=$(record srv "$ID" '.findings[]|select(.id=="TST-NDEC")|.points')

new_server one --policy "$T/rules"
new_clone one one.dev
rm -rf srv.dev && mv one.dev srv.dev
tests 20
push_as dev srv.dev -q origin HEAD:main
tests $n
snap one
push_as dev srv.dev -q origin HEAD:main
held one 'the same in one push is held' 1
is "$many" "$(record one "$ID" '.findings[]|select(.id=="TST-NDEC")|.points')" 'with as many points'
done_testing
