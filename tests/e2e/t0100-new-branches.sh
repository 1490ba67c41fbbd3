#!/bin/sh
# New branches: an open one lands, a protected one is held and lands by approval; the twins are refused.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent src/a.c 'int a;'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/one
landed srv 'a new open branch lands' refs/heads/agent/one "$(oid agent HEAD)"
is "$(log_count srv '.ev == "applied" and any(.refs[]; .ref == "refs/heads/agent/one")')" 1 'the log says that it landed, once'

# The same commit under a second open name brings nothing new.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/two
landed srv 'a second branch at the same commit lands' refs/heads/agent/two "$(oid agent HEAD)"

printf '%s\n' 'AKIA' >agent/note && ssh-keygen -q -t ed25519 -N '' -f "$T/leak" && cp leak agent/deploy && git -C agent add deploy &&
	git -C agent commit -q -m 'add a key'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/three
refused srv 'a new open branch with a private key is rejected' deploy
git -C agent reset -q --hard HEAD~1

snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/2.0
held srv 'a new protected branch is held' 1
is "$(json '.refs[0].pending')" "$ID" 'the JSON line names the pending at its ref'
is "$(oid srv.git "refs/pending/$ID/heads/release/2.0")" "$(oid agent HEAD)" 'the held commit lies at its pending ref'
is "$(record srv "$ID" '.refs[0].old')" "$ZERO" 'the record says that the ref was absent'
no 'the protected branch is not there' oid srv.git refs/heads/release/2.0

snap srv
approve_as alice maint "$ID"
like "$OUT" "^released refs/heads/release/2.0 $ZERO\.\.$(oid agent HEAD)$" 'approve says what it released'
is "$STATUS" 0 'approve succeeds'
is "$(oid srv.git refs/heads/release/2.0)" "$(oid agent HEAD)" 'the protected branch is there, at the held commit'
clean_left srv

# Deny is the twin of approve.
commit_file agent src/b.c 'int b;'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/3.0
held srv 'another new protected branch is held' 1
snap srv
deny_as alice maint "$ID"
is "$STATUS" 0 'deny is recorded'
no 'a denied branch does not appear' oid srv.git refs/heads/release/3.0
clean_left srv 'nothing is left of a denied push'

# A file stands where a folder would be: git cannot make the ref, and the gate does not leave half a push.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/one/below
refused srv 'a branch below another branch is refused' refs/heads/agent/one/below 'cannot both exist'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent
refused srv 'and one above others' 'cannot both exist'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/new HEAD:refs/heads/new/below
refused srv 'and two of one push, one below the other' 'cannot both exist'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agents HEAD:refs/heads/agen HEAD:refs/tags/agent/one/x
is "$(oid srv.git refs/heads/agents) $(oid srv.git refs/heads/agen)" "$(oid agent HEAD) $(oid agent HEAD)" 'names that only begin alike are fine'
is "$(json '.refs[]|select(.ref=="refs/tags/agent/one/x").verdict')" hold 'and a tag below the name of a branch'
done_testing
