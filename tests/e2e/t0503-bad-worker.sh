#!/bin/sh
# The worker is missing, cannot be executed, dies, hangs, or answers nonsense: the push is refused with what happened, nothing moves, no
# process stays. The gate believes nothing that it did not check.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

mkdir bin
cp "$BUILD/refgate" bin/refgate
cp "$BUILD/refgate-worker" bin/refgate-worker
cp bin/refgate-worker real-worker
_keys
signer srv.rules alice "$T/alice"
cat >srv.rules/policy.yml <<'EOP'
version: 1
limits: {judging: 3s}
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold}
  high: {action: hold}
  critical: {action: hold}
EOP
new_repo srv
"$T/bin/refgate" init srv.git --identity env:TEST_ACTOR --policy srv.rules >.init 2>&1 || { not_ok 'init' "$(cat .init)"; done_testing; }
new_clone srv agent
commit_file agent a a

# worker: a shell script takes the place of the worker. The real one behind it may not write files, and its two readings end one after
# the other, so both come through pipes.
worker() {
	rm -f bin/refgate-worker
	{ echo '#!/bin/sh'; cat; } >bin/refgate-worker
	chmod +x bin/refgate-worker
}

# push NAME TEXT...: refused with every TEXT
push() {
	_pn=$1
	shift
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/topic
	refused srv "$_pn" "$@"
}

rm bin/refgate-worker
push 'no worker' 'refgate-worker is neither beside refgate' "$T/bin"
cp real-worker bin/refgate-worker
chmod 644 bin/refgate-worker
push 'a worker that may not be executed' refgate-worker
rm bin/refgate-worker
mkdir bin/refgate-worker
push 'a folder in its place' refgate-worker
rmdir bin/refgate-worker
echo 'not a program' >bin/refgate-worker
chmod 755 bin/refgate-worker
push 'a file that is no program' refgate-worker
printf '#!/nonexistent/interpreter\n' >bin/refgate-worker
push 'a script without its interpreter' refgate-worker
: >bin/refgate-worker
push 'an empty file' refgate-worker

worker <<'EOW'
exit 3
EOW
push 'a worker that ends with 3' 'refgate-worker ended with 3'
worker <<'EOW'
exit 0
EOW
push 'a worker that says nothing' worker
worker <<'EOW'
kill -9 $$
EOW
push 'a worker that is killed' 'refgate-worker was killed by signal 9'
worker <<'EOW'
kill -31 $$
EOW
push 'a worker that seccomp would kill' 'refgate-worker was killed by signal 31'
worker <<'EOW'
cat >/dev/null
echo all is well
EOW
push 'a worker that answers a word' worker
worker <<'EOW'
cat >/dev/null
head -c 100000 /dev/urandom
EOW
push 'a worker that answers noise' worker
worker <<EOW
exec "$T/real-worker" 2>/dev/null
EOW
push 'a worker whose second reading is missing' worker
worker <<EOW
exec "$T/real-worker" >/dev/null
EOW
push 'a worker whose first reading is missing' worker
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
cat "$T/facts"
cat "$T/judged" >&2
EOW
snap srv
push_as codex-bot agent origin HEAD:refs/heads/topic
isnt "$OUT" '' '(the two readings exchanged)'
# Of a low change both readings have no findings, so exchanging them is no lie; what differs is told below.
if [ "$STATUS" = 0 ]; then
	git -C srv.git update-ref -d refs/heads/topic
	ok 'two readings exchanged say the same of a low change'
else
	unmoved srv 'two readings exchanged are refused'
fi
quiet srv

# The real answer, changed at one byte, then one too many, one too few: a worker that was taken over can say what it likes in its one
# reading; about the facts the other one contradicts it.
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
cat "$T/judged"; cat "$T/facts" >&2
EOW
commit_file agent b b
push_as codex-bot agent origin HEAD:refs/heads/probe
is "$STATUS" 0 'an answer passed on unchanged lands'
is "$(cmp judged facts 2>&1 | head -n 1 | grep -c EOF)" 0 '(both readings are there)'
size=$(wc -c <judged)
push_one() { # NAME: topic of its own
	snap srv
	commit_file agent "c$1" "$1" >/dev/null 2>&1
	push_as codex-bot agent origin "HEAD:refs/heads/x$1"
}
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
cat "$T/judged"; printf x
cat "$T/facts" >&2
EOW
push_one 1
refused srv 'one byte too many' worker
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
head -c -1 "$T/judged"
cat "$T/facts" >&2
EOW
push_one 2
refused srv 'one byte too few' worker
for at in 0 4 5 9 13 17 21; do
	worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
