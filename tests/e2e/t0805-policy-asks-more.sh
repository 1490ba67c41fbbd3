#!/bin/sh
# HOLES 17, 24: between hold and release the policy changed. When it asks more of this very change by a rule or an owner, one signature that was
# enough before releases nothing.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

policy() {
	cat <<'EOF'
version: 1
protected: [refs/heads/main, refs/heads/release/*, refs/tags/*]
people:
  alice: {roles: [maintainer], mails: [alice@example.com]}
  bob: {roles: [maintainer, platform]}
  mallory: {roles: [maintainer]}
tiers:
  medium: {action: hold, approvals: 1, roles: [maintainer]}
  high: {action: hold, approvals: 1, roles: [maintainer]}
  critical: {action: hold, approvals: 2, roles: [maintainer]}
EOF
}

# case NAME EXTRA-POLICY-LINES: a pending on release/1.0, then the policy grows, then alice signs
n=0
grows() {
	n=$((n + 1))
	_keys
	for k in alice bob mallory; do signer "srv$n.rules" "$k" "$k"; done
	policy | people_server "srv$n"
	new_clone "srv$n" "agent$n"
	new_clone "srv$n" "maint$n" carol
	git -C "agent$n" checkout -q -b fix origin/release/1.0
	commit_file "agent$n" pay/one 1
	push_as codex-bot "agent$n" origin HEAD:release/1.0
	ID=$(json .id)
	pay=$ID
	git -C "maint$n" pull -q origin main
	{ policy; printf '%s\n' "$2"; } >"maint$n/.refgate/policy.yml"
	git -C "maint$n" add -A && git -C "maint$n" commit -q -m 'ask more'
	push_as carol "maint$n" origin HEAD:main
	rules=$(json .id)
	approve_as bob "maint$n" "$rules"
	approve_as mallory "maint$n" "$rules"
	like "$OUT" '^released refs/heads/main' "$1: the policy changes, signed"
	quiet "srv$n"
	# what the same push would need now
	git -C "agent$n" commit -q --amend -m 'change pay/one, again'
	push_as codex-bot "agent$n" origin HEAD:release/1.0-twin
	TWIN=$(json .id)
	is "$(record "srv$n" "$TWIN" '[.needs[]|select(.approvals == 2 or (.roles|index("platform")))]|length > 0')" true \
		"$1: the same change held now needs more"
	before=$(oid "srv$n.git" refs/heads/release/1.0)
	approve_as alice "maint$n" "$pay"
	unlike "$OUT" '^released' "$1: what was held before is not released by alice alone"
	is "$(oid "srv$n.git" refs/heads/release/1.0)" "$before" "$1: the release branch did not move"
}

grows 'an owner' 'owners: [{paths: ["pay/**"], roles: [platform]}]'
grows 'a tier for two' 'rules: [{id: PAY-code, paths: ["pay/**"], points: 60, tier: critical, message: "money moves here"}]'

done_testing
