#!/bin/sh
# A signature that was good somewhere or once is good nowhere else and never again: another repository, ref, pending or time; after a
# revert; after its release; after it was superseded. Every statement here is one that really released (or could have).
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice

# sign_for SERVER ID FILE: alice's good statement for a pending, in FILE.signed
sign_for() {
	statement "$1" "$2" alice maintainer >"$3" && sign_text "$T/$3" "$T/alice"
}

# ---- a copy of the repository: the same commits, and by a mirror clone the same records, another id of the repository ----
hold_on srv agent
sign_for srv "$ID" first
git clone -q --mirror srv.git copy.git
yes 'a mirror clone is gated' "$RG" init copy.git --identity env:TEST_ACTOR
isnt "$(git -C copy.git config refgate.repoId)" "$(git -C srv.git config refgate.repoId)" 'under an id of its own'
is "$(record copy "$ID" .id)" "$ID" 'the record of the pending came along'
snap copy
hand_in maint "$ID" "$T/alice" first.signed "$T/copy.git"
refused copy 'what was signed for the first is refused on the copy' 'another repository'
approve_here alice copy "$ID"
isnt "$STATUS" 0 'nor can the record of the first be signed there'
unmoved copy 'and nothing moves'
# A fork gated on its own that holds the very same push.
new_repo fork
git -C fork.git fetch -q ../srv.git '+refs/heads/*:refs/heads/*'
"$RG" init fork.git --identity env:TEST_ACTOR >/dev/null 2>&1
snap fork
push_as codex-bot agent "$T/fork.git" "$NEW:refs/heads/main"
FORK_ID=$(json .id)
is "$(json .verdict)" hold 'a fork that was gated on its own holds the same commit'
isnt "$FORK_ID" "$ID" 'under another id'
snap fork
hand_in maint "$FORK_ID" "$T/alice" first.signed "$T/fork.git"
refused fork 'what was signed for the one is refused on the other' 'statement: line 2 must be `repo-id'
hand_in maint "$ID" "$T/alice" first.signed "$T/fork.git"
refused fork 'under the id of the one too' "there is no pending $ID"

# ---- the same twice: idempotent while open, refused when released ----
hand_in maint "$ID" "$T/alice" first.signed
released srv 'the statement releases where it was signed for' refs/heads/main "$NEW"
A=$OLD
B=$NEW
snap srv
hand_in maint "$ID" "$T/alice" first.signed
refused srv 'the same statement after the release' "pending $ID was released already" 'an approval counts once'

# ---- another ref, the same commit ----
push_as codex-bot agent origin "$B:refs/heads/release/1.0"
held srv 'the released commit is held on another protected ref'
OTHER=$ID
snap srv
hand_in maint "$OTHER" "$T/alice" first.signed
refused srv 'the approval for main does not serve release/1.0' 'statement: line'
sed "s,^ref .*,ref refs/heads/release/1.0,; s/^pending .*/pending $OTHER/" first >text
sign_text "$T/text" "$T/alice"
hand_in maint "$OTHER" "$T/alice" text.signed
refused srv 'nor does one that was fitted by hand: the challenge is another' 'must be `challenge'
deny_as alice maint "$OTHER"

# ---- A-B-A: back to A by a signed decision, then the agent brings B again ----
git -C maint fetch -q origin
git -C agent fetch -q origin
push_as codex-bot agent origin "+$A:refs/heads/main"
is "$(json .verdict)" reject 'the policy ref is never forced'
# release/2.0 is protected and no policy ref.
push_as codex-bot agent origin "$A:refs/heads/release/2.0"
approve_as alice maint "$(json .id)"
push_as codex-bot agent origin "$B:refs/heads/release/2.0"
ID=$(json .id)
sign_for srv "$ID" ab
hand_in maint "$ID" "$T/alice" ab.signed
released srv 'A to B is released' refs/heads/release/2.0 "$B"
AB=$ID
push_as codex-bot agent origin "+$A:refs/heads/release/2.0"
ID=$(json .id)
statement srv "$ID" alice maintainer >ba && sign_text "$T/ba" "$T/alice"
hand_in maint "$ID" "$T/alice" ba.signed
statement srv "$ID" bob security >ba2 && sign_text "$T/ba2" "$T/bob"
hand_in maint "$ID" "$T/bob" ba2.signed
released srv 'and back to A, by a decision of its own' refs/heads/release/2.0 "$A"
snap srv
push_as codex-bot agent origin "$B:refs/heads/release/2.0"
held srv 'A to B once more is held once more'
isnt "$ID" "$AB" 'as a pending of its own'
snap srv
hand_in maint "$ID" "$T/alice" ab.signed
refused srv 'the old approval under the new id is refused' "must be \`pending $ID"
hand_in maint "$AB" "$T/alice" ab.signed
refused srv 'and under its own id' 'was released already'
# The challenge alone, too: everything else fitted, signed by the right key.
sed "s/^pending .*/pending $ID/" ab >text
record srv "$ID" .statement | grep '^log ' >log
sed -i "/^log /d" text
cat log >>text
sign_text "$T/text" "$T/alice"
hand_in maint "$ID" "$T/alice" text.signed
refused srv 'with id and log line fitted, the challenge stops it' 'must be `challenge'
approve_as alice maint "$ID"
released srv 'a new signature releases it' refs/heads/release/2.0 "$B"

