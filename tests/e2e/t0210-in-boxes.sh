#!/bin/sh
# HOLES 10: what arrives at refs/approvals is one small blob of a known form about an open pending, and never stays there.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }
main=$(oid srv.git refs/heads/main)
fp=$(ssh-keygen -l -f alice.pub | awk '{ sub("SHA256:", "", $2); print $2 "=" }' | base64 -d 2>/dev/null | od -A n -t x1 | tr -d ' \n')
commit_file agent a one
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'a push is held' 1
id=$ID
box=refs/approvals/$id/$fp
# box NAME OBJECT [REF]: pushed into the in-box, refused, and nothing stays
try() {
	snap srv
	push_as "${ACTOR-codex-bot}" agent origin "$2:${3-$box}"
	refused srv "$1"
	_begin
	[ -z "$(git -C srv.git for-each-ref refs/approvals refs/trace refs/refgate/approvals refs/refgate/trace)" ] || _because 'something stays'
	[ "$(oid srv.git refs/heads/main)" = "$main" ] || _because 'main moved'
	_end "$1: nothing stays"
}
blob() { g hash-object -w --stdin; }
try 'garbage' "$(echo 'let me in' | blob)"
try 'nothing' "$(: | blob)"
try 'garbage with NUL and escape bytes' "$(printf 'refgate/approval/v1\nrepo-id \000\033[31m\377\n' | blob)"
printable 'and nothing raw is printed of it'
try 'a blob of 9 KiB' "$(head -c 9216 /dev/zero | tr '\0' x | blob)"
try 'a blob of 3 MiB' "$(head -c 3000000 /dev/zero | tr '\0' x | blob)"
like "$OUT" '8192' 'with the number that is the limit'
try 'a commit' "$(oid agent HEAD)"
try 'a tree' "$(oid agent 'HEAD^{tree}')"
g tag -a -m t t HEAD
try 'a tag' "$(oid agent refs/tags/t)"
g tag -a -m tb tb "$(echo 'let me in' | blob)"
try 'a tag of a blob' "$(oid agent refs/tags/tb)"
try 'garbage for a pending that is none' "$(echo x | blob)" "refs/approvals/zzzzzzzz/$fp"
try 'a name without a key' "$(echo x | blob)" "refs/approvals/$id"
try 'a name with a short key' "$(echo x | blob)" "refs/approvals/$id/abcdef"
try 'a name with an upper-case key' "$(echo x | blob)" "refs/approvals/$id/$(echo "$fp" | tr a-f A-F)"
try 'a name that goes deeper' "$(echo x | blob)" "$box/x"
try 'a name beside it all' "$(echo x | blob)" refs/approvals/x
try 'an unsigned statement' "$(record srv "$id" .statement | blob)"

# A whole statement, signed by a stranger, and one signed by alice for the wrong place.
"$RG" show --repo srv.git "$id" --statement --as alice >st 2>/dev/null
ssh-keygen -q -Y sign -n approval.v1@refgate -f mallory st 2>/dev/null
cat st st.sig >st.mallory
try 'a statement signed by a stranger' "$(blob <st.mallory)"
rm -f st.sig && ssh-keygen -q -Y sign -n approval.v1@refgate -f alice st 2>/dev/null
cat st st.sig >st.alice
good=$(blob <st.alice)
try 'a good statement at the place of another key' "$good" "refs/approvals/$id/$(printf '%064d' 1)"
try 'a good statement with one byte more' "$({ cat st.alice; echo; } | blob)"
rm -f st.sig && ssh-keygen -q -Y sign -n git -f alice st 2>/dev/null
try 'a statement signed for another purpose' "$(cat st st.sig | blob)"
# One with a good statement and other objects beside it.
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
printf '%s\n' "$good" "$(blob <leak)" | g pack-objects -q --stdout >p.pack
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $good $box"
refused srv 'a good statement with another object beside it' GIT-STRAY

# Traces are a later issue; until then nothing is taken.
try 'a trace' "$(echo '{}' | blob)" "refs/trace/$(oid agent HEAD)"

# Deleting, and overwriting what was moved.
snap srv
raw_push codex-bot srv ' report-status delete-refs' - "$good $ZERO $box"
unmoved srv 'a delete in the in-box moves nothing'
leftover=$(echo 'left here by a crash' | admin srv hash-object -w --stdin)
git -C srv.git update-ref "$box" "$leftover"
snap srv
push_as codex-bot agent origin ":$box"
refused srv 'what lies there is not deleted by a push'
snap srv
push_as codex-bot agent --force origin "$(echo 'worse' | blob):$box"
refused srv 'nor overwritten by another piece of garbage'
is "$(oid srv.git "$box")" "$leftover" 'it stands, until upkeep or a good statement comes'

# The good statement needs no identity: the signature is the authority. It is moved at once.
snap srv
push_as '' agent --force origin "$good:$box"
is "$STATUS $(oid srv.git refs/heads/main)" "0 $(oid agent HEAD)" 'a good statement from anybody releases, whatever lay in its place'
is "$(git -C srv.git for-each-ref refs/approvals)" '' 'nothing stays in the in-box'
clean_left srv
snap srv
push_as codex-bot agent origin "$good:$box"
refused srv 'and is of no use a second time'
done_testing
