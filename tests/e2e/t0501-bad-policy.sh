#!/bin/sh
# The rules of the gate itself are damaged: a floor that cannot be read or parsed, the policy in force gone or broken, the policy ref
# gone or moved behind the gate's back. Every push is refused, or judged by what was signed last; the message names the file and the way.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice
hold_on srv agent refs/heads/release/1.0
WAITS=$ID
git -C agent checkout -q --detach origin/main
commit_file agent low low

# push NAME TEXT...: a low push to a branch of its own is refused with every TEXT
t=0
push() {
	_pn=$1
	shift
	t=$((t + 1))
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/t$t
	refused srv "$_pn" "$@"
}

# ---- the host's floor ----
floor() { git -C srv.git config refgate.floor "$T/floor.yml"; }
floor
push 'a floor that is not there' 'floor cannot be read' floor.yml
mkdir floor.yml
push 'a floor that is a folder' 'floor cannot be read'
rmdir floor.yml
: >floor.yml
push 'an empty floor' 'policy'
echo 'version: 2' >floor.yml
push 'a floor of another version' 'version' floor.yml
printf 'version: 1\nprotected: [refs/heads/main\n' >floor.yml
push 'a floor that is no YAML' ':'
printf 'version: 1\nno-such-key: 1\n' >floor.yml
push 'a floor with an unknown key' no-such-key ':2'
printf 'version: 1\ntiers:\n  low: {action: maybe}\n' >floor.yml
push 'a floor with an unknown action' maybe
head -c 4000 /dev/urandom >floor.yml
push 'a floor of noise' floor.yml UTF-8
printf 'version: 1\npeople:\n  eve: {roles: [maintainer]}\n' >floor.yml
push 'a floor that names people' people
approve_here alice srv "$WAITS"
isnt "$STATUS" 0 'under a floor that does not load nothing is approved either'
unmoved srv 'and nothing moves'
printf 'version: 1\n' >floor.yml
push_as codex-bot agent origin HEAD:refs/heads/topic
is "$STATUS" 0 'a floor that loads lets the push land'
printf 'version: 1\nprotected: [refs/heads/*]\ntiers:\n  low: {action: hold}\n  medium: {action: hold}\n  high: {action: hold}\n  critical: {action: hold}\n' >floor.yml
commit_file agent low2 low2
push_as codex-bot agent origin HEAD:refs/heads/topic
is "$(json .verdict)" hold 'and a stricter one makes it stricter'
git -C srv.git config --unset refgate.floor

# ---- the policy in force ----
commit_file agent low3 low3
tree=$(oid srv.git refs/refgate/policy)
git -C srv.git update-ref -d refs/refgate/policy
push 'no policy in force' 'no policy is in force' 'refgate init'
git -C srv.git update-ref refs/refgate/policy "$(oid srv.git main)"
push 'what is in force is no folder of rules' policy
blob=$(echo 'version: 1' | git -C srv.git hash-object -w --stdin)
git -C srv.git update-ref refs/refgate/policy "$blob"
push 'nor a file' policy
bad=$(printf 'version: 1\nnope: 1\n' | git -C srv.git hash-object -w --stdin)
badtree=$(printf '100644 blob %s\tpolicy.yml\n' "$bad" | git -C srv.git mktree)
git -C srv.git update-ref refs/refgate/policy "$badtree"
push 'a policy in force that does not parse' 'the policy in force' policy.yml:2 nope
empty=$(printf '' | git -C srv.git mktree)
git -C srv.git update-ref refs/refgate/policy "$empty"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'an empty folder of rules: the shipped rules, under which nobody can sign' 'is not the one that was signed'
git -C srv.git update-ref refs/refgate/policy "$tree"
# Its cached form is damaged or foreign: it is read anew.
for f in srv.git/refgate/cache/policy-*; do
	head -c 100 /dev/urandom >"$f"
