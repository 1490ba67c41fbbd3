#!/bin/sh
# HOLES 7: malformed and two-faced objects; a repository whose guards were taken down.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
main=$(oid srv.git refs/heads/main)
b1=$(echo one | g hash-object -w --stdin)
b2=$(echo two | g hash-object -w --stdin)
empty=$(g mktree </dev/null)
# bin OID: twenty bytes
bin() { printf '%b' "$(printf '%s' "$1" | sed 's/\(..\)/\\0\1/g' | awk '{ n = split($0, a, "\\\\0"); for (i = 2; i <= n; i++) printf "\\0%03o", h(a[i]) } function h(s) { return index("0123456789abcdef", substr(s, 1, 1)) * 16 - 16 + index("0123456789abcdef", substr(s, 2, 1)) - 1 }')"; }
# tree 'MODE NAME OID'...: any tree whatever
tree() {
	for e in "$@"; do
		set -- $e
		printf '%s %s\0' "$1" "$2"
		bin "$3"
	done | g hash-object -t tree -w --stdin --literally
}
commit() {
	printf 'tree %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\n' "$1" "$main" |
		g hash-object -t commit -w --stdin --literally
}
# send NAME FSCK-IDS WORD REF NEW OBJECT...: refused by git's fsck; and where those messages are switched off by the gate itself,
# with WORD (- where git refuses it in any case)
send() {
	_name=$1
	_id=$2
	_word=$3
	_ref=$4
	_new=$5
	shift 4
	printf '%s\n' "$@" | g pack-objects -q --stdout >p.pack
	snap srv
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $_new $_ref"
	is "$(printf '%s' "$REPORT" | grep -c 'ng ')" 1 "$_name: refused while git checks objects"
	unmoved srv "$_name: no ref moved"
	for _i in $(echo "$_id" | tr , ' '); do git -C srv.git config "receive.fsck.$_i" ignore; done
	snap srv
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $_new $_ref"
	if [ "$_word" = - ]; then
		isnt "$STATUS" 0 "$_name: refused also where $_id is ignored"
		unmoved srv "$_name: no ref moved"
	else
		refused srv "$_name: refused by the gate where $_id is ignored" "$_word"
	fi
	for _i in $(echo "$_id" | tr , ' '); do git -C srv.git config --unset "receive.fsck.$_i"; done
}
t=$(tree "100644 a $b1" "100644 a $b2")
c=$(commit "$t")
send 'a tree with one name twice' duplicateEntries GIT-MALFORMED refs/heads/agent/x "$c" "$t" "$b1" "$b2"
t=$(tree "100644 a $b1" "100644 a.b $b2" "40000 a $empty")
c=$(commit "$t")
send 'a tree with a file and a folder of one name' duplicateEntries GIT-MALFORMED refs/heads/agent/x "$c" "$t" "$b1" "$b2" "$empty"
t=$(tree "100644 b $b1" "100644 a $b2")
c=$(commit "$t")
send 'a tree out of order' treeNotSorted GIT-MALFORMED refs/heads/agent/x "$c" "$t" "$b1" "$b2"
t=$(tree "100644 a/b $b1")
c=$(commit "$t")
send 'a tree with a path as a name' fullPathname GIT-MALFORMED refs/heads/agent/x "$c" "$t" "$b1"
t=$(tree "40000 .GiT $empty")
c=$(commit "$t")
send 'a folder named .GiT' hasDotgit GIT- refs/heads/agent/x "$c" "$t" "$empty"
t=$(tree "100644 .. $b1")
c=$(commit "$t")
send 'an entry named ..' hasDotdot GIT- refs/heads/agent/x "$c" "$t" "$b1"
t=$(tree "100644 a $ZERO")
c=$(commit "$t")
send 'an entry without an object' nullSha1 - refs/heads/agent/x "$c" "$t"
t=$(tree "0100644 a $b1")
c=$(commit "$t")
send 'a mode with a zero before it' zeroPaddedFilemode GIT-MALFORMED refs/heads/agent/x "$c" "$t" "$b1"
t=$(g mktree </dev/null)
c=$(printf 'tree %s\ntree %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\n' "$t" "$t" "$main" | g hash-object -t commit -w --stdin --literally)
send 'a commit with two trees' missingAuthor,missingCommitter GIT-MALFORMED refs/heads/agent/x "$c" "$t"
c=$(printf 'tree %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\nauthor y <y@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\n' "$t" "$main" | g hash-object -t commit -w --stdin --literally)
send 'a commit with two authors' multipleAuthors GIT-MALFORMED refs/heads/agent/x "$c" "$t"
c=$(printf 'tree %s\nparent %s\nauthor x <x@example.com> 1700000000 +0000\ncommitter x <x@example.com> 1700000000 +0000\n\nx\000hidden\n' "$t" "$main" | g hash-object -t commit -w --stdin --literally)
send 'a commit with a NUL' nulInCommit GIT-MALFORMED refs/heads/agent/x "$c" "$t"
c=$(commit "$t")
a=$(printf 'object %s\ntype commit\ntype tree\ntag t\ntagger x <x@example.com> 1700000000 +0000\n\nt\n' "$c" | g hash-object -t tag -w --stdin --literally)
send 'a tag with two types' extraHeaderEntry - refs/tags/t "$a" "$c" "$t"
a=$(printf 'object %s\ntype tree\ntag t\ntagger x <x@example.com> 1700000000 +0000\n\nt\n' "$c" | g hash-object -t tag -w --stdin --literally)
send 'a tag that lies about its object' badType - refs/tags/t "$a" "$c" "$t"
clean_left srv

