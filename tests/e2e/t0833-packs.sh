#!/bin/sh
# Every push leaves a pack. Behind the pushes they are put together, so that the store does not fill with packs and no push grows slower.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
git -C srv.git config gc.auto 0
packs() {
	find srv.git/objects/pack -name '*.pack' | wc -l
}
# pushes N REF: N commits, a push each; MOST is the largest number of packs that was seen
pushes() {
	_n=0
	while [ $_n -lt "$1" ]; do
		commit_file agent f "line $_n of $2"
		push_as codex-bot agent origin "HEAD:$2"
		quiet srv
		_p=$(packs)
		[ "$_p" -le "$MOST" ] || MOST=$_p
		_n=$((_n + 1))
	done
}
garbage=$(echo 'nobody needs this' | admin srv hash-object -w --stdin)
MOST=0
pushes 24 refs/heads/agent/x
is "$(oid srv.git refs/heads/agent/x)" "$(oid agent HEAD)" 'twenty-four pushes landed'
yes "and left at most 16 packs at a time ($MOST)" test "$MOST" -le 16
yes "but one each until then ($MOST)" test "$MOST" -ge 10
yes 'nothing is lost' git -C srv.git fsck --full --strict
yes 'not even what no ref leads to' git -C srv.git cat-file -e "$garbage"

# A push that is held whole has no post-receive: its packs are looked after all the same.
git -C agent checkout -q -b held origin/main
MOST=0
pushes 24 refs/heads/main
is "$(pendings srv | wc -l)" 1 'twenty-four pushes were held, each superseding the last'
yes "with at most 16 packs ($MOST)" test "$MOST" -le 16
yes 'and nothing is lost' git -C srv.git fsck --full --strict

# Nor does one that the update hook holds, where that is the only wall.
new_repo upd
for h in pre-receive update post-receive; do
	mkdir -p upd.git/hooks/$h.d
	printf '#!/bin/sh\nfor f in "$GIT_DIR/hooks/%s.d"/*; do "$f" "$@" || exit 1; done\n' $h >upd.git/hooks/$h
	chmod 755 upd.git/hooks/$h
done
"$RG" init upd.git --update-only --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" >init.log 2>&1 || not_ok 'init' "$(cat init.log)"
new_clone upd uagent
n=0
while [ $n -lt 20 ]; do
	commit_file uagent f "line $n"
	push_as codex-bot uagent origin HEAD:refs/heads/main
	quiet upd
	n=$((n + 1))
done
is "$(pendings upd | wc -l)" 1 'twenty pushes were held by update'
yes 'and their packs put together' test "$(find upd.git/objects/pack -name '*.pack' | wc -l)" -le 12

# One at a time, and a push never waits for it.
exec 9>srv.git/refgate/cache/upkeep && flock 9
MOST=0
pushes 18 refs/heads/agent/y
is "$(oid srv.git refs/heads/agent/y)" "$(oid agent HEAD)" 'while upkeep is busy pushes land'
yes "and no second one starts ($MOST packs)" test "$MOST" -gt 16
exec 9>&-
pushes 1 refs/heads/agent/y
yes 'the next push makes up for it' test "$(packs)" -le 8
done_testing