# ---- another pending of the same agent ----
hold_on srv agent refs/heads/main
ONE=$ID
sign_for srv "$ONE" one
hold_on srv agent refs/heads/release/1.0
TWO=$ID
snap srv
hand_in maint "$TWO" "$T/alice" one.signed
refused srv 'the statement of one pending on another' "must be \`pending $TWO"

# ---- superseded ----
git -C agent fetch -q origin
git -C agent checkout -q -f --detach origin/main
commit_file agent newer newer
push_as codex-bot agent origin HEAD:main
held srv 'a later push to the same ref is held'
isnt "$ID" "$ONE" 'under a new id'
no 'and takes the place of the first' sh -c "git -C srv.git rev-parse -q --verify refs/refgate/pending/$ONE"
snap srv
hand_in maint "$ONE" "$T/alice" one.signed
refused srv 'the approval of the superseded one is refused, with the later one named' "pending $ONE was superseded by $ID"
rg wait "$ONE" --repo srv.git
is "$STATUS" 1 'wait on it is exit 1'
says 'and names the later one' superseded "$ID"
hand_in maint "$ID" "$T/alice" one.signed
refused srv 'and it does not serve the later one'
# An actor of another name does not supersede.
push_as other-bot agent origin HEAD:main
isnt "$(json .id)" "$ID" "another actor's same push is a pending of its own"
is "$(pendings srv | grep -c -x -e "$ID" -e "$(json .id)")" 2 'and leaves the first open'

# ---- signed before it was held: no statement can exist before its challenge ----
is "$(cut -d ' ' -f 2 first one ab | sort -u | wc -l | awk '{ print ($1 > 10) }')" 1 '(the texts differ)'
is "$(sed -n 's/^challenge //p' first one ab ba two 2>/dev/null | sort | uniq -d)" '' 'no challenge was given twice'

# ---- the same key again while open: the later one stands ----
new_server two --maintainer "bob:$T/bob.pub" || done_testing
new_clone two agent2
git -C agent2 checkout -q --detach origin/main
mkdir -p agent2/.refgate
printf '\n' >>agent2/.refgate/policy.yml
git -C agent2 commit -qam 'a blank line in the policy'
push_as codex-bot agent2 origin HEAD:main
ID=$(json .id)
is "$(json .tier)" critical 'a push that needs two persons'
new_clone two maint2 alice
statement two "$ID" alice maintainer >a1 && sign_text "$T/a1" "$T/alice"
snap two
hand_in maint2 "$ID" "$T/alice" a1.signed
is "$STATUS" 0 'the first signature is recorded'
open_still two "$ID" 'and is not enough'
hand_in maint2 "$ID" "$T/alice" a1.signed
is "$STATUS" 0 'the same once more is taken'
open_still two "$ID" 'and still counts once'
is "$(git -C two.git for-each-ref "refs/refgate/approvals/$ID" | grep -c .)" 1 'one statement a key is kept'
statement two "$ID" alice security >a2 && sign_text "$T/a2" "$T/alice"
hand_in maint2 "$ID" "$T/alice" a2.signed
says 'the later one of a key stands: now the other role is missing' 'still needed: 1 of role maintainer'
is "$(log_count two '.ev == "approval_received"')" 3 'the record keeps all three'
clean_two=$(git -C two.git for-each-ref refs/approvals)
is "$clean_two" '' 'nothing stays in the in-box'
log_verifies srv
log_verifies two
done_testing
