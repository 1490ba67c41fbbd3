#!/bin/sh
# The moments between the hooks of one push, held open by the repository's own hooks: another push, a release, a change of policy slip in.
# The late one is refused by git or the second wall, with what to do; a decision serves its own push once.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
new_repo srv
# An own hook that waits while $T/hold.<hook> exists, for pushes of slow-bot, and says that it does in $T/at.<hook>.
for h in pre-receive update; do
	cat >"srv.git/hooks/$h" <<EOP
#!/bin/sh
[ "\$TEST_ACTOR" = slow-bot ] || exit 0
echo "\$1" >"$T/at.$h"
i=0
while [ -f "$T/hold.$h" ] && [ \$i -lt 1500 ]; do sleep 0.02; i=\$((i + 1)); done
exit 0
EOP
	chmod +x "srv.git/hooks/$h"
done
"$RG" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" --maintainer "bob:$T/bob.pub" >/dev/null 2>&1
new_clone srv slow slow
new_clone srv fast fast
new_clone srv maint alice

# begin HOOK ARGS...: slow-bot pushes and waits in that hook
begin() {
	_bh=$1
	shift
	rm -f at.$_bh
	: >hold.$_bh
	TEST_ACTOR=slow-bot git -C slow push "$@" >slow.out 2>&1 &
	SLOW=$!
	_i=0
	while [ ! -f at.$_bh ] && [ $_i -lt 1500 ]; do
		sleep 0.02
		_i=$((_i + 1))
	done
	[ -f at.$_bh ] || not_ok "the push waits in $_bh"
}

# finish HOOK: lets it go on; STATUS and OUT are those of its push
finish() {
	rm -f "hold.$1"
	wait $SLOW
	STATUS=$?
	cp slow.out "$OUTFILE"
	OUT=$(cat slow.out)
	quiet srv
}

two_commits() { # each clone has a commit of its own on main's tip
	n=${n-0}
	n=$((n + 1))
	for c in slow fast; do
		git -C $c fetch -q origin
		git -C $c checkout -q -f --detach "$(oid srv.git main)"
		commit_file $c $c$n $n
	done
	S=$(oid slow HEAD)
	F=$(oid fast HEAD)
}

# ---- the ref moves while the push is being judged ----
two_commits
begin pre-receive origin HEAD:refs/heads/t1
push_as fast-bot fast origin HEAD:refs/heads/t1
is "$STATUS" 0 'another push makes the branch meanwhile'
finish pre-receive
isnt "$STATUS" 0 'the waiting one is refused'
json_line 'with a line of JSON' reject
like "$OUT" 'refs/heads/t1 (moved|is at|stands|was)|not what|fetch' 'that says that the ref moved'
is "$(oid srv.git refs/heads/t1)" "$F" 'the branch is where the first one put it'
clean_left srv 'nothing is left'

# ---- between decision and update: a push of two refs waits at the first ----
two_commits
begin update origin HEAD:refs/heads/a2 HEAD:refs/heads/b2
push_as fast-bot fast origin HEAD:refs/heads/b2
is "$STATUS" 0 'another push makes the second branch meanwhile'
finish update
isnt "$STATUS" 0 'the waiting push fails'
is "$(oid srv.git refs/heads/a2)" "$S" 'its first branch landed'
is "$(oid srv.git refs/heads/b2)" "$F" 'its second did not'
says 'and that is said' 'refs/heads/b2 moved meanwhile; fetch and push again'
log_verifies srv

# ---- between update and git's own ref transaction ----
two_commits
begin update origin HEAD:refs/heads/t3
is "$(cat at.update)" refs/heads/t3 '(the waiting push has been let through by the second wall)'
push_as fast-bot fast origin HEAD:refs/heads/t3
is "$STATUS" 0 'another push makes the branch meanwhile'
finish update
isnt "$STATUS" 0 'git refuses the waiting one: the value it knows is gone'
is "$(oid srv.git refs/heads/t3)" "$F" 'the branch is where the first one put it'
is "$(log_count srv "(.ev == \"applied\" or .ev == \"ungated\") and (.refs|map(.new)|index(\"$S\"))")" 0 'nothing is recorded as landed of it'

# ---- the policy changes between decision and update ----
two_commits
begin update origin HEAD:refs/heads/a4 HEAD:refs/heads/b4
git -C maint fetch -q origin
git -C maint checkout -q -f -B main origin/main
printf '# tighter times\n' >>maint/.refgate/policy.yml
git -C maint commit -qam 'a comment in the policy'
push_as policy-bot maint origin HEAD:main
ID=$(json .id)
run sh -c "cd maint && '$RG' approve $ID --yes --as alice --key '$T/alice' --role maintainer && '$RG' approve $ID --yes --as bob --key '$T/bob'"
is "$(oid srv.git main)" "$(oid maint HEAD)" 'a change of the policy is released meanwhile'
finish update
isnt "$STATUS" 0 'the waiting push fails'
is "$(oid srv.git refs/heads/b4)" '' 'what was decided under the old policy does not land'
says 'and that is said' 'the policy changed meanwhile; push again'
git -C slow push -q origin HEAD:refs/heads/b4 >/dev/null 2>&1
push_as slow-bot slow origin HEAD:refs/heads/b4
is "$(oid srv.git refs/heads/b4)" "$S" 'pushed again it lands'

# ---- a pending is released while a push that builds on it is on its way ----
two_commits
push_as one-bot slow origin HEAD:main
ONE=$(json .id)
commit_file slow more$n more
begin pre-receive origin HEAD:main
ID=$ONE
approve_as alice maint "$ONE"
is "$(oid srv.git main)" "$S" 'the first is released while the second is on its way'
finish pre-receive
isnt "$STATUS" 0 'the second does not land by that'
is "$(oid srv.git main)" "$S" 'main is at the first'
clean_left srv 'nothing is left'

# ---- a decision is spent: an accept of one push is none for another ----
two_commits
begin update origin HEAD:refs/heads/t6
key=$(ls srv.git/refgate/inflight)
isnt "$key" '' '(a decision is in flight)'
is "$(find srv.git/refgate/inflight -name '*.spent' | wc -l)" 1 'it was taken away before the hook answered'
# The very same values from another process: its own decision is needed, so pre-receive is asked again and the log has two.
n1=$(log_count srv '.ev == "decision"')
push_as slow2-bot slow origin HEAD:refs/heads/t6
is "$(log_count srv '.ev == "decision"')" $((n1 + 1)) 'the same push by another is decided on its own'
is "$STATUS" 0 'and lands'
finish update
isnt "$STATUS" 0 'so the waiting one finds the ref moved'
is "$(oid srv.git refs/heads/t6)" "$S" '(to the same commit)'
log_verifies srv
done_testing
