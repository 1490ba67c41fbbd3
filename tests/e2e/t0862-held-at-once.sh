#!/bin/sh
# The limits of what is held (HOLES 28) bind pushes that come at the same moment too. The host's own update hook, which is asked after
# the judging and before anything is held, keeps each push waiting until all of them have come that far.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys && new_repo srv || done_testing
mkdir -p "$T/there" srv.git/hooks srv.rules
cat >srv.git/hooks/update <<EOF
#!/bin/sh
[ -f "$T/wait" ] || exit 0
: >"$T/there/\$\$"
i=0
while [ "\$(ls "$T/there" | wc -l)" -lt "\$(cat "$T/wait")" ] && [ \$i -lt 1000 ]; do
	sleep 0.02
	i=\$((i + 1))
done
exit 0
EOF
chmod +x srv.git/hooks/update
signer srv.rules alice "$T/alice"
cat >srv.rules/policy.yml <<'EOF'
version: 1
protected: [refs/heads/main, refs/heads/release/*]
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold, approvals: 1}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
limits: {open_per_actor: 3, held_per_actor: 30k}
EOF
rg init srv.git --identity env:TEST_ACTOR --policy srv.rules
is "$STATUS" 0 'a gate beside an update hook'
new_clone srv agent
main=$(oid srv.git refs/heads/main)

# work N KILOBYTES: N commits b1, b2, ... on main, none of which can be compressed
work() {
	for i in $(seq "$1"); do
		git -C agent checkout -q -f --detach "$main"
		head -c $(($2 * 738)) /dev/urandom | base64 >agent/work
		git -C agent add work && git -C agent commit -q -m "work $i" && git -C agent branch -f "b$i"
	done
}
# at_once ROOM ACTOR...: a push by each, all of them judged before the first one is held
at_once() {
	rm -f "$T/there"/*
	_i=0
	_pids=
	_room=$1
	shift
	echo $# >"$T/wait"
	for _a in "$@"; do
		_i=$((_i + 1))
		TEST_ACTOR=$_a git -C agent push -q origin "b$_i:refs/heads/release/$_room-$_i" >"push.$_i" 2>&1 &
		_pids="$_pids $!"
	done
	# shellcheck disable=SC2086
	wait $_pids
	rm -f "$T/wait"
	quiet srv
}
count() {
	pendings srv | while read -r id; do record srv "$id" .actor.name; done | grep -c -x "user:$1"
}

work 6 1
at_once one aaa aaa aaa aaa aaa bbb
is "$(find "$T/there" -type f | wc -l)" 6 'six pushes are judged before one is held'
is "$(count aaa)" 3 'as many of one actor are held as the limit allows'
is "$(count bbb)" 1 'another actor has room of its own'
is "$(cat push.[1-6] | grep -c 'rejected: .*limits.open_per_actor')" 2 'the others are told'
is "$(git -C srv.git for-each-ref refs/pending | wc -l)" 4 'and leave no ref'
is "$(log_count srv '.ev == "decision_withdrawn"')" 2 'the log has that they were not held'
yes 'and verifies' "$RG" log verify --repo srv.git

work 3 12
at_once two ccc ccc ccc
is "$(count ccc)" 2 'bytes are counted the same way'
like "$(cat push.[123])" 'limits.held_per_actor' 'and told'
push_as ccc agent origin b1:refs/heads/agent/free
is "$STATUS" 0 'what need not be held lands'
done_testing
