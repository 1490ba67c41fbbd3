#!/bin/sh
# Two names that would be taken for each other (HOLES 8) do not come to stand by way of pendings either: what a pending would make is
# compared with the refs that are there when it is released, not only with those of the day it was pushed.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
signer srv.rules alice "$T/alice"
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, "refs/heads/[rR]elease/*", refs/tags/*]
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept, protected: {action: hold, approvals: 1}}
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
new_clone srv agent

# twins FIRST SECOND: FIRST is held, SECOND comes to stand meanwhile, FIRST is approved
twins() {
	hold_on srv agent "$1" one-bot
	first=$ID
	quiet srv
	push_as two-bot agent origin "HEAD:$2"
	if [ "$(json .verdict 2>/dev/null)" = hold ]; then
		ID=$(json .id)
		approve_here alice srv "$ID"
	fi
	quiet srv
	is "$(oid srv.git "$2")" "$NEW" "$2 comes to stand"
	snap srv
	approve_here alice srv "$first"
	quiet srv
	no "$1 is not made beside it" git -C srv.git rev-parse -q --verify "$1"
	like "$OUT" 'would be taken for' 'and it is said why'
	pendings srv | grep -q -x "$first" && ok 'the pending is open still' || not_ok 'the pending is open still'
	admin srv update-ref -d "$2"
	approve_here alice srv "$first"
	quiet srv
	is "$(oid srv.git "$1")" "$NEW" 'once the other one is gone it is released'
	admin srv update-ref -d "$1"
}

twins refs/heads/release/x refs/heads/release/X
twins refs/tags/topic refs/heads/topic
done_testing
