#!/bin/sh
# Security keys (sk-ssh-ed25519), made and used by the real ssh-keygen through a provider made of software: a touch is always needed, a
# PIN where the policy asks, and a plain key does not do where touch is asked.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
if ! soft_key || ! ssh-keygen -q -t ed25519-sk -N '' -f "$T/token" >"$T/.sk" 2>&1; then
	skip 'security keys' "no ssh-sk-helper, or the provider cannot be built: $(tail -n 1 "$T/.sk" 2>/dev/null)"
	done_testing
fi
like "$(cat token.pub)" '^sk-ssh-ed25519@openssh.com ' 'ssh-keygen made a security key'
ssh-keygen -q -t ed25519-sk -N '' -f "$T/token2" 2>/dev/null
signer srv.rules alice "$T/alice"
signer srv.rules alice "$T/token"
signer srv.rules bob "$T/token2"
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/pin/*]
people:
  alice: {roles: [maintainer]}
  bob: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold}
  high: {action: hold, touch: true}
  critical: {action: hold, touch: true, pin: true}
rules:
  - {id: high-code, paths: ["high/**"], points: 50, tier: high, message: "high"}
  - {id: critical-code, paths: ["critical/**"], points: 100, tier: critical, message: "critical"}
EOP
new_clone srv agent
new_clone srv maint alice

# flags HEX: what the token says next: 01 touched, 05 touched and PIN, 00 neither, 04 PIN without a touch
flags() {
	echo "$1" >"$HOME/softkey.flags"
}

with() {
	run sh -c 'cd maint && exec "$@"' - "$RG" approve "$ID" --yes --key "$T/$1" --as "$2"
}

n=0
held_change() {
	n=$((n + 1))
	quiet srv
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "$1" "content $n"
	OLD=$(oid srv.git main)
	NEW=$(oid agent HEAD)
	push_as codex-bot agent origin HEAD:main
	ID=$(json .id)
	snap srv
}

# ---- where a plain key would do ----
held_change plain
is "$(json .tier)" medium 'a change that needs no touch'
flags 00
with token alice
is "$STATUS" 1 'a security key that was not touched is refused even there (ssh-keygen would take it)'
open_still srv "$ID" 'and nothing moves'
flags 01
with token alice
released srv 'touched, it counts' refs/heads/main "$NEW"

# ---- touch ----
held_change high/a
is "$(json .tier)" high 'a change that needs a touch'
is "$(record srv "$ID" '.needs[0].touch')" true 'the record says so'
with alice alice
is "$STATUS" 1 'a plain key is refused where touch is asked'
says 'with the way out' 'a security key that was touched' 'ssh-keygen -t ed25519-sk'
open_still srv "$ID" 'and nothing moves'
flags 00
with token alice
is "$STATUS" 1 'not touched: refused'
flags 04
with token alice
is "$STATUS" 1 'a PIN without a touch: refused'
open_still srv "$ID" 'and nothing moves'
# The flag is inside what is signed: set by hand behind the signature it does not verify.
flags 00
statement srv "$ID" alice maintainer >text
sign_text "$T/text" "$T/token"
{
	cat text
	echo '-----BEGIN SSH SIGNATURE-----'
	# The flags byte is the fifth from the end of the blob: four bytes of counter follow it.
	sed '/^-----/d' text.sig | base64 -d >blob
	size=$(wc -c <blob)
	{ head -c $((size - 5)) blob; printf '\001'; tail -c 4 blob; } | base64 -w 70
	echo '-----END SSH SIGNATURE-----'
} >forged
hand_in maint "$ID" "$T/token" forged
refused srv 'a touch flag set behind the signature' 'does not verify'
flags 01
with token alice
released srv 'touched, it counts' refs/heads/main "$NEW"
is "$(jq -c "select(.ev == \"approval_received\" and .pending == \"$ID\")|[.touch,.pin]" srv.git/refgate/audit/log.jsonl)" '[true,false]' \
	'the record has the touch'

# ---- touch and PIN ----
held_change critical/a
is "$(json .tier)" critical 'a change that needs touch and PIN'
flags 01
with token alice
is "$STATUS" 1 'a touch without the PIN is refused'
says 'which says so' 'and given its PIN' '-O verify-required'
open_still srv "$ID" 'and nothing moves'
flags 05
with token alice
released srv 'touch and PIN release' refs/heads/main "$NEW"

# ---- a person with tokens only; deny needs no touch flag beyond the token's own ----
held_change high/b
flags 01
with token2 bob
released srv 'another person with another token' refs/heads/main "$NEW"
held_change high/c
run sh -c "cd maint && '$RG' deny $ID --yes --key '$T/alice' --as alice"
is "$STATUS" 0 'a denial needs no security key'
is "$(oid srv.git main)" "$OLD" 'and nothing moved'
held_change plain2
with token2 alice
is "$STATUS" 1 "bob's token under alice's name is refused"
open_still srv "$ID" 'and nothing moves'
log_verifies srv
done_testing
