#!/bin/sh
# A clone remembers the log it has seen, whatever size it had, and signs nothing for a gate whose log does not continue it: rolled back,
# forked, cut, begun anew, or not shown (HOLES 18). Honest growth, old records, lost caches and many approvals at once are no offence.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv || done_testing
new_clone srv agent
new_clone srv maint alice
new_clone srv other alice

LEAVES=refs/refgate/log/leaves
# parts: "<from> <to>" a line, oldest first
parts() { git -C "$1.git" log --reverse --format=%s $LEAVES | sed 's/^log //'; }
follow() { parts "$1" | awk 'NR == 1 && $1 != 0 { bad = 1 } NR > 1 && $1 != last { bad = 1 } { last = $2 } END { print bad + 0 }'; }
kept() { git -C "$1" for-each-ref --format='%(objectname)' refs/refgate-kept; }
# as_before CLONE NAME [TEXT]...: approve was refused, nothing was signed, nothing moved, the clone remembers what it remembered
as_before() {
	_c=$1
	_n0=$2
	shift 2
	_begin
	[ "$STATUS" = 1 ] || _because "the exit code is $STATUS"
	_check_same srv
	[ "$(kept "$_c") $(git -C "$_c" config refgate.origin.checkpoint)" = "$REMEMBERED" ] || _because 'the clone remembers something else'
	for _t in "$@"; do
		grep -a -q -F -- "$_t" "$OUTFILE" || _because "not said: $_t"
	done
	_end "$_n0"
}
remembered() { REMEMBERED="$(kept "$1") $(git -C "$1" config refgate.origin.checkpoint)"; }

# ---- honest growth ----
hold_on srv agent
approve_as alice other "$ID"
released srv 'a clone that looks for the first time' refs/heads/main "$NEW"
FIRST=$(kept other)
isnt "$FIRST" '' 'keeps what it saw'
hold_on srv agent
approve_as alice maint "$ID"
released srv 'another clone too' refs/heads/main "$NEW"
# Entries without a hold, closed and collected pendings, a packed repository, a lost cache.
for i in 1 2 3; do
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "low-$i" "$i"
	push_as codex-bot agent origin "HEAD:refs/heads/agent/$i"
done
hold_on srv agent
deny_as alice maint "$ID"
quiet srv
rg gc srv.git
git -C srv.git gc -q --prune=now
rm -f srv.git/refgate/leaves
hold_on srv agent
approve_as alice maint "$ID"
released srv 'after gc, prune and a lost cache the log still continues' refs/heads/main "$NEW"
is "$(follow srv)" 0 'its parts follow each other'
hold_on srv agent
approve_as alice other "$ID"
released srv 'a clone that has not looked for long follows too' refs/heads/main "$NEW"
isnt "$(kept other)" "$FIRST" 'and remembers more now'
is "$(git -C maint fsck --connectivity-only 2>&1 | grep -c missing)" 0 'what a clone keeps is whole'
yes 'the repository can be mirrored' git clone -q --mirror srv.git mirror.git
yes 'and is whole there' git -C mirror.git fsck --connectivity-only

# ---- a record older than what the clone remembers ----
hold_on srv agent refs/heads/release/1.0 bot1
OLDER=$ID
OLDER_NEW=$NEW
hold_on srv agent refs/heads/main bot2
approve_as alice maint "$ID"
released srv 'the newer of two pendings is signed first' refs/heads/main "$NEW"
ID=$OLDER
approve_as alice maint "$OLDER"
released srv 'the older one then, whose checkpoint is a prefix' refs/heads/release/1.0 "$OLDER_NEW"

# ---- five at once in one clone ----
IDS=
for i in 1 2 3 4 5; do
	hold_on srv agent "refs/heads/release/at-once-$i" "bot$i"
	IDS="$IDS $ID"
	eval "AT_$i=$NEW; ID_$i=$ID"
done
for i in $IDS; do
	(cd maint && "$RG" approve "$i" --yes --as alice --key "$T/alice" >"$T/at.$i" 2>&1) &
done
wait
quiet srv
for i in 1 2 3 4 5; do
	eval "_want=\$AT_$i; _id=\$ID_$i"
	is "$(oid srv.git "refs/heads/release/at-once-$i")" "$_want" "approval $i of five at once is taken"
	[ "$(oid srv.git "refs/heads/release/at-once-$i")" = "$_want" ] || sed 's/^/# said: /' "$T/at.$_id"
done
is "$(kept maint | grep -c .)" 1 'and one memory is left'
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'and no helper ref'

