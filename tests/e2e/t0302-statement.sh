#!/bin/sh
# The signed text: each line changed one by one, signed with the right key and pushed, is refused with the line named; so are texts out
# of form and blobs that are no approval. Each refusal leaves the store as it was.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice
hold_on srv agent
held srv 'one push is held'
statement srv "$ID" alice maintainer >good
snap srv

# try NAME TEXT... : $T/text, signed by alice, is refused, and the answer has every TEXT
try() {
	_tn=$1
	shift
	sign_text "$T/text" "$T/alice" || { not_ok "$_tn" 'not signed'; return; }
	hand_in maint "$ID" "$T/alice" text.signed
	refused srv "$_tn" "$@"
}

# ---- every line of the server: another value of the same form ----
flip() { # the last hex digit of a value becomes another one
	sed -n "s/^$1 .*\\(.\\)\$/\\1/p" good | tr 0-9a-f 1-9a-f0
}
n=0
while read -r key _; do
	n=$((n + 1))
	case $key in
	refgate/approval/v1) sed 's,^refgate/approval/v1$,refgate/approval/v2,' good >text ;;
	repo-id | challenge | old | new | tree | commits | policy | findings)
		sed "s/^\\($key .*\\).\$/\\1$(flip "$key")/" good >text ;;
	repo) sed 's/^repo .*/repo other.git/' good >text ;;
	pending) sed 's/^pending .*/pending 00000000/' good >text ;;
	ref) sed 's,^ref .*,ref refs/heads/release/1.0,' good >text ;;
	carried | trace) sed "s/^$key .*/$key sha256:$(printf %064d 0)/" good >text ;;
	tier) sed 's/^tier .*/tier low/' good >text ;;
	agent) sed 's/^agent .*/agent user:other-bot/' good >text ;;
	log) sed 's/^\(log [^ ]* \)\([0-9]*\)/\11\2/' good >text ;;
	decision) sed 's/^decision .*/decision maybe/' good >text ;;
	role) sed 's/^role .*/role boss/' good >text ;;
	signer) sed 's/^signer .*/signer bob/' good >text ;;
	not-before) sed 's/^not-before .*/not-before 2030-01-01T00:00:00Z/' good >text ;;
	not-after) sed 's/^not-after .*/not-after 2001-01-01T00:00:00Z/' good >text ;;
	*) not_ok "a line that this test does not know: $key"; continue ;;
	esac
	cmp -s good text && not_ok "$key: nothing was changed"
	case $key in
	role) try "$n $key: a role that she does not have" 'alice does not have the role boss' ;;
	signer) try "$n $key: another person's name" 'the statement is by bob' ;;
	not-before | not-after) try "$n $key: a window out of order" 'not-after is not later than not-before' ;;
	*) try "$n $key: another value is refused by the line's number" "statement: line $n must be \`$key" ;;
	esac
done <good
is "$n" "$(grep -c . good)" 'every line was changed once'
sed 's/^\(log [^ ]* [0-9]* \)./\1_/' good >text
try 'log: a root that is none' 'must be `log'
sed 's,^\(log \)[^ ]*,\1refgate/other,' good >text
try 'log: another origin' 'must be `log'

# ---- the signer's lines: what they may not say ----
at() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }
sed "s/^not-before .*/not-before $(at '+1 hour')/; s/^not-after .*/not-after $(at '+2 hours')/" good >text
try 'a window that begins in an hour' 'begins more than 5 minutes from now'
sed "s/^not-before .*/not-before $(at '-2 hours')/; s/^not-after .*/not-after $(at '-1 hour')/" good >text
try 'a window that is over' 'the statement is over since'
sed "s/^not-after .*/not-after $(at '+10 days')/" good >text
try 'a window longer than the tier allows' "the statement's window is"
sed 's/^not-before .*/not-before 2026-02-30T00:00:00Z/' good >text
try 'a day that there is not' 'must be `not-before'
sed 's/^role .*/role/' good >text
try 'a role without a value' 'must be `role'
sed 's/^signer .*/signer nobody/' good >text
try 'a signer who is nobody' 'the statement is by nobody'
sed 's/^role .*/role none/' good >text
sign_text text "$T/alice"
# A medium change of the sample policy asks for no role: none is as good as any, and this one is in form.
hand_in maint "$ID" "$T/alice" text.signed
released srv 'role none is enough where no role is asked for' refs/heads/main "$NEW"

hold_on srv agent
statement srv "$ID" alice maintainer >good
snap srv

# ---- form ----
awk 'NR == 8 { keep = $0; next } NR == 9 { print; print keep; next } { print }' good >text
try 'two lines out of order' 'line 8 must be `old'
awk '{ print } NR == 12 { print }' good >text
try 'a line twice' 'statement: line 13'
sed 12d good >text
try 'a line missing' 'statement: line 12 must be `policy'
sed '12i\
note a line of my own' good >text
try 'an unknown line' 'statement: line 12 must be `policy'
cat good >text; echo 'extra line' >>text
try 'a line behind the last' '(end of text)'
sed '4a\
reason ' good >text
try 'a reason without a value' 'statement: line 5'
sed 's/^decision /decision  /' good >text
try 'two spaces' 'statement: line 4'
sed 's/^decision approve/decision approve /' good >text
try 'a space at the end of a line' 'statement: line 4'
sed 's/^decision/DECISION/' good >text
try 'a key in capitals' 'statement: line 4'
sed 's/$/\r/' good >text
try 'CRLF' 'statement: line 1 has the byte 0x0d'
sed "4a\\
reason $(printf 'na\303\257ve')" good >text
try 'a byte beyond ASCII' 'statement: line 5 has the byte 0xc3'
sed "4a\\
reason $(printf 'a\033[2Jb')" good >text
try 'an escape character' 'statement: line 5 has the byte 0x1b'
printf '%s' "$(cat good)" >text
try 'no line end at the end' 'no line -----BEGIN'
{ echo; cat good; } >text
try 'an empty first line' 'statement: line 1'
sed "4a\\
reason $(printf %04000d 0)" good >text
try 'a text over 4096 bytes' 'more than 4096 bytes'
sed "s/^challenge \\(.*\\)/challenge \\U\\1/" good >text
cmp -s good text || try 'hex digits in capitals' 'must be `challenge'
awk '/^ref /{ g = 1 } { print } /^tree /{ print "ref refs/heads/zzz"; print "old '"$OLD"'"; print "new '"$NEW"'"; print "tree '"$NEW"'" }' good >text
try 'a second ref added' 'statement: line 11 must be `commits'

