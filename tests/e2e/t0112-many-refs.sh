#!/bin/sh
# 10,000 branches and 10,000 tags on the server; pushes of thousands of refs at once. REFGATE_LONG=1 pushes 10,000 of them.
. "$(dirname "$0")/../lib/testlib.sh"
MANY=2000
[ -z "${REFGATE_LONG-}" ] || MANY=10000

_keys && new_repo srv
c=$(oid srv.git main)
many() {
	awk -v n="$1" -v oid="$2" -v what="$3" 'BEGIN { for (i = 0; i < n; i++) printf "create refs/%s%05d %s\n", what, i, oid }' |
		git -C "$4" update-ref --stdin
}
many 10000 "$c" heads/b/ srv.git
many 10000 "$c" tags/t srv.git
git -C srv.git pack-refs --all
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init with 20,000 refs'
git clone -q --no-tags --single-branch -b main srv.git agent 2>/dev/null && ident agent codex-bot
git clone -q --no-tags --single-branch -b main srv.git maint 2>/dev/null && ident maint alice

commit_file agent a one
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/one
landed srv 'a push lands among 20,000 refs' refs/heads/agent/one "$(oid agent HEAD)"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'and is held among them' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$(oid agent HEAD)" 'and released'
clean_left srv
snap srv
push_as codex-bot agent origin HEAD:refs/heads/b/05000
landed srv 'a packed branch among them is updated' refs/heads/b/05000 "$(oid agent HEAD)"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/t07777
refused srv 'a branch named like one of 10,000 tags is refused' refs/tags/t07777
snap srv
push_as codex-bot agent origin HEAD:refs/heads/B/00001
refused srv 'a letter-case twin of one of 10,000 branches is refused' refs/heads/b/00001

# Many refs in one push.
many "$MANY" "$(oid agent HEAD)" heads/mass/ agent
snap srv
push_as codex-bot agent -q origin 'refs/heads/mass/*:refs/heads/mass/*'
is "$STATUS" 0 "a push of $MANY new branches lands"
is "$(git -C srv.git for-each-ref refs/heads/mass | grep -c "^$(oid agent HEAD) ")" "$MANY" 'with every one of them'
clean_left srv
"$RG" log verify --repo srv.git >/dev/null 2>&1
is $? 0 'the log verifies'

commit_file agent b two
git -C agent for-each-ref --count=200 --format="update %(refname) $(oid agent HEAD)" refs/heads/mass | git -C agent update-ref --stdin
snap srv
push_as codex-bot agent -q origin 'refs/heads/mass/*:refs/heads/mass/*'
is "$STATUS" 0 '200 of them move in one push'
is "$(git -C srv.git for-each-ref refs/heads/mass | grep -c "^$(oid agent HEAD) ")" 200 'every one of those, and no other'

# Held: a person signs a text of at most 4 KiB, so a dozen refs wait together; thousands are refused whole. None of them lands.
many 2500 "$(oid agent HEAD)" tags/release- agent
snap srv
push_as codex-bot agent -q origin 'refs/tags/release-*:refs/tags/release-*'
refused srv 'a push of 2,500 protected tags is refused' 'fewer refs'
snap srv
push_as codex-bot agent -q origin 'refs/tags/release-0000*:refs/tags/release-0000*' 'refs/tags/release-0001*:refs/tags/release-0001*'
refused srv 'one of twenty too' 'fewer refs'
snap srv
push_as codex-bot agent -q origin 'refs/tags/release-0000*:refs/tags/release-0000*'
held srv 'a push of ten is held' 1
is "$(record srv "$ID" '.refs|length')" 10 'the record has every one'
approve_as alice maint "$ID"
is "$(git -C srv.git for-each-ref 'refs/tags/release-*' | grep -c "^$(oid agent HEAD) ")" 10 'one approval releases all ten'
clean_left srv

# Findings that fill the list of what travels must not let a protected ref through beside them.
# One file too few, just enough, one too many: each on a branch of its own.
git -C agent checkout -q -b flood && mkdir -p agent/.github/workflows
before=$(oid srv.git refs/heads/main)
total=0
for n in 1996 1 1 1 1 1; do
	i=0
	while [ $i -lt $n ]; do
		: >"agent/.github/workflows/w$((total + i)).yml"
		i=$((i + 1))
	done
	total=$((total + n))
	git -C agent add -A && git -C agent commit -q -m "flood $total"
	push_as codex-bot agent -q origin "flood:refs/heads/flood/$total" "$(oid agent main):refs/heads/main"
	is "$STATUS $(oid srv.git refs/heads/main)" "1 $before" "main does not land beside $total findings"
done

# One reject among thousands refuses them all.
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
git -C agent checkout -q main && git -C agent checkout -q -b leak && cp leak agent/k && git -C agent add k && git -C agent commit -q -m key
git -C agent for-each-ref --format="update %(refname) $(oid agent HEAD~1)" refs/heads/mass | git -C agent update-ref --stdin
git -C agent update-ref refs/heads/mass/99999 "$(oid agent HEAD)"
snap srv
push_as codex-bot agent -q --force origin 'refs/heads/mass/*:refs/heads/again/*'
refused srv 'one rejected ref refuses thousands' refs/heads/again/99999
is "$(json '(.refs|length) + .more_refs')" $((MANY + 1)) 'the JSON line counts the refs that do not fit'
is "$(json '.refs[0].ref + " " + .refs[0].verdict')" 'refs/heads/again/99999 reject' 'and shows first the one that is in the way'

# More ref lines than a push may have.
awk -v c="$c" -v z=$ZERO 'BEGIN { for (i = 0; i < 20001; i++) { l = z " " c " refs/heads/over/" i; if (!i) l = l "\001 report-status"; printf "%04x%s", length(l) + 4, l } printf "0000" }' |
	tr '\001' '\000' >raw.in
git -C agent pack-objects -q --stdout </dev/null >>raw.in
snap srv
TEST_ACTOR=codex-bot git receive-pack srv.git <raw.in >report 2>"$OUTFILE"
STATUS=1
refused srv 'a push of 20,001 refs is refused with the number' 20000
done_testing
