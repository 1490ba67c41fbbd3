#!/bin/sh
# The way back when nobody can sign any more (HOLES 23): the owner of the repository, on the server and on a terminal, puts people into the rules.
# Each refusal leaves every ref, every object and the log as they were.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
. "$PROJECT/tests/lib/pty.sh"

need_pty
_keys
for k in carol dave eve; do ssh-keygen -q -t ed25519 -N '' -C "$k" -f "$T/$k"; done

# ---- a policy with an admin's own words in it; eve alone could not sign what alice and bob do ----

signer srv.rules alice,alice@work alice
echo '# keys are handed over in person' >>srv.rules/allowed_signers
signer srv.rules bob bob
signer srv.rules eve eve
people_server srv <<'EOP' || done_testing
# rules of the house
version: 1
protected: [refs/heads/main]   # and nothing else
people:
  # the founders
  alice: {roles: [boss, maintainer], mails: [alice@example.com]}
  bob:
    roles: [maintainer]
    # on leave
  eve: {roles: [guest]}   # may read

# how sure we are
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 2, roles: [maintainer]}   # two of us
owners:
  - {paths: ["db/**"], roles: [boss]}
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 30, tier: medium, message: "money moves here"}
EOP
new_clone srv agent

log_of() { sha256sum <"$1.git/refgate/audit/log.jsonl"; }
# nothing SERVER NAME TEXT...: the last command failed and said so, and left no trace
nothing() {
	_s=$1
	_n0=$2
	shift 2
	_begin
	[ "$STATUS" != 0 ] || _because 'the exit code is 0'
	_check_same "$_s"
	_check_left "$_s"
	[ "$(objects_of "$_s")" = "$(cat "$T/.objects.$_s")" ] || _because 'objects were written'
	[ "$(log_of "$_s")" = "$LOG" ] || _because 'the log grew'
	for _t in "$@"; do
		grep -q -F -- "$_t" "$OUTFILE" || _because "not said: $_t"
	done
	_end "$_n0"
}
look() { snap "$1"; LOG=$(log_of "$1"); }

# ---- what is refused ----

look srv
rg init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:dave.pub
nothing srv 'without a terminal' 'on a terminal'
run sh -c "echo recover | setsid -w '$RG' init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:dave.pub"
nothing srv 'with the word on a pipe' 'on a terminal'
on_tty '' sh -c "echo recover | '$RG' init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:dave.pub"
nothing srv 'with a terminal, but not on the input' 'on a terminal'
typed_rg recover init srv.git --recover --maintainer carol:carol.pub
nothing srv 'while the quorum can be reached' 'the quorum can be reached: alice, bob, eve can sign' '--lost'
typed_rg recover init srv.git --recover --lost eve --maintainer carol:carol.pub
nothing srv 'nor when those who are left can sign' 'the quorum can be reached: alice, bob can sign'
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub
nothing srv 'with too few people' 'still cannot be reached' 'tier critical' '2 persons needed, 1 could sign'
typed_rg recover init srv.git --recover --lost alice --lost bob
nothing srv 'with nobody' '--maintainer'
typed_rg recover init srv.git --recover --lost mallory --maintainer carol:carol.pub
nothing srv 'with somebody lost who is nobody' '--lost mallory' 'people:'
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer alice:alice.pub
nothing srv 'with a key that is lost' 'of alice is revoked' 'ssh-keygen'
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:alice.pub
nothing srv "with somebody else's lost key" "alice's already"
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:carol.pub
nothing srv 'with one key for two people' "carol's already"
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKZ/mDUa0qB carol' >short.pub
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:short.pub --maintainer dave:dave.pub
nothing srv 'with a key that is none' 'short.pub'
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol:carol --maintainer dave:dave.pub
nothing srv 'with a private key' '.pub'
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer alice@work:carol.pub --maintainer dave:dave.pub
nothing srv 'under a second name of somebody' 'a name is letters'
typed_rg recover init srv.git --recover --policy srv.rules --lost alice --lost bob --maintainer carol:carol.pub
nothing srv 'with other rules' '--recover takes only'
run "$RG" init srv.git --lost alice
nothing srv '--lost alone' '--lost goes with --recover'
for word in y yes Recover recove 'recover it' ''; do
	typed_rg "$word" init srv.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:dave.pub
	nothing srv "with '$word' typed" 'the word was not typed'
done
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp -a srv.git other.git && look other && chown -R 65534:65534 other.git
	typed_rg recover init other.git --recover --lost alice --lost bob --maintainer carol:carol.pub --maintainer dave:dave.pub
	chown -R 0:0 other.git
	nothing other 'for a repository of another account' 'another account owns this repository'
fi

# ---- and what is done ----

