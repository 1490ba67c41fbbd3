#!/bin/sh
# A list of findings that is full must not lose who owns a path: what `owners:` asks holds however much else the push brings.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for k in alice bob; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [platform]}}
tiers:
  medium: {action: hold, approvals: 1, roles: [maintainer]}
  high: {action: hold, approvals: 1, roles: [maintainer]}
  critical: {action: hold, approvals: 1, roles: [maintainer]}
owners: [{paths: ["infra/**"], roles: [platform]}]
rules: [{id: PAY-code, paths: ["pay/**"], points: 1, tier: high, effect: everywhere, message: "money moves here"}]
EOF
new_clone srv agent
new_clone srv maint alice
owner_asked() { record srv "$1" '[.needs[]|select(.roles|index("platform"))]|length'; }

# On a protected ref and on one that is not: CI files, and rules that hold everywhere, hold there too.
flood() {
	git -C agent checkout -q -B few origin/main
	commit_file agent infra/net "few $1"
	commit_file agent pay/net "few $1"
	push_as codex-bot agent origin "HEAD:$1"
	ID=$(json .id)
	is "$(owner_asked "$ID")" 1 "$1: an infra change asks the owner"
	git -C agent checkout -q -B many origin/main
	mkdir -p agent/pay agent/infra
	i=0
	while [ $i -lt 2100 ]; do echo "$i $1" >"agent/pay/$i"; i=$((i + 1)); done
	echo "many $1" >agent/infra/net
	git -C agent add -A && git -C agent commit -q -m many
	snap srv
	push_as codex-bot agent origin "HEAD:$1"
	ID=$(json .id)
	if [ "$(json .verdict)" = reject ]; then
		refused srv "$1: with 2,100 findings beside it the push is refused"
		return
	fi
	is "$(owner_asked "$ID")" 1 "$1: with 2,100 findings beside it the owner is still asked"
	approve_as alice maint "$ID"
	unlike "$OUT" '^released' "$1: and the maintainer alone releases nothing"
}
flood refs/heads/main
flood refs/heads/agent/x
done_testing
