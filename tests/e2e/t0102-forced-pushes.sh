#!/bin/sh
# Forced pushes: an open branch, a protected branch, the policy ref.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
push_as codex-bot agent origin HEAD:refs/heads/agent/one
git -C agent reset -q --hard HEAD~1
commit_file agent a two
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/one
isnt "$STATUS" 0 'git itself refuses it without force'
unmoved srv 'and nothing moved'
snap srv
push_as codex-bot agent --force origin HEAD:refs/heads/agent/one
landed srv 'an open branch is forced' refs/heads/agent/one "$(oid agent HEAD)"

# Forced back to a value that the branch had before: its objects are still there, so the pack is empty.
old=$(oid agent origin/main)
snap srv
push_as codex-bot agent --force origin origin/main:refs/heads/agent/one
landed srv 'an open branch is forced back to an old commit' refs/heads/agent/one "$old"

# release/1.0 gets a second commit, then is forced to drop it.
git -C agent checkout -q -b rel origin/release/1.0
commit_file agent r one
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
held srv 'a commit to the release branch is held' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/release/1.0)" "$(oid agent HEAD)" 'and approved'
was=$(oid agent HEAD)
git -C agent reset -q --hard HEAD~1
commit_file agent r 'something else'
snap srv
push_as codex-bot agent --force origin HEAD:refs/heads/release/1.0
held srv 'a forced push to a protected branch is held' 1
is "$(json .tier)" critical 'as critical'
like "$(json '[.findings[].id]|join(" ")')" 'GIT-MOVE' 'because commits would be lost'
is "$(record srv "$ID" '.refs[0].fast_forward')" false 'the record says that it is no fast-forward'
is "$(record srv "$ID" '.refs[0].base')" "$(oid agent HEAD~1)" 'its base is the merge base of old and new'
git -C srv.git config receive.denyNonFastForwards true
snap srv
approve_as alice maint "$ID"
isnt "$STATUS" 0 'with receive.denyNonFastForwards the release is refused'
is "$(oid srv.git refs/heads/release/1.0)" "$was" 'and the branch stands'
git -C srv.git config --unset receive.denyNonFastForwards
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/release/1.0)" "$(oid agent HEAD)" 'without it the approval releases'
clean_left srv

# The policy ref is never forced: not by the agent, not with a signature.
git -C agent checkout -q -B forced origin/main
git -C agent reset -q --hard HEAD~1
commit_file agent f one
snap srv
push_as codex-bot agent --force origin HEAD:refs/heads/main
refused srv 'a forced push to the policy ref is rejected' 'never forced'

# Back to its own ancestor is forced too.
snap srv
push_as codex-bot agent --force origin 'origin/main~1:refs/heads/main'
refused srv 'the policy ref cannot be wound back' 'never forced'
done_testing
