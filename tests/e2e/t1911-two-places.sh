#!/bin/sh
# What a file's bytes mean depends on where they stand: the same objects are judged once in each place, not once in the first.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
new_clone srv agent codex-bot
TOKEN=$(openssl rand -hex 18)
EMPTY=$(git -C agent hash-object -w -t blob /dev/null)

# A commit on branch $1 with the tree $2, and one on top of it with the tree of main again: what was in between is judged all the same.
came_and_went() {
	in=$(git -C agent commit-tree -m in -p origin/main "$2") &&
	out=$(git -C agent commit-tree -m out -p "$in" 'origin/main^{tree}') &&
	git -C agent branch -f "$1" "$out"
}

# The tree of main with the entries of $1 (lines of mktree) beside.
tree_with() {
	{ git -C agent ls-tree origin/main; printf '%s\n' "$1"; } | git -C agent mktree
}

blob() {
	printf '%s' "$1" | git -C agent hash-object -w --stdin
}

folder() {
	printf '100644 blob %s\t%s\n' "$2" "$1" | git -C agent mktree
}

netrc=$(blob "machine example.com login deploy password $TOKEN
")
came_and_went blob "$(tree_with "$(printf '100644 blob %s\t.netrc\n100644 blob %s\t%s' "$netrc" "$netrc" .aaa.txt)")"
snap srv
push_as codex-bot agent origin blob:refs/heads/agent/blob
refused srv 'a blob that is harmless in its first place and a secret in its second is rejected' SEC-TXT .netrc
unlike "$OUT" "$TOKEN" 'and nothing of the secret is shown'

auth=$(folder config.json "$(blob "{\"auths\": {\"registry.example.com\": {\"auth\": \"$(printf 'deploy:%s' "$TOKEN" | base64)\"}}}
")")
came_and_went tree "$(tree_with "$(printf '040000 tree %s\t.a\n040000 tree %s\t.docker' "$auth" "$auth")")"
snap srv
push_as codex-bot agent origin tree:refs/heads/agent/tree
refused srv 'so is a folder' SEC-TXT .docker/config.json

came_and_went name "$(tree_with "$(printf '100644 blob %s\tglpat-%s\n100644 blob %s\t%s' "$EMPTY" "$(openssl rand -hex 10)" "$EMPTY" .a)")"
snap srv
push_as codex-bot agent origin name:refs/heads/agent/name
refused srv 'a secret in the name of an empty file beside another empty file is rejected' SEC-TXT

# Six folders in each of eight folders in each ...: 8^6 places of one file.
nest() {
	t=$(folder a.txt "$(blob 'all the same
')")
	for i in 1 2 3 4 5 6; do
		t=$(for k in $(seq "$1"); do printf '040000 tree %s\td%s\n' "$t" "$k"; done | git -C agent mktree)
	done
	tree_with "$(printf '040000 tree %s\tnest' "$t")"
}
came_and_went bomb "$(nest 8)"
snap srv
push_as codex-bot agent origin bomb:refs/heads/agent/bomb
refused srv 'a few trees that stand for more places than are looked at are refused' GATE-LIMIT 'more places'

came_and_went twin "$(nest 2)"
snap srv
push_as codex-bot agent origin twin:refs/heads/agent/twin
landed srv 'the same at a size that projects have lands' refs/heads/agent/twin "$(oid agent twin)"
done_testing
