#!/bin/sh
# HOLES 9: the policy ref, squatted, deleted, forced, edited, drifting; and `.refgate/` anywhere else.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }
start() { g fetch -q origin && g checkout -q -B here origin/main && g clean -q -fdx; }
rules() { oid srv.git refs/refgate/policy; }
edit() { git -C agent add -A && git -C agent commit -q -m "${1:-edit the rules}"; }

# Squatting, deleting, forcing.
start
commit_file agent a one
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main/x
refused srv 'main/x would make the policy ref impossible' refs/heads/main
snap srv
push_as codex-bot agent origin HEAD:refs/heads/master/x
refused srv 'master/x would make a protected literal name impossible' refs/heads/master
snap srv
push_as codex-bot agent origin :refs/heads/main
refused srv 'the policy ref is not deleted' 'never deleted'
snap srv
push_as codex-bot agent --force origin "$(g commit-tree -m x 'HEAD^{tree}'):refs/heads/main"
refused srv 'nor forced' 'never forced'
snap srv
push_as codex-bot agent --atomic origin :refs/heads/main HEAD:refs/heads/main/x
refused srv 'nor replaced by a branch below its name'
new_repo gone && rg init gone.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
admin gone update-ref -d refs/heads/main
new_clone gone agent9 && git -C agent9 checkout -q -b m origin/release/1.0 && commit_file agent9 a one
snap gone
push_as codex-bot agent9 origin HEAD:refs/heads/main/x
refused gone 'also while the policy ref is missing' refs/heads/main
snap gone
push_as codex-bot agent9 origin HEAD:refs/heads/release/1.0
held gone 'while it is missing protected refs hold' 1
like "$OUT" 'doctor --acknowledge' 'and the message says how an admin ends that'

# HEAD is not followed: the policy ref was pinned by init.
start
commit_file agent b two
push_as codex-bot agent origin HEAD:refs/heads/agent/evil
git -C srv.git symbolic-ref HEAD refs/heads/agent/evil
mkdir -p agent/.refgate && echo 'version: 1' >agent/.refgate/policy.yml && edit
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/evil
is "$(git -C srv.git config refgate.policyRef) $(rules)" "refs/heads/main $(oid srv.git refs/heads/main:.refgate)" 'HEAD moved to another branch does not move the policy'
git -C srv.git symbolic-ref HEAD refs/heads/main

# Edits.
before=$(rules)
start
printf 'mode: observe\n' >>agent/.refgate/policy.yml && edit
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'an edit of the rules is held' 1
is "$(json .tier)" critical 'as critical'
like "$(json '[.findings[].id]|join(" ")')" GATE-RULES 'as GATE-RULES'
is "$(rules)" "$before" 'the rules in force are the old ones'
deny_as alice maint "$ID"
is "$(rules)" "$before" 'also after the denial'

start
printf 'limits:\n  open_per_actor: 19\n' >>agent/.refgate/policy.yml && edit
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'another edit is held' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$(oid agent HEAD)" 'a signature lands it'
is "$(rules)" "$(oid agent HEAD:.refgate)" 'and it comes into force with the commit that lands it'
isnt "$(rules)" "$before" 'it is another one'
is "$(log_count srv '.ev == "policy_changed"')" 2 'the log has it, after the one of init'
clean_left srv

# What does not parse, does not pass its own cases, or would lock everybody out is rejected, not held.
bad() {
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/main
	_n=$1
	shift
	refused srv "$_n" "$@"
}
start
printf 'version: 1\npeeple:\n  alice: {}\n' >agent/.refgate/policy.yml && edit
bad 'an unknown key' 'policy.yml:2' peeple
start
printf 'tiers: [\n' >>agent/.refgate/policy.yml && edit
bad 'broken YAML' policy.yml:
start
printf 'version: 1\nversion: 1\n' >agent/.refgate/policy.yml && edit
bad 'a key twice' 'policy.yml:2'
start
printf 'a: &x 1\nb: *x\n' >>agent/.refgate/policy.yml && edit
bad 'an alias' policy.yml:
start
: >agent/.refgate/allowed_signers && edit
bad 'no signer left' 'sign'
start
sed 's/alice:/zoe:/' agent/.refgate/policy.yml >p && cp p agent/.refgate/policy.yml && edit
bad 'the only person without a key'
start
sed 's/roles: \[maintainer\]/roles: [auditor]/' agent/.refgate/policy.yml >p && cp p agent/.refgate/policy.yml && edit
bad 'a role that nobody has' auditor
start
cat alice.pub >agent/.refgate/revoked_keys && edit
bad 'the only key revoked'
start
g rm -q -r .refgate && g commit -q -m 'no rules'
bad 'the folder removed' .refgate
start
g rm -q -r .refgate && mkdir -p agent/.refgate2 && echo x >agent/.refgate && edit
bad 'a file in its place' .refgate
start
rm agent/.refgate/policy.yml && ln -s ../src/main.c agent/.refgate/policy.yml && edit
bad 'a link in its place' policy.yml
start
mkdir -p agent/.refgate/tests/one/before agent/.refgate/tests/one/after && echo x >agent/.refgate/tests/one/after/x
printf 'version: 1\nverdict: reject\n' >agent/.refgate/tests/one/expect.yml && edit
bad 'a case of its own that fails or does not parse' .refgate/tests
start
i=0
while [ $i -lt 1100 ]; do
	echo "version: 1" >"agent/.refgate/f$i"
	i=$((i + 1))
