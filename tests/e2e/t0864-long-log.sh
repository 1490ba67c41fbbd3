#!/bin/sh
# A clone that keeps nothing of a gate's log yet reads the newest parts of it, not all that were ever shown: what git prints at once is
# bounded, and a log is not. Where the checkpoint it remembers lies farther back, it reads them all.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv || done_testing
new_clone srv agent
new_clone srv early alice
LEAVES=refs/refgate/log/leaves

approve_in() { # DIR ID
	run sh -c 'cd "$1" && shift && exec "$@"' - "$1" "$RG" approve "$2" --yes --as alice --key "$T/alice"
}
hold_on srv agent
approve_in early "$ID"
released srv 'one clone signs early, and remembers' refs/heads/main "$NEW"

for i in $(seq 66); do
	git -C agent checkout -q -f --detach "$NEW" && commit_file agent work "$i"
	TEST_ACTOR=codex-bot git -C agent push -q origin HEAD:refs/heads/main >/dev/null 2>&1
done
hold_on srv agent
is "$(git -C srv.git rev-list --count $LEAVES | awk '{ print ($1 > 64) }')" 1 'the log is shown in more than 64 parts'

# The same parts on a beginning that is none: whoever reads that far is told.
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.com GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.com
tree=$(git -C srv.git mktree </dev/null)
tip=$(echo 'not a part' | git -C srv.git commit-tree "$tree")
for c in $(git -C srv.git rev-list --reverse $LEAVES); do
	tip=$(git -C srv.git cat-file commit "$c" | sed '1,/^$/d' | git -C srv.git commit-tree -p "$tip" "$tree")
done
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
admin srv update-ref $LEAVES "$tip"
git -C early update-ref -d "$(git -C early for-each-ref --format='%(refname)' | grep -F refgate | head -n 1)"
snap srv
approve_in early "$ID"
is "$STATUS" 1 'who remembers a checkpoint from before them reads all of it'
like "$OUT" 'out of form' 'and signs nothing'
unmoved srv 'nothing moves'
new_clone srv late alice
approve_in late "$ID"
released srv 'a clone of today reads the newest and signs' refs/heads/main "$NEW"
done_testing
