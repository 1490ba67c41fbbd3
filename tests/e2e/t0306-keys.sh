#!/bin/sh
# Keys over time: revoked or withdrawn between approval and release, not valid yet or any more, not for this namespace; persons who
# leave; the file format's strict reading.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for p in carol old early late gitonly; do ssh-keygen -q -t ed25519 -N '' -f $p; done
signer srv.rules alice "$T/alice"
signer srv.rules bob "$T/bob"
signer srv.rules carol "$T/carol"
signer srv.rules carol "$T/old" 'valid-before="20200101Z"'
signer srv.rules carol "$T/early" 'valid-after="20990101Z"'
signer srv.rules carol "$T/late" 'valid-after="20200101Z",valid-before="20990101Z"'
signer srv.rules carol "$T/gitonly" 'namespaces="git"'
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*]
people:
  alice: {roles: [maintainer]}
  bob: {roles: [maintainer]}
  carol: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold, approvals: 2}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
new_clone srv agent
new_clone srv maint someone

with() {
	run sh -c 'cd maint && exec "$@"' - "$RG" approve "$ID" --yes --key "$T/$1" --as "$2"
}

# policy_change MESSAGE: what lies changed below maint/.refgate is pushed to main by an agent and released by bob
policy_change() {
	git -C maint add -A .refgate
	git -C maint commit -q -m "$1"
	push_as policy-bot maint origin HEAD:main
	_pc=$(json .id)
	run sh -c "cd maint && '$RG' approve $_pc --yes --key '$T/bob' --as bob"
	[ "$(git -C srv.git rev-parse main)" = "$(oid maint HEAD)" ] || not_ok "the change of policy landed: $1" "$OUT"
	git -C maint fetch -q origin
}

# ---- validity ----
hold_on srv agent refs/heads/release/1.0
is "$(json .tier)" medium 'a change that two must sign'
with old carol
is "$STATUS" 1 'a key past its valid-before is refused'
says 'and says why' 'not valid today'
with early carol
is "$STATUS" 1 'a key before its valid-after is refused'
with gitonly carol
is "$STATUS" 1 'a key whose line names other namespaces is refused'
says 'and says which' 'approval.v1@refgate'
open_still srv "$ID" 'none of them moves anything'
is "$(git -C srv.git for-each-ref refs/refgate/approvals)" '' 'nor is kept'
with late carol
is "$STATUS" 0 'a key inside its window counts'
open_still srv "$ID" 'as one of two'

# ---- revoked between approval and release ----
git -C maint fetch -q origin
git -C maint checkout -q -B main origin/main
cut -d ' ' -f 1,2 late.pub >maint/.refgate/revoked_keys
KEEP=$ID
KEEP_NEW=$NEW
policy_change 'revoke a key of carol'
ID=$KEEP
NEW=$KEEP_NEW
snap srv
with alice alice
is "$STATUS" 0 'the second signature is recorded'
open_still srv "$ID" 'but the first is of a key that was revoked meanwhile'
says 'and that is said' 'still needed: 1 more person'
like "$OUT" 'revoked|no longer counts' 'with the reason'
with late carol
is "$STATUS" 1 'a revoked key signs nothing new'
says 'by name' revoked
with carol carol
released srv 'her other key, not revoked, completes it' refs/heads/release/1.0 "$NEW"

# ---- a key taken out of allowed_signers ----
hold_on srv agent refs/heads/release/1.0
with carol carol
KEEP=$ID
KEEP_NEW=$NEW
grep -v "$(cut -d ' ' -f 2 carol.pub)" maint/.refgate/allowed_signers >as
cp as maint/.refgate/allowed_signers
policy_change 'take a key out'
ID=$KEEP
NEW=$KEEP_NEW
snap srv
with alice alice
open_still srv "$ID" 'the approval of a key that is no longer listed does not count'
with bob bob
released srv 'another person does' refs/heads/release/1.0 "$NEW"

# ---- a person who leaves ----
hold_on srv agent refs/heads/release/1.0
with alice alice
KEEP=$ID
KEEP_NEW=$NEW
sed -i '/^  alice:/d' maint/.refgate/policy.yml
sed -i '/^alice /d' maint/.refgate/allowed_signers
ssh-keygen -q -t ed25519 -N '' -f carol3
signer maint/.refgate carol "$T/carol3"
policy_change 'alice leaves, carol has a new key'
ID=$KEEP
NEW=$KEEP_NEW
snap srv
with bob bob
open_still srv "$ID" 'the approval of a person who left does not count'
with carol3 carol
released srv 'a key that came since does' refs/heads/release/1.0 "$NEW"
with alice alice
isnt "$STATUS" 0 'she signs nothing more'

# ---- a role taken away ----
# With roles asked for: the tier asks for none here, so the statement's own role decides.
hold_on srv agent refs/heads/release/1.0
statement srv "$ID" carol maintainer >text
sign_text "$T/text" "$T/carol3"
hand_in maint "$ID" "$T/carol3" text.signed
is "$STATUS" 0 'signed as maintainer'
KEEP=$ID
sed -i 's/^  carol: .*/  carol: {roles: [docs]}/' maint/.refgate/policy.yml
policy_change 'carol is no maintainer any more'
ID=$KEEP
snap srv
with bob bob
open_still srv "$ID" 'an approval in a role that was taken away does not count'
deny_as bob maint "$ID"

# ---- what is no key file: the policy is refused when it is pushed ----
bad_signers() {
	cp maint/.refgate/allowed_signers keep
	printf '%s\n' "$2" >>maint/.refgate/allowed_signers
	git -C maint commit -qam "$1"
	snap srv
	push_as policy-bot maint origin HEAD:main
	refused srv "allowed_signers: $1" 'allowed_signers:'
	git -C maint reset -q --hard origin/main
}
K=$(cut -d ' ' -f 1,2 mallory.pub)
bad_signers 'a wildcard principal' "* $K"
bad_signers 'a negated principal' "!bob,carol $K"
bad_signers 'nobody in people' "zed $K"
bad_signers 'an option that does not exist' "bob no-such-option $K"
bad_signers 'a certificate authority' "bob cert-authority $K"
bad_signers 'a line that is none' 'bob'
bad_signers "one key on two persons' lines" "carol $(cut -d ' ' -f 1,2 bob.pub)"
bad_signers 'one key twice' "bob $(cut -d ' ' -f 1,2 bob.pub)"
bad_signers 'a key cut short' "bob ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"
log_verifies srv
done_testing
