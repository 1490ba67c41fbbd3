#!/bin/sh
# The files beside the log are caches of it (HOLES 27, 28): a line that a crash or a full disk cut short, a file that a copied state lacks, must not
# stop the gate, nor make it forget.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for k in alice bob; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 30, tier: medium, effect: everywhere, message: "money moves here"}
  - {id: AUTH-code, paths: ["door/**"], points: 30, tier: medium, effect: everywhere, message: "who may come in"}
EOF
new_clone srv agent
new_clone srv maint alice

# a torn line in `closed`
hold_on srv agent
approve_as alice maint "$ID"
first=$ID
quiet srv
printf 'abcdefgh 0123' >>srv.git/refgate/closed
hold_on srv agent
approve_as alice maint "$ID"
released srv 'a push is released behind a torn line of closed' refs/heads/main "$NEW"
for id in "$first" "$ID"; do
	rg wait --repo srv.git --timeout 1 "$id"
	is "$STATUS" 0 "wait knows that $id was released"
done

# a torn line in the ledger
git -C agent checkout -q -f --detach origin/main
commit_file agent pay/one 1
snap srv
push_as lone agent origin HEAD:refs/heads/agent/one
landed srv 'a medium change lands' refs/heads/agent/one "$(oid agent HEAD)"
printf '{"k":"add","t":170' >>srv.git/refgate/ledger
git -C agent checkout -q -f --detach origin/main
commit_file agent low 1
commit_file agent door/one 1
push_as lone agent origin HEAD:refs/heads/agent/two
is "$(json .verdict)" hold 'behind a torn line of the ledger the second half is judged, and held'
git -C agent checkout -q -f --detach origin/main
commit_file agent door/two 1
push_as stranger agent origin HEAD:refs/heads/agent/three
is "$STATUS" 0 "another actor's lands"

# older than the log
cp srv.git/refgate/ledger now && : >srv.git/refgate/ledger
git -C agent checkout -q -f --detach origin/main
commit_file agent door/three 1
push_as lone agent origin HEAD:refs/heads/agent/four
is "$(json .verdict)" hold 'a ledger that a restored backup made older is made again from the log'
done_testing
