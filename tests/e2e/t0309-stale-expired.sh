#!/bin/sh
# A pending does not outlive what was judged: it expires; it goes stale when its target moves; when the policy asks for more meanwhile,
# more is needed. `wait`, `show` and `queue` say so, in a clone and on the server, and what to do.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for p in alice bob; do signer srv.rules $p "$T/$p"; done
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*, refs/heads/brief/*]
people:
  alice: {roles: [maintainer]}
  bob: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold, approvals: 1}
  high: {action: hold, approvals: 1, expires: 2s}
  critical: {action: hold, approvals: 1, expires: 2s}
rules:
  - {id: brief-code, paths: ["brief/**"], points: 50, tier: high, message: "decided soon or not at all"}
EOP
new_clone srv agent
new_clone srv maint alice
new_clone srv other alice

in_clone() {
	run sh -c 'cd maint && exec "$@"' - "$RG" "$@"
}

# ---- expired ----
push_brief() {
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "brief/$1" "$1"
	OLD=$(oid srv.git main)
	NEW=$(oid agent HEAD)
	push_as codex-bot agent origin HEAD:main
	ID=$(json .id)
}
push_brief one
is "$(json .tier)" high 'a push that two seconds are given for'
is "$(record srv "$ID" '(.expires|fromdate) - (.created|fromdate)')" 2 'the record says until when'
statement srv "$ID" alice maintainer >text
sign_text "$T/text" "$T/alice"
GONE=$ID
GONE_NEW=$NEW
in_clone wait "$ID" --timeout 30
is "$STATUS" 1 'wait in a clone ends with exit 1 when it expires'
like "$OUT" "^$ID expired" 'and says expired'
rg wait "$ID" --repo srv.git
is "$STATUS" 1 'on the server too'
in_clone queue
like "$OUT" "^$ID .*\(expired\)" 'queue in a clone marks it'
rg queue --repo srv.git
like "$OUT" "^$ID .*\(expired\)" 'and on the server'
in_clone show "$ID"
like "$OUT" "^pending +$ID, expired" 'so does show'
snap srv
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'an approval that was signed in time and comes late is refused' "pending $ID has expired" 'the agent pushes again'
approve_as alice maint "$ID"
is "$STATUS" 1 'approve is exit 1'
approve_here alice srv "$ID"
is "$STATUS" 1 'on the server too'
unmoved srv 'and nothing moved'
# The agent pushes again: the dead pending must not catch it.
push_as codex-bot agent origin "$GONE_NEW:refs/heads/main"
is "$(json .verdict)" hold 'the same push again is held'
isnt "$(json .id)" "$GONE" 'under a new id, not the expired one'
ID=$(json .id)
NEW=$GONE_NEW
isnt "$(record srv "$ID" .expires)" null 'with a record of its own'
is "$(record srv "$ID" '(.expires|fromdate) > now - 1')" true 'and a time of its own'
approve_as alice maint "$ID"
released srv 'which can be approved' refs/heads/main "$NEW"
push_brief two
sleep 3
rg gc srv.git
is "$STATUS" 0 'gc runs'
is "$(pendings srv)" '' 'and closes what has expired'
is "$(log_count srv ".ev == \"expired\" and .pending == \"$ID\"")" 1 'which is recorded'
clean_left srv 'nothing stays'
in_clone wait "$ID"
is "$STATUS" 1 'wait still knows: exit 1'
like "$OUT" "^$ID expired" 'and how it ended'

# ---- stale: the target moved and the push does not contain it ----
hold_on srv agent refs/heads/release/1.0 bot1
STALE=$ID
STALE_NEW=$NEW
statement srv "$STALE" alice maintainer >text
sign_text "$T/text" "$T/alice"
# Moved by hand on the server, so that no upkeep runs yet.
commit_file other moved moved
git -C srv.git fetch -q ../other HEAD
git -C srv.git update-ref refs/heads/release/1.0 "$(oid other HEAD)"
in_clone wait "$STALE" --timeout 20
is "$STATUS" 1 'wait in a clone on a stale pending is exit 1'
like "$OUT" "^$STALE stale" 'and says stale'
says 'and what to do' 'git fetch && git rebase && git push'
rg wait "$STALE" --repo srv.git --timeout 20
is "$STATUS" 1 'wait on the server too'
says 'with the same advice' 'git fetch && git rebase && git push'
in_clone show "$STALE"
like "$OUT" "^pending +$STALE, stale" 'show in a clone says stale'
says 'and what to do' 'git fetch && git rebase && git push'
rg show "$STALE" --repo srv.git
says 'show on the server too' "$STALE, stale" 'git fetch && git rebase && git push'
in_clone queue
says 'queue in a clone' "$STALE" stale 'git fetch && git rebase && git push'
rg queue --repo srv.git
says 'queue on the server' "$STALE" stale 'git fetch && git rebase && git push'
in_clone queue --format json
is "$(jq -r ".pending[]|select(.id == \"$STALE\").state" "$OUTFILE")" stale 'and as JSON'
snap srv
hand_in maint "$STALE" "$T/alice" text.signed
refused srv 'an approval of it is refused with the advice' "pending $STALE is stale" 'git fetch && git rebase && git push'
approve_here alice srv "$STALE"
is "$STATUS" 1 'on the server too'
says 'with the advice' 'git fetch && git rebase && git push'
unmoved srv 'and nothing moves'
rg gc srv.git
is "$(pendings srv | grep -c -x "$STALE")" 0 'gc closes it'
in_clone wait "$STALE"
is "$STATUS" 1 'wait knows it afterwards'
like "$OUT" "^$STALE stale" 'as stale'
is "$(git -C srv.git rev-parse release/1.0)" "$(oid other HEAD)" 'and the ref stands where it was moved to'
git -C srv.git update-ref refs/heads/release/1.0 "$(oid srv.git main)"
rg doctor srv.git --acknowledge refs/heads/release/1.0

# ---- of two pendings for one ref the second goes stale by the release of the first ----
hold_on srv agent refs/heads/main bot1
A=$ID
A_NEW=$NEW
hold_on srv agent refs/heads/main bot2
B=$ID
ID=$A
NEW=$A_NEW
approve_as alice maint "$A"
released srv 'the first is released' refs/heads/main "$A_NEW"
in_clone wait "$B" --timeout 20
is "$STATUS" 1 'the second is stale: wait is exit 1'
like "$OUT" "^$B stale" 'and says so'
approve_as bob maint "$B"
is "$STATUS" 1 'it cannot be approved any more'
is "$(oid srv.git main)" "$A_NEW" 'and moves nothing'
clean_left srv 'the upkeep behind the release has closed it'

# ---- the push contains the present target: renewed under a new id ----
git -C agent fetch -q origin
git -C agent checkout -q -f --detach "$(oid srv.git main)"
commit_file agent base1 base1
FIRST_NEW=$(oid agent HEAD)
push_as bot1 agent origin HEAD:main
FIRST=$(json .id)
commit_file agent base2 base2
NEW=$(oid agent HEAD)
push_as bot2 agent origin HEAD:main
ON_TOP=$(json .id)
statement srv "$ON_TOP" bob maintainer >early
sign_text "$T/early" "$T/bob"
ID=$FIRST
approve_as alice maint "$FIRST"
quiet srv
is "$(oid srv.git main)" "$FIRST_NEW" 'the first of two pushes on each other is released'
RENEWED=$(pendings srv)
isnt "$RENEWED" '' 'the one on top of it waits still'
isnt "$RENEWED" "$ON_TOP" 'under a new id'
in_clone wait "$ON_TOP" --timeout 20
is "$STATUS" 1 'wait on the old id ends'
says 'and names the new one' "$RENEWED"
is "$(record srv "$RENEWED" '.refs[0].old')" "$FIRST_NEW" 'which stands on the present value'
isnt "$(record srv "$RENEWED" .statement | sed -n 's/^challenge //p')" "$(sed -n 's/^challenge //p' early)" 'with a challenge of its own'
snap srv
hand_in maint "$RENEWED" "$T/bob" early.signed
refused srv 'what was signed for the old one does not serve the new one' 'must be `pending'
ID=$RENEWED
approve_as bob maint "$RENEWED"
released srv 'a new signature does' refs/heads/main "$NEW"

# ---- the policy asks for more meanwhile ----
policy_change() { # MESSAGE: what lies in maint's .refgate lands on main
	git -C maint commit -qam "$1"
	push_as policy-bot maint origin HEAD:main
	_pc=$(json .id)
	run sh -c "cd other && '$RG' approve $_pc --yes --key '$T/bob' --as bob"
	[ "$(oid srv.git main)" = "$(oid maint HEAD)" ] || not_ok "the change of policy landed: $1" "$OUT"
	quiet srv
}
hold_on srv agent refs/heads/release/1.0
KEEP=$ID
KEEP_NEW=$NEW
git -C maint fetch -q origin
git -C maint checkout -q -B main origin/main
sed -i 's/^  medium: .*/  medium: {action: hold, approvals: 2}/' maint/.refgate/policy.yml
policy_change 'two persons'
ID=$KEEP
NEW=$KEEP_NEW
snap srv
approve_as alice maint "$ID"
is "$STATUS" 0 'signed after the policy asks for two'
open_still srv "$ID" 'one signature, enough when it was held, is not enough any more'
says 'and what is missing is said' 'still needed: 1 more person'
approve_as bob other "$ID"
released srv 'two are' refs/heads/release/1.0 "$NEW"

