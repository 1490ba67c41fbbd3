#!/bin/sh
# Links, names, modes and hidden text, as pushes bring them: trees that `git add` refuses are written by hand.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
blob() { printf '%b' "$1" | g hash-object -w --stdin; }

# tree_commit: mktree lines on stdin become the branch `here`, beside what the base holds
tree_commit() {
	t=$({ g ls-tree origin/main; cat; } | g mktree --missing)
	g update-ref refs/heads/here "$(g commit-tree -p origin/main -m odd "$t")"
}
# try NAME ID WANT: the branch is pushed, the finding of that id is told, the ref does not move
try() {
	snap srv
	push_as codex-bot agent --force origin here:refs/heads/agent/x
	_begin
	[ "$(json "[.findings[]|select(.id==\"$2\")]|length > 0")" = true ] || _because "no $2"
	case $(json .verdict) in
	hold | reject) ;;
	*) _because "verdict $(json .verdict)" ;;
	esac
	[ -z "$(git -C srv.git for-each-ref refs/heads/agent/x)" ] || _because 'the ref moved'
	_end "$1: $2, and no ref moves"
}

printf '120000 blob %s\tl\n' "$(blob /etc/passwd)" | tree_commit
try 'a link to an absolute path' GIT-SYM-OUT
printf '120000 blob %s\tl\n' "$(blob ../../x)" | tree_commit
try 'a link out of the tree' GIT-SYM-OUT
printf '120000 blob %s\tl\n' "$(blob .GIT/hooks)" | tree_commit
try 'a link into .git' GIT-SYM-GITDIR
printf '120000 blob %s\t.gitattributes\n' "$(blob modules)" | tree_commit
try 'a link for .gitattributes' GIT-SYM-CTRL
printf '100644 blob %s\tName\n100644 blob %s\tname\n' "$(blob a)" "$(blob b)" | tree_commit
try 'two names that differ in case' GIT-CASE
printf '160000 commit 1234567890123456789012345678901234567890\tsub\n' | tree_commit
try 'a submodule' GIT-SUB-SHA
printf '100644 blob %s\taux.c\n' "$(blob a)" | tree_commit
try "a device's name" GIT-PATHBAD
o=$(printf '100644 blob %s\tx\n' "$(blob a)" | g mktree)
printf '040000 tree %s\trepo\n' "$({ printf '100644 blob %s\tHEAD\n040000 tree %s\tobjects\n040000 tree %s\trefs\n' "$(blob 'ref: x')" "$o" "$o"; } | g mktree)" | tree_commit
try 'a repository inside' GIT-BAREREPO
printf '100644 blob %s\ta.c\n' "$(blob 'int x; /* \342\200\256 */\n')" | tree_commit
try 'a mark of direction in code' UNI-BIDI
printf '100644 blob %s\ta.bin\n' "$(blob '\177ELF\002\001\001\000')" | tree_commit
try 'a program' GIT-BIN

# it comes and goes within one push
printf '100644 blob %s\ta.c\n' "$(blob 'int x; /* \342\200\256 */\n')" | tree_commit
g update-ref refs/heads/here "$(g commit-tree -p here -m clean 'origin/main^{tree}')"
try 'a mark of direction that came and went' UNI-BIDI
try 'a mark of direction that came and went' GIT-CHURN

# what stood there before says nothing when something else changes
g checkout -q -B quiet origin/main
printf 'a\nb\n' >agent/plain.txt && g add plain.txt && g commit -q -m plain
push_as codex-bot agent origin quiet:refs/heads/agent/quiet
is "$(git -C srv.git rev-parse refs/heads/agent/quiet)" "$(g rev-parse quiet)" 'an ordinary file lands'
g update-ref refs/heads/here "$(g commit-tree -p origin/main -m "$(printf 'hide \342\200\256 this')" 'origin/main^{tree}')"
try 'a mark of direction in a message' UNI-BIDI

# a merge: what no side has is told, what both have is not
g checkout -q -B side origin/main && commit_file agent s.txt s
g checkout -q -B here origin/main && commit_file agent t.txt t
g merge -q --no-commit side >/dev/null 2>&1
echo evil >agent/evil.txt && g add evil.txt && g commit -q -m merge
g branch -q -D side
try 'a file that only the merge has' GIT-MERGE
g checkout -q -B side origin/main && commit_file agent s.txt s
g checkout -q -B here origin/main && commit_file agent t.txt t
g merge -q --no-commit side >/dev/null 2>&1
echo evil >agent/s.txt && g add s.txt && g commit -q -m merge
g branch -q -D side
push_as codex-bot agent --force origin here:refs/heads/agent/y
is "$STATUS" 0 'one side alone has the file: it may have moved'
done_testing
