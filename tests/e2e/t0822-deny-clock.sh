#!/bin/sh
# One deny blocks, whatever the clocks: a person who approved on a machine whose clock is ahead can deny from another one, and neither the first
# statement handed in again nor the end of the deny's window takes the denial back.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for k in alice bob; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 2}
  high: {action: hold, approvals: 2}
  critical: {action: hold, approvals: 2}
EOF
new_clone srv agent
new_clone srv maint alice
when() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }

hold_on srv agent
statement srv "$ID" alice '' approve | sed "s/^not-before .*/not-before $(when '+4 minutes')/; s/^not-after .*/not-after $(when '+50 minutes')/" >ahead.txt
sign_text ahead.txt alice
hand_in maint "$ID" alice ahead.txt.signed
is "$STATUS" 0 'alice approves by a clock four minutes ahead'
deny_as alice maint "$ID"
is "$STATUS" 0 'and denies by another clock'
like "$OUT" 'denied by alice' 'the denial is taken'
is "$(pendings srv)" '' 'the pending is closed'
is "$(oid srv.git refs/heads/main)" "$OLD" 'main did not move'
done_testing
