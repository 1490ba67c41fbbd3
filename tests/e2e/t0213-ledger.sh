#!/bin/sh
# HOLES 27: a large change cut into small pushes adds up, by actor, by owner and by ref, until a signature covers exactly what was carried.
. "$(dirname "$0")/../lib/testlib.sh"

mkdir rules
cat >rules/policy.yml <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
actors:
  agents: {bot-a: {owner: bob}, bot-b: {owner: bob}, lone: {}}
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  low: {action: accept}
  medium: {action: accept}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 30, tier: medium, effect: everywhere, message: "money moves here"}
  - {id: AUTH-code, paths: ["door/**"], points: 30, tier: medium, effect: everywhere, message: "who may come in"}
  - {id: LOW-code, paths: ["low/**"], points: 5, tier: low, effect: everywhere, message: "of little weight"}
EOF
_keys
for k in alice bob; do printf '%s %s\n' "$k" "$(cut -d' ' -f1,2 "$k.pub")"; done >rules/allowed_signers
new_server srv --policy "$T/rules"
new_clone srv agent
new_clone srv maint alice
carried() { log_count srv '.ev == "ledger" and (.ledger | fromjson.k == "add")'; }

commit_file agent pay/one 1
snap srv
push_as lone agent origin HEAD:agent/one
landed srv 'a medium change lands' refs/heads/agent/one "$(oid agent HEAD)"
is "$(carried)" 1 'and is carried'
git -C agent checkout -q -b two origin/main
commit_file agent low/one 1
snap srv
push_as lone agent origin HEAD:agent/low
landed srv 'a low change lands whatever is carried' refs/heads/agent/low "$(oid agent HEAD)"
is "$(carried)" 1 'and never enters the ledger'

git -C agent checkout -q -b three origin/main
commit_file agent door/one 1
snap srv
push_as other agent origin HEAD:agent/other
landed srv 'another actor on another ref starts anew' refs/heads/agent/other "$(oid agent HEAD)"
snap srv
push_as lone agent origin HEAD:agent/three
held srv 'the second half of the same actor is held, on another ref' 1
is "$(json '.tier+" "+(.score|tostring)')" 'high 60' 'for what both weigh together'
is "$(json '[.findings[].id]|sort|join(" ")')" 'AUTH-code PAY-code' 'and both are explained'
is "$(record srv "$ID" '.carried|join(",")')" 'PAY-code pay/one' 'the record names what is carried'
like "$(record srv "$ID" .statement)" 'carried sha256:[0-9a-f]{64}' 'and the statement its digest'
rg explain --repo srv.git "$ID"
like "$OUT" 'landed before without a signature' 'explain says where the points come from'
snap srv
approve_as alice maint "$ID"
like "$OUT" '^released refs/heads/agent/three ' 'a signature releases it'
git -C agent checkout -q -b four origin/main
commit_file agent door/two 1
snap srv
push_as lone agent origin HEAD:agent/four
landed srv 'and clears what it covered: the next one counts alone' refs/heads/agent/four "$(oid agent HEAD)"

# the owner's other agent, and another actor on the same ref
git -C agent checkout -q -b five origin/main
commit_file agent pay/five 1
snap srv
push_as bot-a agent origin HEAD:agent/five
landed srv 'one agent of an owner' refs/heads/agent/five "$(oid agent HEAD)"
commit_file agent door/five 1
snap srv
push_as bot-b agent origin HEAD:agent/six
held srv 'the same owner by another agent adds up' 1
snap srv
push_as stranger agent origin HEAD:agent/five
held srv 'another actor on the same ref adds up' 2

# the ledger is a cache of the log
tail -n +2 srv.git/refgate/ledger >before && rm srv.git/refgate/ledger
git -C agent checkout -q -b seven origin/main
commit_file agent pay/seven 1
snap srv
push_as fresh agent origin HEAD:agent/seven
landed srv 'a push after the ledger was lost lands' refs/heads/agent/seven "$(oid agent HEAD)"
tail -n +2 srv.git/refgate/ledger | head -n "$(wc -l <before)" >again
yes 'the ledger was made again from the log' cmp before again
snap srv
push_as stranger agent origin five:agent/five
like "$OUT" 'held for approval' 'and still counts'
yes 'the log verifies' "$RG" log verify --repo srv.git
done_testing
