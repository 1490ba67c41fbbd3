#!/bin/sh
# What somebody let pile up in the ledger must not keep another's held push from its release: an entry of the log has its limit, a release has none.
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
  medium: {action: accept}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 1, tier: medium, effect: everywhere, message: "money moves here"}
  - {id: BIG-code, paths: ["big/**"], points: 30, tier: medium, effect: everywhere, message: "big"}
  - {id: AUTH-code, paths: ["door/**"], points: 30, tier: medium, effect: everywhere, message: "who may come in"}
EOF
new_clone srv agent
new_clone srv other dave
new_clone srv maint alice
long=$(printf 'd%.0s' $(seq 1 200))
k=0
while [ $k -lt 8 ]; do
	mkdir -p "agent/pay/$long"
	i=0
	while [ $i -lt 60 ]; do echo x >"agent/pay/$long/$k-$i"; i=$((i + 1)); done
	git -C agent add -A && git -C agent commit -q -m "pile $k"
	push_as mallory agent origin HEAD:shared
	[ "$STATUS" = 0 ] || { not_ok "pile $k lands" "$OUT"; break; }
	k=$((k + 1))
done
commit_file agent big/one 1
push_as mallory agent origin HEAD:shared
is "$STATUS" 0 'mallory lands much of little weight on a branch'
git -C other pull -q origin shared
commit_file other door/one 1
snap srv
push_as dave other origin HEAD:shared
held srv 'what dave pushes to that branch is held, with all of it' 1
NEW=$(oid other HEAD)
approve_as alice maint "$ID"
released srv 'and released by the signature' refs/heads/shared "$NEW"
done_testing
