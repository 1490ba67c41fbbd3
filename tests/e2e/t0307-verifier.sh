#!/bin/sh
# RSA and ECDSA keys are refused unless the policy lets ssh-keygen verify them; then they count like any other, and a forged one does not.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
ssh-keygen -q -t ecdsa -b 256 -N '' -f ec256
ssh-keygen -q -t ecdsa -b 384 -N '' -f ec384
ssh-keygen -q -t ecdsa -b 521 -N '' -f ec521

rules() {
	signer "$1" alice "$T/alice"
	for k in rsa ec256 ec384 ec521; do signer "$1" bob "$T/$k"; done
}
policy='version: 1
people:
  alice: {roles: [maintainer]}
  bob: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold}
  high: {action: hold}
  critical: {action: hold}'

# with KEY: bob approves with it
with() {
	run sh -c 'cd "$1" && shift && exec "$@"' - "maint.$S" "$RG" approve "$ID" --yes --key "$T/$1" --as bob
}

rules off.rules
echo "$policy" | people_server off || done_testing
new_clone off agent.off
new_clone off maint.off bob
S=off
for k in rsa ec256 ec384 ec521; do
	hold_on off agent.off
	with $k
	is "$STATUS" 1 "$k is refused where the policy does not allow ssh-keygen to verify"
	open_still off "$ID" '... and nothing moves'
done
says 'the message says what to do' 'verifier: {external: ssh-keygen}' 'sign with an ed25519 key'
with alice
is "$STATUS" 1 "(alice's key is not bob's)"
approve_as alice maint.off "$ID"
released off 'ed25519 needs no verifier' refs/heads/main "$NEW"

rules on.rules
printf '%s\nverifier: {external: ssh-keygen}\n' "$policy" | people_server on || done_testing
new_clone on agent.on
new_clone on maint.on bob
S=on
for k in rsa ec256 ec384 ec521; do
	hold_on on agent.on
	with $k
	released on "$k releases where the policy says verifier: {external: ssh-keygen}" refs/heads/main "$NEW"
done

# The mathematics is ssh-keygen's; what it refuses is refused.
hold_on on agent.on
statement on "$ID" bob maintainer >text
sign_text "$T/text" "$T/rsa"
sed -i 's/^role .*/role none/' text
cat text text.sig >text.signed
hand_in maint.on "$ID" "$T/rsa" text.signed
refused on 'a text changed after it was signed with RSA' 'does not verify'
statement on "$ID" bob maintainer >text
sign_text "$T/text" "$T/rsa" git
hand_in maint.on "$ID" "$T/rsa" text.signed
refused on 'an RSA signature for another namespace' namespace
ssh-keygen -q -t rsa -b 2048 -N '' -f rsa2
sign_text "$T/text" "$T/rsa2"
hand_in maint.on "$ID" "$T/rsa2" text.signed
refused on "a stranger's RSA key" 'belongs to nobody'
ssh-keygen -q -t rsa -b 2048 -N '' -f ca
ssh-keygen -q -s ca -I bob -n bob rsa.pub 2>/dev/null
rm -f text.sig
ssh-keygen -q -Y sign -f rsa-cert.pub -n approval.v1@refgate text 2>/dev/null
if [ -f text.sig ]; then
	cat text text.sig >text.signed
	hand_in maint.on "$ID" "$T/rsa" text.signed
	refused on 'a certificate is refused'
else
	skip 'a certificate is refused' 'this ssh-keygen does not sign with a certificate of a file key'
fi
with rsa
released on 'the right one is taken after all that' refs/heads/main "$NEW"
is "$(find /tmp -maxdepth 1 -name 'refgate-verify-*' -newer "$T/text" 2>/dev/null | head -n 1)" '' 'no folder of the verifier stays in /tmp'
log_verifies on
done_testing
