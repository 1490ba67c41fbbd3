#!/bin/sh
# HOLES 14: observe lets content land, and nothing else.
. "$(dirname "$0")/../lib/testlib.sh"
_keys && new_repo base && rg init base.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
mkdir pol && git -C base.git archive main .refgate | tar -x -C pol --strip-components 1
echo 'mode: observe' >>pol/policy.yml
new_repo srv && rg init srv.git --identity env:TEST_ACTOR --policy pol
is "$STATUS" 0 'a server that observes'
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }

commit_file agent a one
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
landed srv 'content to main lands' refs/heads/main "$(oid agent HEAD)"
is "$(log_count srv '.ev == "decision" and .observe == true')" 1 'and the decision is recorded as observed'
is "$(jq -r 'select(.ev == "decision").rules | join(" ")' srv.git/refgate/audit/log.jsonl | tail -n 1)" GATE-PROT 'with what was found'
commit_file agent .mcp.json '{"mcpServers":{"x":{"command":"./x"}}}'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
landed srv 'critical content lands' refs/heads/main "$(oid agent HEAD)"
like "$OUT" 'accepted, critical' 'and is told'
snap srv
push_as codex-bot agent --atomic origin HEAD:refs/heads/release/1.0 HEAD:refs/heads/agent/x
landed srv 'an atomic push lands' refs/heads/release/1.0 "$(oid agent HEAD)" refs/heads/agent/x "$(oid agent HEAD)"
snap srv
push_as codex-bot agent origin :refs/heads/release/1.0
landed srv 'a protected branch is deleted' refs/heads/release/1.0 "$ZERO"
snap srv
push_as codex-bot agent origin HEAD:refs/tags/v1
landed srv 'a tag lands' refs/tags/v1 "$(oid agent HEAD)"

# Not content.
base=$(oid agent HEAD)
before=$(oid srv.git refs/refgate/policy)
sed '/^mode:/d' agent/.refgate/policy.yml >p && cp p agent/.refgate/policy.yml && g commit -q -a -m 'enforce'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'the step to enforce is held' 1
is "$(json .tier)" critical 'as critical'
is "$(oid srv.git refs/refgate/policy)" "$before" 'and is not in force'
deny_as alice maint "$ID"
g reset -q --hard "$base"
echo '# a comment' >>agent/.refgate/policy.yml && g commit -q -a -m 'comment'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'any edit of the rules is held' 1
deny_as alice maint "$ID"
g reset -q --hard "$base"
: >agent/.refgate/allowed_signers && g commit -q -a -m 'signers'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'an edit that locks everybody out is rejected'
g reset -q --hard "$base"
echo 'x: [' >>agent/.refgate/policy.yml && g commit -q -a -m 'broken'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'rules that do not parse are rejected' policy.yml:
g reset -q --hard "$base"
commit_file agent b two
for r in "refs/replace/$base" refs/refgate/x refs/REFGATE/x refs/pending/aaaaaaaa/x refs/notes/x refs/pull/1/head refs/heads/-x refs/heads/main/x refs/heads/MAIN refs/tags/main; do
	snap srv
	push_as codex-bot agent origin "HEAD:$r"
	isnt "$STATUS" 0 "$r is refused"
	unmoved srv "$r: nothing moved"
done
snap srv
push_as codex-bot agent origin :refs/heads/main
refused srv 'the policy ref is not deleted' 'never deleted'
snap srv
push_as codex-bot agent --force origin "$(g commit-tree -m x 'HEAD^{tree}'):refs/heads/main"
refused srv 'nor forced' 'never forced'
snap srv
push_as codex-bot agent origin "$(echo 'let me in' | g hash-object -w --stdin):refs/approvals/aaaaaaaa/$(printf '%064d' 0)"
refused srv 'a forged approval is refused'
ssh-keygen -q -t ed25519 -N '' -f "$T/leak" && cp leak agent/k && g add k && g commit -q -m k
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
refused srv 'a certain secret is rejected' SEC-TXT
g reset -q --hard HEAD~1

# A push of rules and content together: the content waits with the rules when it is the same ref.
commit_file agent c three
echo '# a comment' >>agent/.refgate/policy.yml && g commit -q -a -m 'comment'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main HEAD~1:refs/heads/agent/y
held srv 'rules and content in one ref wait together, other refs land' 1 refs/heads/agent/y "$(oid agent HEAD~1)"
deny_as alice maint "$ID"

# The step to enforce, signed: then it holds.
g reset -q --hard "$base"
sed '/^mode:/d' agent/.refgate/policy.yml >p && cp p agent/.refgate/policy.yml && g commit -q -a -m 'enforce'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'the step to enforce is held again' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/refgate/policy)" "$(oid agent HEAD:.refgate)" 'signed, it is in force'
commit_file agent d four
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'and main holds from then on' 1
done_testing
