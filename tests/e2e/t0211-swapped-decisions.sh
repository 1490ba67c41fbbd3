#!/bin/sh
# HOLES 11: a decision belongs to one push, one actor, one use.
. "$(dirname "$0")/../lib/testlib.sh"
_keys && new_repo srv
# The host's own update hook refuses what it finds in a file.
cat >srv.git/hooks/update <<'E'
#!/bin/sh
grep -q -x -F "$1" "$GIT_DIR/refuse" 2>/dev/null && { echo "host: $1 is frozen" >&2; exit 1; }
exit 0
E
chmod +x srv.git/hooks/update
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'a server with an update hook of its own'
new_clone srv agent
commit_file agent a one
a=$(oid agent HEAD)

echo refs/heads/agent/x >srv.git/refuse
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
isnt "$STATUS" 0 "the host's update hook refuses what the gate accepted"
like "$OUT" 'agent/x is frozen' 'with its own words'
unmoved srv 'and nothing moved'
ls srv.git/refgate/inflight >"$T/old"

# The decision of that push is not there for another one, in whatever way it comes.
by_hand() {
	(cd srv.git && GIT_DIR=. TEST_ACTOR=codex-bot "$@") >"$OUTFILE" 2>&1
	STATUS=$?
	OUT=$(cat "$OUTFILE")
}
rm srv.git/refuse
snap srv
by_hand hooks/update refs/heads/agent/x $ZERO "$a"
isnt "$STATUS" 0 'update run by hand refuses'
like "$OUT" 'receive-pack|decision' 'because no receive-pack runs it'
by_hand hooks/pre-receive <<E
$ZERO $a refs/heads/agent/x
E
isnt "$STATUS" 0 'pre-receive run by hand refuses'
by_hand hooks/proc-receive </dev/null
isnt "$STATUS" 0 'proc-receive run by hand refuses'
printf '%s %s refs/heads/agent/x\n' $ZERO "$a" | by_hand hooks/post-receive
unmoved srv 'none of them moved anything'
is "$(log_count srv '.ev == "applied"')" 0 'and nothing counts as landed'

# A pre-receive that decides nothing: the next push to reach update finds no decision, though an older one stood there.
cp srv.git/hooks/pre-receive keep.pre && cp srv.git/hooks/proc-receive keep.proc
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/pre-receive
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
isnt "$STATUS" 0 'with pre-receive replaced the very same push finds no decision'
unmoved srv 'and does not land'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
isnt "$STATUS" 0 'nor does one to main'
unmoved srv 'main stands'
git -C srv.git config --unset-all receive.procReceiveRefs
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
isnt "$STATUS" 0 'without proc-receive too, update refuses by itself'
unmoved srv 'and nothing lands'
cp keep.pre srv.git/hooks/pre-receive
rg init srv.git
is "$STATUS" 0 'init repairs'

# A decision in flight copied under another process's key, or a token put where a later push would find it.
echo refs/heads/agent/x >srv.git/refuse
push_as codex-bot agent origin HEAD:refs/heads/agent/x
rm srv.git/refuse
n=0
for d in srv.git/refgate/inflight/*; do
	[ -d "$d" ] || continue
	n=$((n + 1))
	cp -r "$d" "srv.git/refgate/inflight/1-1"
done
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/pre-receive
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
isnt "$STATUS" 0 'a decision that lies under another key is not found'
unmoved srv 'nothing moved'
cp keep.pre srv.git/hooks/pre-receive

# The next ordinary push sweeps what the refused ones left.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/y
landed srv 'the next push lands and leaves nothing of the refused ones' refs/heads/agent/y "$a"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
landed srv 'and the refused one lands by a decision of its own' refs/heads/agent/x "$a"
is "$(log_count srv '.ev == "decision" and any(.refs[]; .ref == "refs/heads/agent/x")')" 3 'each try has its own decision in the log'

# The policy, or a target, moves between the decision and update: the host's hook for the first ref does it, the second is refused.
commit_file agent b two
b=$(oid agent HEAD)
policy=$(oid srv.git refs/refgate/policy)
other=$(printf '100644 blob %s\tpolicy.yml\n' "$(echo 'version: 1' | admin srv hash-object -w --stdin)" | admin srv mktree)
cat >srv.git/hooks/update.chained <<E
#!/bin/sh
[ "\$1" != refs/heads/agent/first ] || git -C "\$GIT_DIR" update-ref refs/refgate/policy $other
E
snap srv
push_as codex-bot agent origin "$b:refs/heads/agent/first" "$b:refs/heads/agent/second"
isnt "$STATUS" 0 'when the policy moves during a push'
like "$OUT" 'policy changed meanwhile; push again' 'the rest of it is told to push again'
no 'and does not land' oid srv.git refs/heads/agent/second
git -C srv.git update-ref refs/refgate/policy "$policy"
cat >srv.git/hooks/update.chained <<E
#!/bin/sh
[ "\$1" != refs/heads/agent/first ] || git -C "\$GIT_DIR" update-ref refs/heads/agent/x $b
E
commit_file agent c three
c=$(oid agent HEAD)
push_as codex-bot agent origin "$c:refs/heads/agent/first" "$c:refs/heads/agent/x"
isnt "$STATUS" 0 'when a target moves during a push'
like "$OUT" 'moved meanwhile|cannot lock ref' 'the rest of it is refused'
is "$(oid srv.git refs/heads/agent/x)" "$b" 'and does not land over it'
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/update.chained
snap srv
push_as codex-bot agent origin "$c:refs/heads/agent/second"
landed srv 'afterwards pushes land as ever' refs/heads/agent/second "$c"
done_testing
