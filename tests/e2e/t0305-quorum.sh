#!/bin/sh
# Persons are counted, in roles: k of n, two keys of one person, aliases, keys of agents, several requirements at once, distinct roles,
# and one denial against all.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for p in alice2 carol dave bot; do ssh-keygen -q -t ed25519 -N '' -f $p; done
signer srv.rules alice,alice@corp.example "$T/alice"
signer srv.rules alice "$T/alice2"
signer srv.rules bob "$T/bob"
signer srv.rules carol "$T/carol"
signer srv.rules dave "$T/dave"
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*, refs/heads/two/*, refs/heads/three/*]
people:
  alice: {roles: [maintainer, security]}
  bob: {roles: [maintainer, security]}
  carol: {roles: [maintainer]}
  dave: {roles: [docs]}
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 2}}
  high: {action: hold, approvals: 2, roles: [maintainer]}
  critical: {action: hold, approvals: 2, roles: [maintainer, security]}
owners:
  - {paths: ["manual/**"], roles: [docs]}
rules:
  - {id: infra-code, paths: ["infra/**"], points: 50, tier: high, message: "infrastructure"}
  - {id: money-code, paths: ["money/**"], points: 100, tier: critical, message: "money"}
EOP
new_clone srv agent
new_clone srv maint someone

# held_change PATH: a change of that path on main, held: sets ID, OLD, NEW
n=0
held_change() {
	n=$((n + 1))
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "$1" "content $n"
	OLD=$(oid srv.git main)
	NEW=$(oid agent HEAD)
	push_as codex-bot agent origin HEAD:main
	ID=$(json .id)
	snap srv
}

# with KEY PERSON ROLE: approve with this key, in this role ("" = default)
with() {
	run sh -c 'cd maint && exec "$@"' - "$RG" approve "$ID" --yes --key "$T/$1" --as "$2" ${3:+--role "$3"}
}

# ---- two of n, no role ----
held_change plain
is "$(json .tier)" medium 'a medium change'
with alice alice
is "$STATUS" 0 'the first of two is recorded'
says 'and what is missing is said' 'recorded, still needed: 1 more person'
open_still srv "$ID" 'one of two releases nothing'
with alice2 alice
is "$STATUS" 0 'her second key is taken'
says 'and does not count a second time' 'still needed: 1 more person'
open_still srv "$ID" 'two keys of one person release nothing'
rg show "$ID" --repo srv.git
like "$OUT" '^needs +2 persons' 'show says how many are asked for'
is "$(printf '%s\n' "$OUT" | grep -c '^signed  *alice')" 2 'and who has signed with which'
with carol carol
released srv 'a second person releases' refs/heads/main "$NEW"
is "$(jq -c "select(.ev == \"released\" and .pending == \"$ID\").approved_by|sort" srv.git/refgate/audit/log.jsonl)" '["alice","carol"]' \
	'the record names the two persons'

# ---- an alias is the same person ----
held_change plain
statement srv "$ID" alice maintainer >text
sed -i 's/^signer .*/signer alice@corp.example/' text
sign_text "$T/text" "$T/alice"
hand_in maint "$ID" "$T/alice" text.signed
is "$STATUS" 0 'a statement under her alias is taken'
with alice2 alice
says 'and her name with another key adds nobody' 'still needed: 1 more person'
open_still srv "$ID" 'alias and name are one person'
# The alias on the second key, where allowed_signers lists only her name: the same person all the same.
with bob bob
released srv 'another person releases' refs/heads/main "$NEW"

# ---- one role, two persons ----
held_change infra/a
is "$(json .tier)" high 'a high change'
with dave dave
is "$STATUS" 1 'a person without the role is refused'
says 'and is told which roles are asked for' maintainer
with dave dave docs
is "$STATUS" 1 'a role that is not asked for is refused'
open_still srv "$ID" 'and nothing moves'
with dave dave maintainer
is "$STATUS" 1 'a role that he does not have is refused'
says 'by name' 'dave does not have the role maintainer'
with carol carol
says 'one of two of the role' 'still needed: 1 of role maintainer'
with alice alice security
is "$STATUS" 1 'a signature in another role is refused here'
with alice alice
released srv 'two of the role release' refs/heads/main "$NEW"

# ---- two roles, two persons ----
held_change money/a
is "$(json .tier)" critical 'a critical change'
with alice alice
is "$STATUS" 2 'who has both roles must choose'
says 'from the list' 'maintainer, security' '--role'
open_still srv "$ID" 'and nothing was signed'
with alice alice maintainer
says 'the first of the two roles' 'still needed: 1 of role security'
with alice2 alice security
is "$STATUS" 0 'her other key in the other role is taken'
says 'but she is one person' 'still needed: 1 more person'
open_still srv "$ID" 'two keys in two roles are one person'
with carol carol
released srv 'one more person completes it' refs/heads/main "$NEW"

