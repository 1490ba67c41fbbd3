#!/bin/sh
# Reference 14.1, as a property: a floor goes up and down by pushes of many; some of those that are held are signed, and the cache is lost now and
# then. A push lands unsigned just when it leaves the floor less than five points below what stood before the first unsigned step since the last
# signature, which a model of three lines knows.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ratchet.sh"

ratchet_rules
new_server srv --policy "$T/rules"
new_clone srv srv.dev
new_clone srv maint alice
floor_to srv.dev 80
push_as dev srv.dev -q origin HEAD:main
seed=${SEED:-20261}
random() { # N: 0 to N-1, in R
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	R=$((seed / 65536 % $1))
}
# in tenths
now=800 base=0 wrong=0 held=0 landed=0 signed=0 i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	random 4
	if [ "$R" = 0 ]; then
		random 20
		next=$((now + 1 + R))
	else
		random 18
		next=$((now - 1 - R))
	fi
	random 8
	[ "$R" != 0 ] || rm -f srv.git/refgate/ledger
	want=land step=$base
	if [ $next -lt $now ]; then
		[ $now -le $step ] || step=$now
		[ $((step - next)) -lt 50 ] || want=hold
	fi
	random 5
	floor_to srv.dev "$((next / 10)).$((next % 10))"
	push_as "dev$R" srv.dev -q origin HEAD:main
	got=land
	[ "$STATUS" = 0 ] || got=hold
	if [ $got != $want ]; then
		diag "push $i: $now -> $next since $step: $got instead of $want"
		wrong=$((wrong + 1))
	fi
	if [ $got = land ]; then
		landed=$((landed + 1)) base=$step now=$next
		continue
	fi
	held=$((held + 1))
	ID=$(json .id)
	random 2
	if [ "$R" = 0 ]; then
		approve_as alice maint "$ID"
		signed=$((signed + 1)) base=0 now=$next
	fi
	git -C srv.dev fetch -q
	git -C srv.dev reset -q --hard origin/main
done
is "$wrong" 0 'each of 60 pushes landed or was held as the last signed value says'
printf '# %s landed, %s held, %s of them signed\n' "$landed" "$held" "$signed"
yes 'some were held' test "$held" -ge 5
yes 'and some of them signed' test "$signed" -ge 2
yes 'the log verifies' "$RG" log verify --repo srv.git
done_testing
