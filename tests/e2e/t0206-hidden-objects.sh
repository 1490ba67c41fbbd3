#!/bin/sh
# HOLES 6: who names an object that lies hidden on the server, without showing that he has it, does not get to read it.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }

# What lies there unreachable: a file, a folder, a commit, a tag (a deleted branch of years ago, a restored backup).
blob=$(echo 'the salary list' | admin srv hash-object -w --stdin)
tree=$(printf '100644 blob %s\tsalaries\n' "$blob" | admin srv mktree)
commit=$(admin srv commit-tree -m 'board meeting' "$tree")
tagobj=$(printf 'object %s\ntype commit\ntag board\ntagger x <x@example.com> 1700000000 +0000\n\nboard\n' "$commit" | admin srv mktag)
public=$(oid srv.git refs/heads/main:README)
main=$(oid srv.git refs/heads/main)

# entry MODE OID NAME: a commit on main with this entry beside the others; only its own objects are in $T/p.pack
commit_with() {
	_t=$({ g ls-tree "$main"; printf '%s %s %s\t%s\n' "$1" "$2" "$3" "$4"; } | g mktree --missing)
	C=$(g commit-tree -p "$main" -m "with $4" "$_t")
	printf '%s\n' "$C" "$_t" | g pack-objects -q --stdout >p.pack
}
try() {
	for ref in refs/heads/agent/thief refs/heads/main; do
		old=$ZERO
		[ $ref != refs/heads/main ] || old=$main
		snap srv
		raw_push codex-bot srv ' report-status' p.pack "$old $2 $ref"
		refused srv "$1 ($ref)" GIT-STEAL
	done
	grep -a -q 'salary list\|board meeting' "$OUTFILE" && not_ok "$1: it is printed"
}
commit_with 100644 blob "$blob" stolen && try 'a tree that names a hidden file' "$C"
commit_with 100755 blob "$blob" stolen && try 'as an executable' "$C"
commit_with 120000 blob "$blob" stolen && try 'as a link' "$C"
commit_with 040000 tree "$tree" stolen && try 'a tree that names a hidden folder' "$C"
c=$(printf 'tree %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\n' "$tree" "$main" | g hash-object -t commit -w --stdin --literally)
echo "$c" | g pack-objects -q --stdout >p.pack
try 'a commit whose whole tree is hidden' "$c"
c=$(printf 'tree %s\nparent %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\n' "$(oid agent "$main^{tree}")" "$main" "$commit" | g hash-object -t commit -w --stdin --literally)
echo "$c" | g pack-objects -q --stdout >p.pack
try 'a merge of a hidden commit' "$c"
g pack-objects -q --stdout </dev/null >p.pack
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $commit refs/heads/agent/thief"
refused srv 'a branch at a hidden commit' GIT-STEAL
for o in "$commit" "$blob" "$tree" "$tagobj"; do
	snap srv
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $o refs/tags/thief"
	refused srv "a tag at a hidden $(git -C srv.git cat-file -t "$o")" GIT-STEAL
	t=$(printf 'object %s\ntype %s\ntag t\ntagger x <x@example.com> 1700000000 +0000\n\nt\n' "$o" "$(git -C srv.git cat-file -t "$o")" | g hash-object -t tag -w --stdin --literally)
	echo "$t" | g pack-objects -q --stdout >t.pack
	snap srv
	raw_push codex-bot srv ' report-status' t.pack "$ZERO $t refs/tags/thief"
	refused srv "an annotated tag of a hidden $(git -C srv.git cat-file -t "$o")" GIT-STEAL
done

# In the middle of a history that removes it again.
commit_with 100644 blob "$blob" stolen
c2=$(g commit-tree -p "$C" -m clean "$main^{tree}")
printf '%s\n' "$C" "$_t" "$c2" | g pack-objects -q --stdout >p.pack
try 'a hidden file in an intermediate commit' "$c2"

# Through an in-box.
g pack-objects -q --stdout </dev/null >p.pack
fp=$(printf '%064d' 0)
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $blob refs/approvals/aaaaaaaa/$fp"
refused srv 'a hidden file as a statement'
no 'it is not printed' grep -a -q 'salary list' "$OUTFILE"

# On a ref that is hidden from fetches.
git -C srv.git config --add uploadpack.hideRefs refs/internal
git -C srv.git update-ref refs/internal/board "$commit"
commit_with 100644 blob "$blob" stolen && try 'a file that only a hidden ref leads to' "$C"
git -C srv.git update-ref -d refs/internal/board

# The twins: what could be fetched may be named.
commit_with 100644 blob "$public" again
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/copy"
landed srv 'a file of main under another name' refs/heads/agent/copy "$C"
commit_with 040000 tree "$(oid srv.git refs/heads/main:src)" again
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/copy2"
landed srv 'a folder of main under another name' refs/heads/agent/copy2 "$C"

g checkout -q -b held "$main" && commit_file agent page 'a page of a pending'
page=$(oid agent HEAD:page)
snap srv
push_as codex-bot agent origin held:refs/heads/main
held srv 'a pending' 1
commit_with 100644 blob "$page" page2
snap srv
raw_push other-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/page"
landed srv 'a file that an open pending shows' refs/heads/agent/page "$C"
git -C srv.git update-ref -d refs/heads/agent/page
deny_as alice maint "$ID"
commit_with 100644 blob "$page" page3
snap srv
raw_push other-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/page"
landed srv 'a file that a pending showed until it was denied' refs/heads/agent/page "$C"
g checkout -q -b short "$main" && commit_file agent note 'a note of a branch'
note=$(oid agent HEAD:note)
push_as codex-bot agent origin short:refs/heads/agent/short
push_as codex-bot agent origin :refs/heads/agent/short
commit_with 100644 blob "$note" note2
snap srv
raw_push other-bot srv ' report-status' p.pack "$ZERO $C refs/heads/agent/note"
landed srv 'a file of a branch that was deleted just now' refs/heads/agent/note "$C"

done_testing