# ---- changed after it was signed ----
# touched NAME SED: the armor of the good text over a changed one
sign_text good "$T/alice"
cp good.signed kept.signed
touched() {
	sed "$2" good >text
	cat text good.sig >text.signed
	hand_in maint "$ID" "$T/alice" text.signed
	refused srv "$1" 'does not verify'
}
touched 'approve turned into deny after signing' 's/^decision approve/decision deny/'
touched 'the role changed after signing' 's/^role maintainer/role security/'
touched 'the end moved after signing' "s/^not-after .*/not-after $(at '+1 hour')/"
touched 'a reason put in after signing' '4a\
reason because'

# ---- the signature ----
cp good text
hand_in maint "$ID" "$T/alice" text
refused srv 'a text without a signature' 'no line -----BEGIN SSH SIGNATURE-----'
cp good.sig text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'a signature without a text'
sign_text good "$T/alice"
cat good good.sig good.sig >text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'two signatures' 'more than one signature'
{ cat good good.sig; echo junk; } >text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'junk after the armor, which ssh-keygen would take'
sed 's/^\([A-Za-z0-9+/]\{30\}\)./\1_/' good.sig >bad.sig
cat good bad.sig >text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'armor that is no base64'
head -n 3 good.sig >bad.sig
cat good bad.sig >text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'armor cut short'
for ns in git file grant.v1@refgate approval.v2@refgate; do
	sign_text good "$T/alice" $ns
	hand_in maint "$ID" "$T/alice" good.signed
	refused srv "a signature for namespace $ns" namespace
done
sign_text good "$T/bob"
hand_in maint "$ID" "$T/bob" good.signed
refused srv "her text under bob's key" "the statement is by alice, but the key that signed is bob's"
hand_in maint "$ID" "$T/alice" good.signed
refused srv "bob's signature on the ref of her key" 'the ref names another key'
sign_text good "$T/mallory"
hand_in maint "$ID" "$T/mallory" good.signed
refused srv "a stranger's signature" 'belongs to nobody'

# ---- the in-box ----
sign_text good "$T/alice"
BLOB=$(git -C maint hash-object -w "$T/good.signed")
FP=$(fp "$T/alice")
inbox() { # NAME REF [TEXT]
	run git -C maint push origin "$BLOB:$2"
	refused srv "$1" ${3:+"$3"}
}
inbox 'a place without a key' "refs/approvals/$ID"
inbox 'a place without an id' "refs/approvals/$FP"
inbox 'a fingerprint in capitals' "refs/approvals/$ID/$(echo "$FP" | tr a-f A-F)"
inbox 'a fingerprint too short' "refs/approvals/$ID/$(echo "$FP" | cut -c 1-63)"
inbox 'a level too deep' "refs/approvals/$ID/$FP/x"
inbox 'an id that is none' "refs/approvals/ILOU0000/$FP"
inbox 'a pending that is not there' "refs/approvals/00000000/$FP" 'there is no pending 00000000'
inbox 'straight to where it counts' "refs/refgate/approvals/$ID/$FP"
commit_file maint x y
run git -C maint push origin "HEAD:refs/approvals/$ID/$FP"
refused srv 'a commit in the in-box'
run git -C maint push origin "HEAD^{tree}:refs/approvals/$ID/$FP"
refused srv 'a tree in the in-box'
run git -C maint push origin ":refs/approvals/$ID/$FP"
isnt "$STATUS" 0 'a deletion in the in-box is refused'
unmoved srv 'and changes nothing'
{ cat good; printf '%09000d\n' 0; cat good.sig; } >text.signed
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'a blob over 8 KiB'
git -C maint reset -q --hard origin/main
: >empty
hand_in maint "$ID" "$T/alice" empty
refused srv 'an empty blob'

# ---- beside content, atomic or not ----
git -C agent checkout -q --detach origin/main
commit_file agent low 'on a branch'
run env TEST_ACTOR=codex-bot git -C agent push origin HEAD:refs/heads/topic "$(git -C agent hash-object -w "$T/text"):refs/approvals/$ID/$FP"
refused srv 'a bad statement beside good content refuses the push whole'
is "$(git -C srv.git for-each-ref refs/approvals)" '' 'nothing ever stayed in the in-box'
is "$(log_count srv '.ev == "approval_rejected"' | awk '{ print ($1 > 40) }')" 1 'every refused statement of a pending is in the record'

# ---- and the good one is good ----
sed 's/$//' good >text
hand_in maint "$ID" "$T/alice" kept.signed
released srv 'the untouched text, signed with the right key, releases' refs/heads/main "$NEW"
log_verifies srv
done_testing