held_change money/b
with carol carol
says 'carol can only be maintainer' 'still needed: 1 of role security'
with bob bob
released srv 'bob, who has both, signs in the one that is lacking without being asked' refs/heads/main "$NEW"
is "$(jq -r "select(.ev == \"approval_received\" and .pending == \"$ID\")|.person + \" \" + .role" srv.git/refgate/audit/log.jsonl | tr '\n' ',')" \
	'carol maintainer,bob security,' 'and the record has the roles'
held_change money/c
with bob bob security
with alice alice
released srv 'alice fills the other one' refs/heads/main "$NEW"

# ---- several requirements: owners of a path beside the tier ----
held_change manual/page
is "$(record srv "$ID" '.needs|length')" 2 'the tier and the owner both ask'
with alice alice maintainer
with bob bob maintainer
open_still srv "$ID" 'two maintainers do not make up for the owner'
says 'who is missing' '1 of role docs'
with dave dave
released srv 'the owner completes it' refs/heads/main "$NEW"

# ---- one denial ----
held_change plain
with alice alice
with bob bob
released srv '(two are enough)' refs/heads/main "$NEW"
held_change plain
with alice alice
deny_as dave maint "$ID"
is "$STATUS" 0 'anybody with a role may deny'
says 'and it closes' 'denied by dave'
is "$(oid srv.git main)" "$OLD" 'nothing moved'
with bob bob
is "$STATUS" 1 'the second approval comes too late'
is "$(oid srv.git main)" "$OLD" 'and moves nothing'
clean_left srv 'a denial leaves nothing behind'
held_change money/d
with alice alice maintainer
run sh -c "cd maint && '$RG' deny $ID --yes --key '$T/alice2' --as alice"
is "$STATUS" 0 'who approved may deny with another key'
is "$(oid srv.git main)" "$OLD" 'and a denial outweighs her own approval'
deny_as mallory maint zzzzzzzz
is "$STATUS" 1 'a stranger denies nothing'

# ---- approvals of one ref never count for another pending ----
held_change plain
with alice alice
FIRST=$ID
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
SECOND=$(json .id)
ID=$SECOND
snap srv
with bob bob
open_still srv "$SECOND" 'one signature each on two pendings releases neither (the second)'
open_still srv "$FIRST" 'one signature each on two pendings releases neither (the first)'
log_verifies srv

# ---- distinct roles ----
for p in alice bob carol; do signer dis.rules $p "$T/$p"; done
people_server dis <<'EOP' || done_testing
version: 1
people:
  alice: {roles: [maintainer, security]}
  bob: {roles: [maintainer, security]}
  carol: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold, approvals: 2, roles: [maintainer, security], distinct_roles: true}
  high: {action: hold, approvals: 2, roles: [maintainer, security], distinct_roles: true}
  critical: {action: hold, approvals: 3, roles: [maintainer, security], distinct_roles: true}
EOP
rm -rf agent maint
new_clone dis agent
new_clone dis maint someone
hold_on dis agent
with alice alice security
with bob bob security
open_still dis "$ID" 'two persons in one role do not fill two roles'
says 'the other role is missing' '1 of role maintainer'
with carol carol
released dis 'the third fills it' refs/heads/main "$NEW"

# ---- keys of agents ----
signer bot.rules alice "$T/alice"
signer bot.rules bob "$T/bob"
mkdir -p bot.rules
FPB="SHA256:$(ssh-keygen -lf bob.pub | sed 's/.*SHA256:\([^ ]*\).*/\1/')"
cat >bot.rules/policy.yml <<EOP
version: 1
actors:
  agents:
    codex-bot: {owner: alice, match: ["ssh:$FPB"]}
people:
  alice: {roles: [maintainer]}
  bob: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold}
  high: {action: hold}
  critical: {action: hold}
EOP
new_repo bot
run "$RG" init bot.git --identity env:TEST_ACTOR --policy bot.rules
isnt "$STATUS" 0 'a policy in which a key of a person matches an agent does not load'
says 'and says so' codex-bot bob
is "$(git -C bot.git rev-list --count main)" 1 'and init committed nothing'
# A key that agents push with and that is in nobody's lines signs nothing.
new_server plain --maintainer "bob:$T/bob.pub" || done_testing
rm -rf agent maint
new_clone plain agent
new_clone plain maint someone
hold_on plain agent refs/heads/main alice
approve_as alice maint "$ID"
is "$STATUS" 1 'a push under her own identity cannot be approved by her'
open_still plain "$ID" 'and stays'
with bot codex-bot
is "$STATUS" 1 "an agent's own key approves nothing"
with bot alice
is "$STATUS" 1 'nor under her name'
open_still plain "$ID" 'and nothing moves'
done_testing
