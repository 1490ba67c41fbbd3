#!/bin/sh
# Merges: octopus, content that stands in neither side, merges of what is accepted already.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
g() { git -C agent "$@"; }

# An octopus of three branches.
for n in 1 2 3; do
	g checkout -q -b "side$n" origin/main
	commit_file agent "f$n" "$n"
done
g checkout -q -b octopus origin/main
g merge -q --no-edit side1 side2 side3 >/dev/null 2>&1
is "$(g cat-file -p HEAD | grep -c '^parent ')" 3 'an octopus merge of three parents'
snap srv
push_as codex-bot agent origin octopus:refs/heads/agent/octopus
landed srv 'it lands on an open branch' refs/heads/agent/octopus "$(oid agent octopus)"
snap srv
push_as codex-bot agent origin octopus:refs/heads/main
held srv 'and is held on main' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$(oid agent octopus)" 'where it lands by approval'
clean_left srv

# An evil merge: a private key that neither parent has.
g checkout -q -b left origin/main
commit_file agent l l
g checkout -q -b right origin/main
commit_file agent r r
g merge -q --no-commit left >/dev/null 2>&1
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
cp leak agent/notes
g add notes && g commit -q -m 'merge left'
snap srv
push_as codex-bot agent origin right:refs/heads/agent/evil
refused srv 'a key that only the merge commit brings is found' notes
no 'its object is not on the server' git -C srv.git cat-file -e "$(oid agent right:notes)"
# Taken out again in the next commit it is still in history.
g rm -q notes && g commit -q -m clean
snap srv
push_as codex-bot agent origin right:refs/heads/agent/evil
refused srv 'also when the next commit removes it'

# The twin without the key.
g checkout -q -B right right~2
g merge -q --no-edit left >/dev/null
snap srv
push_as codex-bot agent origin right:refs/heads/agent/good
landed srv 'the same merge without the key lands' refs/heads/agent/good "$(oid agent right)"

# A maintainer has signed a change of what agents run on main. A branch that merges main brings nothing new of it.
g fetch -q origin
g checkout -q -b ci origin/main
commit_file agent .mcp.json '{"mcpServers":{}}'
snap srv
push_as codex-bot agent origin ci:refs/heads/main
held srv 'a change of what agents run to main is held' 1
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/main)" "$(oid agent ci)" 'and approved'
g fetch -q origin
g checkout -q right
g merge -q --no-edit origin/main >/dev/null
snap srv
push_as codex-bot agent origin right:refs/heads/agent/good
landed srv 'a branch that merges the signed main lands' refs/heads/agent/good "$(oid agent right)"
unlike "$OUT" 'AGT-RUN' 'without a finding for what main holds'

# But what the merge itself does to that file counts.
g checkout -q -b twist origin/main~1
commit_file agent t t
g merge -q --no-commit origin/main >/dev/null 2>&1
echo '{"mcpServers":{"x":{"command":"sh"}}}' >agent/.mcp.json
g add -A && g commit -q -m 'merge main'
snap srv
push_as codex-bot agent origin twist:refs/heads/agent/twist
held srv 'a merge that changes what agents run as it merges is held' 1
like "$(json '[.findings[].id]|join(" ")')" 'AGT-RUN' 'with a finding for the file'
deny_as alice maint "$ID"

# "Ours" merge: the other side's commits come in, its content does not.
g checkout -q -b ours origin/main
commit_file agent o o
g merge -q --no-edit -s ours side1 >/dev/null
snap srv
push_as codex-bot agent origin ours:refs/heads/agent/ours
landed srv 'a merge that takes nothing of the other side lands' refs/heads/agent/ours "$(oid agent ours)"
# The signed content of main thrown away on main is a change of its own.
g checkout -q -b undo origin/main~1
g merge -q --no-edit -s ours origin/main >/dev/null
snap srv
push_as codex-bot agent origin undo:refs/heads/main
held srv 'a merge that undoes main is held as a fast-forward of main' 1
is "$(record srv "$ID" '[.findings[]|select(.path==".mcp.json")]|length > 0')" true 'and shows the file that it takes away'
done_testing