# ---- rolled back and grown again, longer, by other entries: all of the server is a backup ----
quiet srv
cp -a srv.git backup.git
hold_on srv agent
approve_as alice maint "$ID"
released srv 'the clone sees one more' refs/heads/main "$NEW"
mv srv.git honest.git
cp -a backup.git srv.git
for i in 1 2 3 4; do
	hold_on srv agent refs/heads/main "fork-$i"
done
[ "$(wc -l <srv.git/refgate/audit/log.jsonl)" -gt "$(wc -l <honest.git/refgate/audit/log.jsonl)" ] || not_ok 'the fork is longer'
rg log verify --repo srv.git
is "$STATUS" 0 'a fork that is longer verifies by itself'
remembered maint
snap srv
approve_as alice maint "$ID"
as_before maint 'in the clone that saw the other one it is refused' 'nothing was signed' 'log verify' 'log adopt' \
	'git config --unset refgate.origin.checkpoint'
deny_as alice maint "$ID"
as_before maint 'a denial too: it would witness the fork' 'rolled back or rewritten'
new_clone srv fresh alice
approve_as alice fresh "$ID"
released srv 'a clone that knows nothing cannot tell' refs/heads/main "$NEW"

# ---- rolled back, not grown ----
rm -rf srv.git
cp -a backup.git srv.git
hold_on srv agent refs/heads/main short
snap srv
approve_as alice maint "$ID"
as_before maint 'a log that is shorter is refused' 'nothing was signed'
rm -rf srv.git
mv honest.git srv.git
hold_on srv agent
approve_as alice maint "$ID"
released srv 'the honest one is taken again' refs/heads/main "$NEW"

# ---- what a gate may show instead ----
hold_on srv agent
remembered maint
TIP=$(oid srv.git $LEAVES)
git -C srv.git update-ref -d $LEAVES
snap srv
approve_as alice maint "$ID"
as_before maint 'leaves that are not shown' 'does not show its leaves'
git -C srv.git update-ref $LEAVES "$TIP^"
snap srv
approve_as alice maint "$ID"
as_before maint 'leaves that end before the pending' 'does not contain the checkpoint of this pending'
other_leaves() { # AWK: the newest part, edited, as another commit in its place; l[1..NR] are its lines
	git -C srv.git cat-file commit "$TIP" | awk "{ l[NR] = \$0 } END { $1; for (i = 1; i <= NR; i++) print l[i] }" >edited
	git -C srv.git update-ref $LEAVES "$(git -C srv.git hash-object -t commit -w --stdin <edited)"
	snap srv
	approve_as alice maint "$ID"
}
# The pending's checkpoint covers the entry before the last one in any case.
other_leaves 'l[NR - 1] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'
as_before maint 'a part with another leaf' 'nothing was signed'
other_leaves 'for (i = 1; i <= NR; i++) sub(/^log [0-9]*/, "log 0", l[i])'
as_before maint 'a part out of form' 'out of form'
git -C srv.git update-ref $LEAVES "$(admin srv commit-tree -m hello "$(git -C srv.git mktree </dev/null)")"
snap srv
approve_as alice maint "$ID"
as_before maint 'something else in their place' 'nothing was signed'
git -C srv.git update-ref $LEAVES "$TIP"
approve_as alice maint "$ID"
released srv 'the true ones are taken' refs/heads/main "$NEW"

# ---- cut, and adopted by the admin: recorded, and told to whoever saw what was lost ----
quiet srv
A=srv.git/refgate/audit
head -n 5 $A/log.jsonl >cut && cp cut $A/log.jsonl
rg log adopt --reason 'the disk lost it' --repo srv.git
is "$STATUS" 0 'an admin adopts a log that was cut'
hold_on srv agent
is "$(parts srv | grep -c '^0 ')" 2 'its leaves begin anew'
remembered maint
snap srv
approve_as alice maint "$ID"
as_before maint 'the clone asks before it believes that' 'begun anew' 'log adopt' 'git config --unset refgate.origin.checkpoint'
git -C maint config --unset refgate.origin.checkpoint
approve_as alice maint "$ID"
released srv 'told so, it goes on' refs/heads/main "$NEW"
hold_on srv agent
approve_as alice maint "$ID"
released srv 'and remembers again' refs/heads/main "$NEW"
hold_on srv agent
git -C srv.git update-ref $LEAVES "$TIP"
snap srv
approve_as alice maint "$ID"
is "$STATUS" 1 'the log of before is not taken any more'
unmoved srv 'and nothing moves'
done_testing