hold_on srv agent
TIP=$(oid srv.git main)
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer carol,carol@example.com:carol.pub --maintainer bob:dave.pub
is "$STATUS" 0 'with the word typed it is done'
says 'the question shows who goes and who comes, with their keys' 'Recovery of' 'by ' '- alice: roles boss, maintainer' '(revoked)' \
	'+ carol: roles maintainer, boss; mails carol@example.com' '- bob: roles maintainer' '+ bob: roles maintainer, boss' "$(ssh-keygen -lf dave.pub | cut -d' ' -f2)" \
	'becomes void'
NOW=$(oid srv.git main)
like "$OUT" "recovered refs/heads/main $TIP..$NOW" 'and the answer what moved'
is "$(git -C srv.git rev-parse "$NOW^@")" "$TIP" 'one commit on the tip'
is "$(git -C srv.git log -1 --format='%an <%ae> %cn <%ce>' main)" 'refgate <refgate@localhost> refgate <refgate@localhost>' 'by refgate'
is "$(git -C srv.git diff --name-only "$TIP" "$NOW" | tr '\n' ' ')" '.refgate/allowed_signers .refgate/policy.yml .refgate/revoked_keys ' \
	'that changes three files of .refgate/'
is "$(oid srv.git refs/refgate/policy)" "$(oid srv.git main:.refgate)" 'and its rules are in force'
git -C srv.git cat-file blob main:.refgate/policy.yml >after.yml
cat >want.yml <<'EOP'
# rules of the house
version: 1
protected: [refs/heads/main]   # and nothing else
people:
  # the founders
  alice: {roles: [boss, maintainer], mails: [alice@example.com]}
  bob:
    roles: [maintainer, boss]
    # on leave
  eve: {roles: [guest]}   # may read
  carol:
    roles: [maintainer, boss]
    mails: [carol@example.com]

# how sure we are
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 1}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 2, roles: [maintainer]}   # two of us
owners:
  - {paths: ["db/**"], roles: [boss]}
rules:
  - {id: PAY-code, paths: ["pay/**"], points: 30, tier: medium, message: "money moves here"}
EOP
is "$(diff want.yml after.yml)" '' "policy.yml is the admin's, but for the people named"
is "$(git -C srv.git cat-file blob main:.refgate/allowed_signers)" "$(sed '/^bob /d' srv.rules/allowed_signers)
carol namespaces=\"git,approval.v1@refgate\" $(cut -d' ' -f1,2 carol.pub)
bob namespaces=\"git,approval.v1@refgate\" $(cut -d' ' -f1,2 dave.pub)" 'so is allowed_signers'
is "$(git -C srv.git cat-file blob main:.refgate/revoked_keys | cut -d' ' -f2 | sort)" "$(cat alice.pub bob.pub | cut -d' ' -f2 | sort)" \
	'the lost keys are revoked'
is "$(log_count srv '.ev == "policy_recovered" and .by == "'"$(id -un)"'" and .old == "'"$TIP"'" and .new == "'"$NOW"'" and
	.people == ["carol","bob"] and .lost == ["alice","bob"] and (.keys | length) == 2 and .policy_before != .policy and .voided == 1')" 1 \
	'the log says who, what before, what now, and whom'
is "$(log_count srv '.ev == "policy_changed" and .by == "recover"')" 1 'and that the rules changed'
log_verifies srv
rg doctor srv.git
like "$OUT" '^ok   quorum' 'everything can be signed again'
unlike "$OUT" '^bad ' 'and the gate stands'

# What was held before is void, and its signatures with it.
no 'what was held is open no more' sh -c "git -C srv.git for-each-ref refs/refgate/pending | grep -q '$ID'"
is "$(git -C srv.git for-each-ref "refs/pending/$ID")" '' 'nor are its commits'
approve_here carol srv "$ID"
is "$STATUS" 1 'and takes no signature'
is "$(git -C srv.git cat-file blob "$(git -C srv.git log -1 --format=%H --grep="^pending $ID " refs/refgate/archive):record" | jq -r '.state + ": " + .closed.why')" \
	'stale: the rules were recovered on the server, which voids what was held; push again' 'its record says why'

# The new people do what people do.
hold_on srv agent
approve_here carol srv "$ID"
released srv "carol's key releases" refs/heads/main "$NEW"
hold_on srv agent
run "$RG" approve "$ID" --repo srv.git --yes --as bob --key "$T/bob"
isnt "$STATUS" 0 "bob's lost key does not"
open_still srv "$ID" 'and nothing moved'
run "$RG" approve "$ID" --repo srv.git --yes --as bob --key "$T/dave"
released srv "bob's new key does" refs/heads/main "$NEW"
look srv
typed_rg recover init srv.git --recover --maintainer alice:carol.pub
nothing srv 'a second recovery is not needed' 'the quorum can be reached: bob, eve, carol can sign'
done_testing
