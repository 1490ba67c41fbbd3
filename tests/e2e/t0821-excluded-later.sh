#!/bin/sh
# HOLES 17, 20: whom the policy in force knows as author of the commits does not sign them, though it did not know him when they were held.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

policy() {
	cat <<EOF
version: 1
protected: [refs/heads/main, refs/heads/release/*, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]$1}, mallory: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 1}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOF
}
_keys
for k in alice bob mallory; do signer srv.rules "$k" "$k"; done
policy '' | people_server srv
new_clone srv agent
new_clone srv maint carol
git -C agent checkout -q -b fix origin/release/1.0
git -C agent config user.email bob@example.com
commit_file agent pay/one 1
push_as codex-bot agent origin HEAD:release/1.0
held_id=$(json .id)
policy ', mails: [bob@example.com]' >maint/.refgate/policy.yml
git -C maint add -A && git -C maint commit -q -m 'the mail of bob'
push_as carol maint origin HEAD:main
approve_as alice maint "$(json .id)"
like "$OUT" '^released refs/heads/main' 'the policy learns the mail of an author'
quiet srv
before=$(oid srv.git refs/heads/release/1.0)
approve_as bob maint "$held_id"
unlike "$OUT" '^released' 'he does not release his own commits'
is "$(oid srv.git refs/heads/release/1.0)" "$before" 'the release branch did not move'
approve_as alice maint "$held_id"
like "$OUT" '^released refs/heads/release/1.0' 'another person does'
done_testing
