#!/bin/sh
# HOLES 1: a branch that is protected from today on hides nothing of what landed on it yesterday, when nobody had to sign.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

policy() {
	cat <<EOF
version: 1
protected: [refs/heads/main, refs/tags/*$1]
people:
  alice: {roles: [maintainer], mails: [alice@example.com]}
  bob: {roles: [maintainer]}
  carol: {roles: [maintainer]}
tiers:
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 2}
rules: [{id: PAY-code, paths: ["pay/**"], points: 100, tier: critical, message: "money moves here"}]
EOF
}
_keys
cp mallory carol && cp mallory.pub carol.pub
for k in alice bob carol; do signer srv.rules "$k" "$k"; done
policy '' | people_server srv
new_clone srv agent
new_clone srv maint dave

# Yesterday: anybody's branch. Alice wrote what is on it.
git -C agent checkout -q -b lts origin/main
git -C agent config user.email alice@example.com
commit_file agent pay/one 1
git -C agent config user.email codex-bot@example.com
snap srv
push_as codex-bot agent origin HEAD:refs/heads/lts/1
landed srv 'code that moves money lands on an open branch' refs/heads/lts/1 "$(oid agent HEAD)"

# Today lts/* is protected, signed by two.
policy ', refs/heads/lts/*' >maint/.refgate/policy.yml
git -C maint add -A && git -C maint commit -q -m 'protect lts'
push_as dave maint origin HEAD:main
rules=$(json .id)
approve_as alice maint "$rules"
approve_as bob maint "$rules"
like "$OUT" '^released refs/heads/main' 'the policy protects it'
quiet srv

# And main takes it over by a merge.
git -C agent fetch -q origin
git -C agent checkout -q -B m origin/main
git -C agent merge -q --no-ff -m merge lts
snap srv
push_as codex-bot agent origin HEAD:main
held srv 'the merge to main is held'
like "$(json '[.findings[].id]|join(" ")')" 'PAY-code' 'with what nobody has signed yet'
is "$(record srv "$ID" '[.needs[].approvals]|max')" 2 'by two persons'
like "$(record srv "$ID" '.excluded|join(" ")')" alice 'and not by its author'
done_testing