done
edit
bad 'a thousand files'
is "$(rules)" "$(oid srv.git refs/heads/main:.refgate)" 'after all this the rules in force are the signed ones'
clean_left srv

# Elsewhere it is ordinary content, reported: broken or not.
start
printf 'version: 1\nmode: observe\nbroken: [\n' >agent/.refgate/policy.yml && edit
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/rules
landed srv 'on another branch even broken rules land' refs/heads/agent/rules "$(oid agent HEAD)"
like "$OUT" 'accepted, low' 'and are reported'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
held srv 'on a protected branch that holds no policy they are held for the branch' 1
is "$(json .tier)" medium 'as any content'
deny_as alice maint "$ID"
# A merge does not smuggle them in: on the policy ref they count, wherever they come from.
start
printf 'mode: observe\n' >>agent/.refgate/policy.yml && edit
push_as codex-bot agent origin HEAD:refs/heads/release/9.0
approve_as alice maint "$(json .id)"
is "$(oid srv.git refs/heads/release/9.0)" "$(oid agent HEAD)" 'signed on a release branch'
g checkout -q -B merge origin/main && commit_file agent m m && g merge -q --no-edit here >/dev/null
snap srv
push_as codex-bot agent origin merge:refs/heads/main
held srv 'a merge of that branch into the policy ref' 1
is "$(json '.tier + " " + ([.findings[]|select(.id=="GATE-RULES")]|length|tostring)')" 'critical 1' 'is critical, with its GATE-RULES'
deny_as alice maint "$ID"

# A letter-case twin of the folder is not the folder.
start
mkdir agent/.Refgate && echo 'mode: observe' >agent/.Refgate/policy.yml && edit
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'a folder named .Refgate is held like other content or worse' 1
is "$(rules)" "$(oid srv.git refs/heads/main:.refgate)" 'and is not the policy'
deny_as alice maint "$ID"

# Drift: an admin commits on the server.
start
signed=$(rules)
tree=$(oid agent origin/main^{tree})
pol=$(git -C srv.git cat-file blob refs/heads/main:.refgate/policy.yml | sed 's/^mode:.*//' | { cat; echo 'mode: observe'; } | admin srv hash-object -w --stdin)
export GIT_INDEX_FILE="$T/index"
admin srv read-tree "$tree" && admin srv update-index --cacheinfo "100644,$pol,.refgate/policy.yml"
drifted=$(admin srv commit-tree -p refs/heads/main -m 'on the server' "$(admin srv write-tree)")
unset GIT_INDEX_FILE
admin srv update-ref refs/heads/main "$drifted"
is "$(rules)" "$signed" 'a commit on the server does not bring its rules into force'
start
g checkout -q -B here "$drifted" && commit_file agent d d
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
held srv 'observe did not begin: a protected ref holds still' 1
like "$OUT" 'doctor --acknowledge refs/heads/main' 'and the message says how an admin accepts the new state'
deny_as alice maint "$ID"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'main itself stands at a value that nobody decided' 'doctor --acknowledge refs/heads/main'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/drift
is "$STATUS $(oid srv.git refs/heads/agent/drift)" "0 $(oid agent HEAD)" 'open branches go on'
rg doctor srv.git
isnt "$STATUS" 0 'doctor reports the drift'
like "$OUT" '^bad +policy ref' 'in its line'
rg doctor srv.git --acknowledge refs/heads/main
is "$STATUS" 0 'the admin acknowledges'
is "$(rules)" "$(oid srv.git refs/heads/main:.refgate)" 'now the new rules are in force'
is "$(log_count srv '.ev == "acknowledged"')" 1 'and the log has it'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
landed srv 'observe, now acknowledged, lets content land' refs/heads/main "$(oid agent HEAD)"

# A drift to rules that do not parse cannot be acknowledged.
signed=$(rules)
bad=$(echo 'version: [' | admin srv hash-object -w --stdin)
export GIT_INDEX_FILE="$T/index"
admin srv read-tree refs/heads/main && admin srv update-index --cacheinfo "100644,$bad,.refgate/policy.yml"
drifted=$(admin srv commit-tree -p refs/heads/main -m 'broken on the server' "$(admin srv write-tree)")
unset GIT_INDEX_FILE
admin srv update-ref refs/heads/main "$drifted"
rg doctor srv.git --acknowledge refs/heads/main
isnt "$STATUS" 0 'rules that do not parse are not acknowledged'
is "$(rules)" "$signed" 'the signed ones stay in force'

# The policy ref made symbolic.
admin srv update-ref -d refs/heads/main
admin srv symbolic-ref refs/heads/main refs/heads/agent/drift
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
isnt "$STATUS" 0 'with a symbolic policy ref a protected ref does not move'
is "$(rules)" "$signed" 'and the signed rules stay in force'
snap srv
push_as codex-bot agent --force origin HEAD~1:refs/heads/main
refused srv 'nor does the symbolic policy ref' refs/heads/agent/drift
done_testing
