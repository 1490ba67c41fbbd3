#!/bin/sh
# A release closes the pendings that it leaves behind, also when one of its refs names no commit, which none of them can contain; one that
# contains the new value of a branch goes on.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
signer srv.rules alice "$T/alice"
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/tags/*]
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept, protected: {action: hold, approvals: 1}}
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
new_clone srv agent

hold_on srv agent refs/heads/main one-bot
behind=$ID
git -C agent checkout -q -f --detach origin/main
commit_file agent work one
blob=$(echo text | git -C agent hash-object -w --stdin)
git -C agent update-ref refs/tags/text "$blob"
tip=$(oid agent HEAD)
commit_file agent work two
push_as two-bot agent origin HEAD:refs/heads/main
ahead=$(json .id)
push_as three-bot agent --atomic origin "$tip:refs/heads/main" refs/tags/text
ID=$(json .id)
is "$(json .verdict)" hold 'a branch and a tag of a blob are held together'
approve_here alice srv "$ID"
unlike "$OUT" 'wait for .refgate gc' 'nothing is left for gc'
released srv 'they are released together' refs/heads/main "$tip"
is "$(oid srv.git refs/tags/text)" "$blob" 'the tag too'
is "$(log_count srv ".ev == \"stale\" and .pending == \"$behind\"")" 1 'what the branch left behind is closed, once'
is "$(log_count srv ".ev == \"stale\" and .pending == \"$ahead\"")" 0 'what contains it is not'
is "$(pendings srv | wc -l)" 1 'but goes on as a new one'
is "$(record srv "$(pendings srv)" '.refs[0].old')" "$tip" 'on the new value'
done_testing