head -c $at "$T/judged"; printf '\377'; tail -c +$((at + 2)) "$T/judged"
cat "$T/facts" >&2
EOW
	push_one "at$at"
	if [ "$STATUS" = 0 ]; then
		not_ok "byte $at of the answer is 0xff: refused"
	else
		unmoved srv "byte $at of the answer is 0xff: refused"
	fi
done
# The facts lie: another digest of the commits, another tree, in one reading only.
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
cat "$T/judged"
tree=\$(git -C "$T/agent" rev-parse HEAD^{tree})
sed "s/\$tree/$(git -C agent rev-parse HEAD~1^{tree})/g" "$T/facts" >&2
EOW
push_one tree
refused srv 'the second reading has another tree' 'two readings of refs/heads/xtree do not agree'
worker <<EOW
{ "$T/real-worker" 2>&3 3>&- | cat >"$T/judged"; } 3>&1 | cat >"$T/facts"
tree=\$(git -C "$T/agent" rev-parse HEAD^{tree})
sed "s/\$tree/$(git -C agent rev-parse HEAD~1^{tree})/g" "$T/judged"
cat "$T/facts" >&2
EOW
push_one tree2
refused srv 'the first reading has another tree' 'two readings of refs/heads/xtree2 do not agree'
# A valid head and counts beyond all bounds.
for count in '\377\377\377\377' '\377\377\377\177' '\000\000\001\000'; do
	worker <<EOW
cat >/dev/null
printf 'REP1\001$count'
head -c 1000000 /dev/zero
EOW
	push 'a valid-looking answer with a count beyond bounds' worker
done
worker <<'EOW'
cat >/dev/null
printf 'REP1\001'
exec head -c 40000000 /dev/zero
EOW
push 'a valid-looking answer of 40 MB' 'more than'
worker <<'EOW'
cat >/dev/null
exec yes REP1
EOW
push 'an answer without end' 'more than'
worker <<'EOW'
cat >/dev/null
exec yes REP1 >&2
EOW
push 'a second reading without end' 'more than'

# ---- hanging ----
worker <<EOW
echo \$\$ >"$T/worker.pid"
sleep 600 &
echo \$! >"$T/child.pid"
wait
EOW
push 'a worker that hangs: over at the limit' 'judging took over 3 s' 'raise limits.judging'
gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }
yes 'and it is no more' gone "$(cat worker.pid)"
yes 'nor is what it started' gone "$(cat child.pid)"
worker <<'EOW'
exec </dev/null
exec sleep 600
EOW
push 'a worker that does not read and hangs' 'judging took over'
worker <<'EOW'
exec >/dev/null 2>&1
sleep 600
EOW
push 'a worker that closes its answer and hangs' ''

# ---- the pusher goes away while the worker works ----
worker <<EOW
echo \$\$ >"$T/worker.pid"
exec sleep 600
EOW
rm -f worker.pid
snap srv
TEST_ACTOR=codex-bot git -C agent push origin HEAD:refs/heads/leaves >left.out 2>&1 &
pusher=$!
i=0
while [ ! -s worker.pid ] && [ $i -lt 500 ]; do
	sleep 0.02
	i=$((i + 1))
done
kill -9 $pusher
wait $pusher 2>/dev/null
i=0
while ! gone "$(cat worker.pid)" && [ $i -lt 500 ]; do
	sleep 0.02
	i=$((i + 1))
done
yes 'a pusher that goes away does not leave a worker behind for long' gone "$(cat worker.pid)"
quiet srv
unmoved srv 'and moves nothing'

rm -f bin/refgate-worker
cp real-worker bin/refgate-worker
push_as codex-bot agent origin HEAD:refs/heads/end
is "$STATUS" 0 'with its worker back the gate works'
quiet srv
is "$(ls srv.git/refgate/inflight)" '' 'and nothing stays in flight'
rm bin/refgate
commit_file agent z z
snap srv
push_as codex-bot agent origin HEAD:refs/heads/end
isnt "$STATUS" 0 'without refgate itself the stubs refuse'
says 'with one clear line' 'is missing, so this push is refused'
unmoved srv 'and nothing moves'
"$RG" log verify --repo srv.git >.v 2>&1
is "$?" 0 'the log verifies'
done_testing