# ---- and when it asks for less, what was held stays as it was held ----
hold_on srv agent refs/heads/release/1.0
KEEP=$ID
KEEP_NEW=$NEW
git -C maint fetch -q origin
git -C maint reset -q --hard origin/main
sed -i 's/^  medium: .*/  medium: {action: hold, approvals: 1}/' maint/.refgate/policy.yml
policy_change 'one person again'
ID=$KEEP
NEW=$KEEP_NEW
snap srv
approve_as alice maint "$ID"
open_still srv "$ID" 'a laxer policy does not let the old pending go with less'
approve_as bob other "$ID"
released srv 'the number it was held with does' refs/heads/release/1.0 "$NEW"

# ---- and when it rejects now ----
hold_on srv agent refs/heads/release/1.0
KEEP=$ID
git -C maint fetch -q origin
git -C maint reset -q --hard origin/main
sed -i 's/^  medium: .*/  medium: {action: hold, protected: {action: reject}}/; s/^  high: .*/  high: {action: reject}/; s/^  critical: .*/  critical: {action: hold, protected: {action: hold}}/' \
	maint/.refgate/policy.yml
git -C maint commit -qam 'reject medium'
push_as policy-bot maint origin HEAD:main
case $(json .verdict) in
hold) # a policy in which critical is laxer than high may be refused at once; then there is nothing to try
	ID=$(json .id)
	run sh -c "cd other && '$RG' approve $ID --yes --key '$T/bob' --as bob"
	quiet srv
	;;
esac
if [ "$(oid srv.git main)" = "$(oid maint HEAD)" ]; then
	ID=$KEEP
	snap srv
	approve_as alice maint "$ID"
	is "$STATUS" 1 'what the policy rejects by now cannot be approved'
	unmoved srv 'and does not move'
else
	ok 'a policy with a laxer critical tier does not load'
fi
log_verifies srv
done_testing
