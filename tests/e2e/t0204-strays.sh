#!/bin/sh
# HOLES 4: git keeps everything that a push sends, so everything is judged, and what no pushed ref leads to is refused.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
commit_file agent a one
new=$(oid agent HEAD)
old=$(oid srv.git refs/heads/main)
key=$(g hash-object -w "$T/leak")
plain=$(echo 'just a blob' | g hash-object -w --stdin)
tree=$(printf '100644 blob %s\tlost\n' "$plain" | g mktree)
commit=$(g commit-tree -m 'lost' "$tree")
g tag -a -m 'a lost tag' lost "$new"
tag=$(oid agent refs/tags/lost)

# pack NAME OID...: what HEAD brings, and these beside it
pack() {
	_f=$1
	shift
	{ g rev-list --objects "$new" "^$old" | cut -d ' ' -f 1; [ $# = 0 ] || printf "%s\n" "$@"; } | g pack-objects -q --stdout >"$_f"
}

try() {
	_f=$1
	_what=$2
	shift 2
	snap srv
	raw_push codex-bot srv ' report-status delete-refs' "$_f" "$@"
	refused srv "$_what" GIT-STRAY
}
pack p.key "$key" && try p.key 'a key beside the commit' "$ZERO $new refs/heads/agent/one"
no 'the key is not on the server' git -C srv.git cat-file -e "$key"
no 'no line of it is printed' grep -q -F -f leak "$OUTFILE"
pack p.blob "$plain" && try p.blob 'a harmless blob beside the commit' "$ZERO $new refs/heads/agent/one"
pack p.tree "$tree" "$plain" && try p.tree 'a tree beside the commit' "$ZERO $new refs/heads/agent/one"
pack p.commit "$commit" "$tree" "$plain" && try p.commit 'a commit beside the commit' "$ZERO $new refs/heads/agent/one"
pack p.tag "$tag" && try p.tag 'a tag beside the commit' "$ZERO $new refs/heads/agent/one"
printf '%s\n' "$key" | g pack-objects -q --stdout >p.only
try p.only 'objects with a ref that is there already' "$ZERO $old refs/heads/agent/old"
for id in GIT-STRAY; do is "$(json '[.findings[].id]|unique|join(" ")')" "$id" 'that is the only finding'; done

# A delete takes no pack; a mixed push does.
snap srv
raw_push codex-bot srv ' report-status delete-refs' p.key "$ZERO $new refs/heads/agent/one" "$(oid srv.git refs/heads/release/1.0) $ZERO refs/heads/release/1.0"
refused srv 'nor beside a deletion' GIT-STRAY

# One hundred of them: told, and counted, in one line.
n=0
while [ $n -lt 100 ]; do
	echo "stray $n"
	n=$((n + 1))
done >strays
s=$(while read -r l; do echo "$l" | g hash-object -w --stdin; done <strays)
# shellcheck disable=SC2086
pack p.many $s
snap srv
raw_push codex-bot srv ' report-status' p.many "$ZERO $new refs/heads/agent/one"
refused srv 'a hundred strays' GIT-STRAY

# A line that git itself will refuse refuses the whole push, with the JSON line.
for r in refs/refgate/x refs/pending/aaaaaaaa/heads/main refs/heads/a..b refs/heads/x.lock 'refs/heads/sp ace' refs/heads/ refs/heads/.x HEAD foo; do
	pack p.plain
	snap srv
	raw_push codex-bot srv ' report-status' p.plain "$ZERO $new $r" "$ZERO $new refs/heads/agent/two"
	refused srv "a push with the line '$r' is refused whole"
done

pack p.plain
snap srv
raw_push codex-bot srv ' report-status' p.plain "$ZERO $new refs/heads/agent/one"
landed srv 'the same commit without strays lands' refs/heads/agent/one "$new"
# An object that another ref of the push leads to is no stray.
pack p.tagged "$tag"
snap srv
raw_push codex-bot srv ' report-status' p.tagged "$ZERO $new refs/heads/agent/two" "$ZERO $tag refs/tags/lost"
held srv 'an object that a held ref of the same push leads to is none' 1 refs/heads/agent/two "$new"
done_testing
