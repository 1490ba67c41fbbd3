#!/bin/sh
# Branches that share no commit with anything on the server.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

git -C agent checkout -q --orphan lonely
git -C agent rm -q -rf .
commit_file agent page.html '<p>hello</p>'
snap srv
push_as codex-bot agent origin lonely:refs/heads/agent/pages
landed srv 'an orphan branch lands on an open name' refs/heads/agent/pages "$(oid agent lonely)"

commit_file agent docs.html '<p>docs</p>'
snap srv
push_as codex-bot agent origin lonely:refs/heads/release/pages
held srv 'on a protected name it is held' 1
is "$(record srv "$ID" '.refs[0].base')" "$(oid srv.git refs/heads/agent/pages)" 'its base is the accepted ref that it shares most with'
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/release/pages)" "$(oid agent lonely)" 'and lands by approval'
clean_left srv

git -C agent checkout -q --orphan lonelier
git -C agent rm -q -rf .
mkdir -p agent/.github/workflows
commit_file agent .github/workflows/ci.yml 'on: push'
snap srv
push_as codex-bot agent origin lonelier:refs/heads/release/other
held srv 'an orphan that shares nothing at all' 1
is "$(record srv "$ID" '.refs[0].base')" null 'is compared with the empty tree'
is "$(record srv "$ID" '[.findings[]|select(.path==".github/workflows/ci.yml")]|length > 0')" true 'every file of it counts as new'
deny_as alice maint "$ID"

snap srv
push_as codex-bot agent --force origin lonelier:refs/heads/main
refused srv 'an orphan over the policy ref is rejected' 'never forced'

# What an orphan brings is judged whole: the secret in its first commit, gone in its second.
git -C agent checkout -q --orphan secret
git -C agent rm -q -rf .
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
cp leak agent/k && git -C agent add k && git -C agent commit -q -m one && git -C agent rm -q k && commit_file agent x y
snap srv
push_as codex-bot agent origin secret:refs/heads/agent/secret
refused srv 'a key in an orphan history is found'
done_testing