# The guards that init set, taken down one by one: nothing is judged until they stand again.
commit_file agent ok ok
guard() {
	_what=$1
	shift
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/agent/guard
	isnt "$STATUS" 0 "$_what: the push is refused"
	json_line "$_what: with a JSON line" reject
	for _t in "$@"; do like "$OUT" "$_t" "$_what: the answer names $_t"; done
	unmoved srv "$_what: no ref moved"
	is "$(ls -A srv.git/refgate/inflight)" '' "$_what: nothing in flight"
}
git -C srv.git config receive.fsckObjects false
guard 'receive.fsckObjects=false' '[Ff]sck[Oo]bjects'
git -C srv.git config --unset receive.fsckObjects
guard 'receive.fsckObjects unset' '[Ff]sck[Oo]bjects'
git -C srv.git config receive.fsckObjects true
git -C srv.git config receive.shallowUpdate true
guard 'receive.shallowUpdate=true' '[Ss]hallow[Uu]pdate'
git -C srv.git config receive.shallowUpdate false
mkdir -p srv.git/info
echo "$main" >srv.git/info/grafts
guard 'info/grafts' grafts
rm srv.git/info/grafts
git -C srv.git config remote.far.url /nowhere
git -C srv.git config remote.far.promisor true
guard 'a promisor remote' promisor
git -C srv.git config --remove-section remote.far
git -C srv.git update-ref "refs/replace/$main" "$(oid srv.git refs/heads/release/1.0)"
guard 'a replace ref' refs/replace
git -C srv.git update-ref -d "refs/replace/$main"
cp srv.git/config keep
git -C srv.git config core.repositoryFormatVersion 1 && git -C srv.git config extensions.objectFormat sha256
push_as codex-bot agent origin HEAD:refs/heads/agent/guard
isnt "$STATUS" 0 'an object format that is another: the push is refused'
cp keep srv.git/config
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/guard
landed srv 'with every guard in place it lands' refs/heads/agent/guard "$(oid agent HEAD)"

# init repairs what it can.
git -C srv.git config receive.fsckObjects false
git -C srv.git config --unset receive.denyDeleteCurrent
git -C srv.git config --unset core.logAllRefUpdates
rg init srv.git
is "$STATUS" 0 'init again repairs'
is "$(git -C srv.git config receive.fsckObjects) $(git -C srv.git config receive.denyDeleteCurrent) $(git -C srv.git config core.logAllRefUpdates)" \
	'true refuse true' 'all settings'

# Alternates are listed.
new_repo pool
echo "$T/pool.git/objects" >srv.git/objects/info/alternates
rg doctor srv.git
like "$OUT" 'pool.git/objects' 'doctor lists alternates'
done_testing
