#!/bin/sh
# HOLES 27: points without a tier of their own weigh too: two changes that are medium by their sum alone are high together.
. "$(dirname "$0")/../lib/testlib.sh"

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
  - {id: PAY-code, paths: ["pay/**"], points: 45, effect: everywhere, message: "money moves here"}
  - {id: AUTH-code, paths: ["door/**"], points: 45, effect: everywhere, message: "who may come in"}
EOF
_keys
for k in alice bob; do printf '%s %s\n' "$k" "$(cut -d' ' -f1,2 "$k.pub")"; done >rules/allowed_signers
new_server srv --policy "$T/rules"
new_clone srv agent
commit_file agent pay/one 1
snap srv
push_as lone agent origin HEAD:refs/heads/agent/one
landed srv 'the first half lands, medium by its points' refs/heads/agent/one "$(oid agent HEAD)"
like "$OUT" 'accepted, medium, 45' 'and says so'
git -C agent checkout -q -b two origin/main
commit_file agent door/one 1
snap srv
push_as lone agent origin HEAD:refs/heads/agent/two
held srv 'the second half is held' 1
is "$(json '.tier+" "+(.score|tostring)')" 'high 90' 'for what both weigh together'
done_testing
