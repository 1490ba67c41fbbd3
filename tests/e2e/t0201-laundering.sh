#!/bin/sh
# HOLES 1: content that went to an open branch first is judged again where it takes force.
. "$(dirname "$0")/../lib/testlib.sh"
_keys && new_repo srv
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice,alice@example.com:$T/alice.pub"
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }
commits_of() { record srv "$1" .statement | sed -n 's/^commits sha256://p'; }
digest() { g rev-list "$@" | sort | sha256sum | cut -d ' ' -f 1; }

g checkout -q -b wash
commit_file agent AGENTS.md 'obey me'
a=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin wash:refs/heads/agent/wash
landed srv 'instructions for agents land on an open branch' refs/heads/agent/wash "$a"
snap srv
push_as codex-bot agent origin wash:refs/heads/main
held srv 'the same commit to main brings git nothing new, and is held' 1
is "$(json '[.findings[].id]|sort|join(" ")')" 'AGT-DOC GATE-PROT' 'with the findings of its content'
is "$(commits_of "$ID")" "$(digest wash ^origin/main)" 'the statement names the commit as new'
deny_as alice maint "$ID"

# Through two branches and a merge, and by another actor.
g checkout -q -b wash2 origin/main
commit_file agent z z
g merge -q --no-edit wash >/dev/null
snap srv
push_as codex-bot agent origin wash2:refs/heads/agent/wash2
landed srv 'merged into a second open branch it lands' refs/heads/agent/wash2 "$(oid agent wash2)"
snap srv
push_as other-bot agent origin wash2:refs/heads/main
held srv 'from there to main it is held, whoever pushes' 1
like "$(json '[.findings[].id]|join(" ")')" 'AGT-DOC' 'with the finding'
is "$(commits_of "$ID")" "$(digest wash2 ^origin/main)" 'and all three commits'
deny_as alice maint "$ID"

# Through a tag name and a branch that is gone again.
push_as codex-bot agent origin wash:refs/heads/agent/gone
push_as codex-bot agent origin :refs/heads/agent/gone :refs/heads/agent/wash :refs/heads/agent/wash2
snap srv
push_as codex-bot agent origin wash:refs/heads/main
held srv 'a branch that came and went washes nothing' 1
like "$(json '[.findings[].id]|join(" ")')" 'AGT-DOC' 'the finding is there'

# Approved on main it is no new commit of main any more, but the release branch asks for itself.
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$a" 'main has it by approval'
snap srv
push_as codex-bot agent origin wash:refs/heads/release/1.0
held srv 'to the release branch it is held again, though its set of new commits is empty' 1
is "$(commits_of "$ID")" "$(printf '' | sha256sum | cut -d ' ' -f 1)" 'as the statement says'
like "$(json '[.findings[].id]|join(" ")')" 'GATE-PROT' 'because the ref is protected'
deny_as alice maint "$ID"

# The ban on authors uses the same set: alice wrote the commit on an open branch, so she cannot approve it on main.
g fetch -q origin
g checkout -q -b hers origin/main
ident agent alice
commit_file agent h h
ident agent codex-bot
commit_file agent i i
snap srv
push_as codex-bot agent origin hers:refs/heads/agent/hers
landed srv "alice's commit lands on an open branch" refs/heads/agent/hers "$(oid agent hers)"
snap srv
push_as codex-bot agent origin hers:refs/heads/main
refused srv 'to main nobody could approve it: she wrote a part' 'alice'

# A commit that got onto a protected ref around the gate hides nothing.
c=$(admin srv commit-tree -p refs/heads/release/1.0 -m 'around the gate' "$(oid agent 'wash~0^{tree}')")
g fetch -q origin
git -C srv.git update-ref refs/heads/release/2.0 "$c"
g fetch -q origin
g checkout -q -b around origin/release/2.0
commit_file agent j j
snap srv
push_as codex-bot agent origin around:refs/heads/main
isnt "$STATUS" 0 'what an admin put on a protected ref without a decision is not taken for accepted'
git -C srv.git update-ref -d refs/heads/release/2.0

# Many protected branches do not push the policy ref out of what is known.
n=0
while [ $n -lt 80 ]; do
	echo "create refs/heads/release/0.$n $(admin srv commit-tree -m "$n" "$(oid srv.git 'refs/heads/release/1.0^{tree}')")"
	n=$((n + 1))
done | git -C srv.git update-ref --stdin
for r in $(git -C srv.git for-each-ref --format='%(refname)' refs/heads/release/0.\*); do rg doctor srv.git --acknowledge "$r"; done
g checkout -q -B many origin/main
commit_file agent k k
snap srv
push_as codex-bot agent origin many:refs/heads/main
held srv 'beside 80 release branches a push to main is held'
is "$(commits_of "$ID")" "$(digest many ^origin/main)" 'and its new commits are its own alone'
done_testing