done
push_as codex-bot agent origin HEAD:refs/heads/topic5
is "$STATUS" 0 'a damaged cache of the policy is read anew'
for f in srv.git/refgate/cache/*; do : >"$f"; done
commit_file agent low6 low6
push_as codex-bot agent origin HEAD:main
is "$(json .verdict)" hold 'so are empty caches'
snap srv

# ---- the policy ref ----
quiet srv
git -C agent fetch -q origin
git -C agent checkout -q --detach origin/main
main=$(oid srv.git main)
commit_file agent low7 low7
git -C srv.git update-ref -d refs/heads/main
snap srv
push_as codex-bot agent origin HEAD:refs/heads/topic6
low=$STATUS
like "$OUT" 'policy|main' 'a policy ref that is gone is told about'
is "$low" 0 'an open branch is judged by the rules signed last'
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
is "$(json .verdict)" hold 'a protected one is held by them'
git -C srv.git update-ref refs/heads/main "$main"

# Moved behind the gate's back: another .refgate/ on it takes no force.
git -C maint fetch -q origin
git -C maint checkout -q -B main origin/main
printf 'version: 1\ntiers:\n  low: {action: accept}\n  medium: {action: accept}\n  high: {action: accept}\n  critical: {action: accept}\n' >maint/.refgate/policy.yml
git -C maint commit -qam 'all is allowed'
git -C srv.git fetch -q ../maint main
git -C srv.git update-ref refs/heads/main "$(oid maint HEAD)"
git -C agent fetch -q origin
git -C agent checkout -q --detach origin/release/1.0
commit_file agent low8 low8
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
is "$(json .verdict)" hold 'rules that nobody signed are not in force'
says 'and the message says how an admin accepts them' 'is not the one that was signed' 'refgate doctor --acknowledge'
git -C agent checkout -q --detach origin/main
commit_file agent low9 low9
snap srv
push_as codex-bot agent origin HEAD:main
refused srv 'the ref that moved without a decision takes no push' 'which no decision put there' 'refgate doctor --acknowledge refs/heads/main'
git -C srv.git update-ref refs/heads/main "$main"
# Without its .refgate/.
git -C maint checkout -q -f --detach "$main"
git -C maint rm -q -r .refgate
git -C maint commit -qm 'no rules'
git -C srv.git fetch -q ../maint HEAD
git -C srv.git update-ref refs/heads/main "$(oid maint HEAD)"
snap srv
git -C agent fetch -q origin
git -C agent checkout -q --detach origin/release/1.0
commit_file agent low10 low10
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
is "$(json .verdict)" hold 'a policy ref without .refgate/ leaves the signed rules in force'
git -C srv.git update-ref refs/heads/main "$main"
# Made symbolic.
git -C srv.git update-ref refs/heads/other "$main"
"$RG" doctor srv.git --acknowledge refs/heads/other >/dev/null 2>&1
git -C srv.git symbolic-ref refs/heads/main refs/heads/other
snap srv
git -C agent fetch -q origin
git -C agent checkout -q --detach "$main"
commit_file agent low11 low11
push_as codex-bot agent origin HEAD:main
refused srv 'a symbolic policy ref takes no push' refs/heads/other
git -C srv.git symbolic-ref -d refs/heads/main
git -C srv.git update-ref refs/heads/main "$main"

# ---- settings taken away ----
for key in refgate.repoId refgate.policyRef refgate.exe receive.fsckObjects receive.unpackLimit receive.procReceiveRefs; do
	was=$(git -C srv.git config --get $key)
	git -C srv.git config --unset $key
	push "git's $key gone" refgate\ init
	git -C srv.git config $key "$was"
done
git -C srv.git config receive.shallowUpdate true
push 'receive.shallowUpdate on again' shallowupdate
git -C srv.git config receive.shallowUpdate false
git -C srv.git config receive.denyDeleteCurrent warn
push 'receive.denyDeleteCurrent lowered' denydeletecurrent
git -C srv.git config receive.denyDeleteCurrent refuse
git -C srv.git config core.hooksPath "$T/nowhere"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/around
isnt "$STATUS" 0 'with core.hooksPath elsewhere git finds no proc-receive, and refuses'
unmoved srv 'nothing moves'
git -C srv.git config --unset core.hooksPath
git -C agent checkout -q --detach "$main"
commit_file agent low13 low13
push_as codex-bot agent origin HEAD:refs/heads/topic13
is "$STATUS" 0 'all mended, the next push lands'
quiet srv
log_verifies srv
done_testing
