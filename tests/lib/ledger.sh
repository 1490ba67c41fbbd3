# Sourced by the tests of the ledger, after testlib.sh.
#
# ledger_rules   makes rules/ (for init --policy): two persons, and two kinds of medium findings that land alone and are held together

ledger_rules() {
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
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 30, tier: medium, effect: everywhere, message: "money moves here"}
  - {id: AUTH-code, paths: ["door/**"], points: 30, tier: medium, effect: everywhere, message: "who may come in"}
EOF
	_keys
	for k in alice bob; do printf '%s %s\n' "$k" "$(cut -d' ' -f1,2 "$k.pub")"; done >rules/allowed_signers
}
