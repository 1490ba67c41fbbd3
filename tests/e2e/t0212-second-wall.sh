#!/bin/sh
# HOLES 12: a hold passes only when the second wall was proved in the same run; and refs that moved around the gate are blocked.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
main=$(oid srv.git refs/heads/main)
commit_file agent a one
cp -a srv.git/hooks hooks.good
cp srv.git/config config.good
restore() {
	rm -rf srv.git/hooks && cp -a hooks.good srv.git/hooks && cp config.good srv.git/config && rm -rf srv.git/otherhooks
}
# broken NAME: a push to main and one to an open branch are refused with a line, and nothing moves
broken() {
	for ref in refs/heads/main refs/heads/agent/x; do
		snap srv
		push_as codex-bot agent origin "HEAD:$ref"
		refused srv "$1: a push to $ref is rejected" 'second wall missing' "${2-}"
	done
	snap srv
	push_as codex-bot agent --atomic origin HEAD:refs/heads/main HEAD:refs/heads/agent/x
	refused srv "$1: an atomic push too" 'second wall missing'
	rg doctor srv.git
	isnt "$STATUS" 0 "$1: doctor says so"
	restore
}
rm srv.git/hooks/proc-receive && broken 'proc-receive removed' proc-receive
chmod 644 srv.git/hooks/proc-receive && broken 'proc-receive not executable' proc-receive
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/proc-receive && broken 'proc-receive replaced' proc-receive
sed 's/hook proc-receive/hook version/' hooks.good/proc-receive >srv.git/hooks/proc-receive && broken 'proc-receive changed by a word' proc-receive
printf '\n' >>srv.git/hooks/proc-receive && broken 'proc-receive longer by a line' proc-receive
rm srv.git/hooks/proc-receive && mkdir srv.git/hooks/proc-receive && broken 'proc-receive a folder' proc-receive
rm srv.git/hooks/proc-receive && ln -s /bin/true srv.git/hooks/proc-receive && broken 'proc-receive a link to something else' proc-receive
git -C srv.git config --unset-all receive.procReceiveRefs && broken 'receive.procReceiveRefs unset' procReceiveRefs
git -C srv.git config receive.procReceiveRefs refs/heads/agent && broken 'receive.procReceiveRefs narrowed' procReceiveRefs
git -C srv.git config receive.procReceiveRefs d:refs && broken 'receive.procReceiveRefs for deletions only' procReceiveRefs
git -C srv.git config receive.procReceiveRefs '!:refs/heads/main' && broken 'receive.procReceiveRefs turned off for main' procReceiveRefs
rm srv.git/hooks/update && broken 'update removed' update
chmod 644 srv.git/hooks/update && broken 'update not executable' update
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/update && broken 'update replaced' update

# core.hooksPath: git then starts other hooks, or none. With refgate's stubs copied there, pre-receive still sees it.
mkdir srv.git/otherhooks && cp -a hooks.good/pre-receive srv.git/otherhooks/
git -C srv.git config core.hooksPath "$T/srv.git/otherhooks"
for ref in refs/heads/main refs/heads/agent/x; do
	snap srv
	push_as codex-bot agent origin "HEAD:$ref"
	refused srv "core.hooksPath with pre-receive alone: a push to $ref is rejected" hooksPath
done
restore
git -C srv.git config refgate.exe /bin/true
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'refgate.exe pointing elsewhere than the stubs' 'second wall missing'
restore

# The executable away: the stub itself refuses, with one line.
mkdir bin && cp "$BUILD/refgate" "$BUILD/refgate-worker" bin/
new_repo exe && "$T/bin/refgate" init exe.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" >/dev/null 2>&1
new_clone exe agent2 && commit_file agent2 a one
mv bin/refgate bin/away
for ref in refs/heads/main refs/heads/agent/x; do
	snap exe
	push_as codex-bot agent2 origin "HEAD:$ref"
	isnt "$STATUS" 0 "the executable missing: a push to $ref is refused"
	like "$OUT" 'refgate is missing' 'with a clear line'
	unmoved exe 'and nothing moved'
done
mv bin/away bin/refgate
mv bin/refgate-worker bin/away
snap exe
push_as codex-bot agent2 origin HEAD:refs/heads/agent/x
refused exe 'the worker missing' worker
mv bin/away bin/refgate-worker
snap exe
push_as codex-bot agent2 origin HEAD:refs/heads/agent/x
landed exe 'both there again, the push lands' refs/heads/agent/x "$(oid agent2 HEAD)"

# Each wall alone, as the proof looks at it: the same hooks, whole, hold.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'with all walls in place the push is held' 1
deny_as alice maint "$ID"

# Refs that moved around the gate are found, told, and block further pushes to that ref until an admin acknowledges.
push_as codex-bot agent origin HEAD:refs/heads/agent/y
around=$(admin srv commit-tree -p refs/heads/agent/y -m 'around the gate' 'refs/heads/agent/y^{tree}')
git -C srv.git update-ref refs/heads/agent/y "$around"
git -C agent fetch -q origin && git -C agent checkout -q -B y "$around" && commit_file agent b two
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/y
refused srv 'a push to a ref that moved around the gate is refused' 'doctor --acknowledge refs/heads/agent/y'
snap srv
push_as codex-bot agent origin :refs/heads/agent/y
refused srv 'so is its deletion' 'doctor --acknowledge refs/heads/agent/y'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/z
landed srv 'other refs go on' refs/heads/agent/z "$(oid agent HEAD)"
rg doctor srv.git --acknowledge refs/heads/agent/nothing
isnt "$STATUS" 0 'a ref that is not there cannot be acknowledged'
rg doctor srv.git --acknowledge refs/heads/agent/y
is "$STATUS" 0 'the admin acknowledges'
is "$(log_count srv '.ev == "acknowledged" and .ref == "refs/heads/agent/y"')" 1 'the log has it'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/y
landed srv 'and the push lands' refs/heads/agent/y "$(oid agent HEAD)"

# What landed while our hooks were not the ones that ran is found by post-receive.
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/pre-receive
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/update
git -C srv.git config --unset-all receive.procReceiveRefs
commit_file agent c three
push_as codex-bot agent origin HEAD:refs/heads/agent/y
is "$STATUS" 0 'with every wall down git lets the push land'
like "$OUT" 'without a decision' 'post-receive tells'
is "$(log_count srv '.ev == "ungated" and any(.refs[]; .ref == "refs/heads/agent/y")')" 1 'and records it as ungated'
restore
commit_file agent d four
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/y
refused srv 'with the walls up again the ref is blocked' 'doctor --acknowledge refs/heads/agent/y'
rg doctor srv.git --acknowledge refs/heads/agent/y
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/y
landed srv 'until it is acknowledged' refs/heads/agent/y "$(oid agent HEAD)"

# An empty main that an admin deleted on the server, protected refs made there.
is "$(oid srv.git refs/heads/main)" "$main" 'main stands through all of it'
rg log verify --repo srv.git
is "$STATUS" 0 'the log verifies'
done_testing
