#!/bin/sh
# HOLES 25: two sources of identity name two persons. Both pushed it as far as the gate can know: neither signs it.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
cp mallory carol && cp mallory.pub carol.pub
for k in alice bob carol; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
actors:
  agents: {codex-bot: {owner: alice}}
  humans: {match: ["user:alice", "user:bob", "user:carol"]}
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}, carol: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 1}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOF
git -C srv.git config refgate.identity env:TEST_ACTOR,env:OTHER_ACTOR
new_clone srv agent
new_clone srv maint alice
for who in alice codex-bot; do
	git -C agent fetch -q origin && git -C agent checkout -q -f --detach origin/main
	commit_file agent "by-$who" 1
	OTHER_ACTOR=bob
	export OTHER_ACTOR
	snap srv
	push_as "$who" agent origin HEAD:refs/heads/main
	unset OTHER_ACTOR
	held srv "a push as $who and as bob is held"
	is "$(record srv "$ID" '.excluded|sort|join(" ")')" 'alice bob' "neither signs what came as $who and as bob"
	approve_as bob maint "$ID"
	unlike "$OUT" '^released' "bob's signature releases nothing ($who)"
done
done_testing
