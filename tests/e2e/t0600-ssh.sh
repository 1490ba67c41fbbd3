#!/bin/sh
# A real sshd with `refgate serve` as forced command: two agents and two maintainers with keys of their own push, are held, sign and release.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/sshd.sh"
need_sshd
gated srv serve --maintainer "bob:$T/bob.pub" || done_testing
for k in codex claude alice; do let_in $k; done
# bob signs with one key and logs in with another
let_in bob-login bob
key_of stranger
_client_host stranger
start_sshd "AcceptEnv GIT_PROTOCOL"

# Who pushed, as the newest decision in the log says it: the actor, what the transport answered, the verdict.
decided() {
	jq -r 'select(.ev == "decision") | "\(.actor.name) \(.actor.transport | join(",")) \(.verdict)"' srv.git/refgate/audit/log.jsonl | tail -n 1
}

# ---- fetching ----

run git clone -q codex:srv.git "$T/codex.clone"
is "$STATUS" 0 'an agent clones over ssh'
is "$(oid "$T/codex.clone" HEAD)" "$(oid srv.git main)" 'and has what main holds'
ident "$T/codex.clone" codex
A=$T/codex.clone
run env GIT_TRACE_PACKET="$T/packets" git -c protocol.version=2 ls-remote codex:srv.git
is "$STATUS" 0 'ls-remote with protocol v2'
like "$(cat "$T/packets")" '< version 2$' 'the server answers in protocol v2: serve hands GIT_PROTOCOL on'
run env GIT_TRACE_PACKET="$T/packets0" git -c protocol.version=0 ls-remote codex:srv.git
is "$STATUS" 0 'ls-remote with protocol v0'
unlike "$(cat "$T/packets0")" 'version 2$' 'and then it does not'
run git clone -q codex:srv "$T/by-short-name"
is "$STATUS" 0 'the name without .git is found'
run git clone -q "ssh://codex/srv.git" "$T/by-url"
is "$STATUS" 0 'so is a URL of the form ssh://'
run git clone -q "codex:$ROOT/srv.git" "$T/by-path"
is "$STATUS" 0 'so is the path as the server sees it'
run git clone -q stranger:srv.git "$T/no"
isnt "$STATUS" 0 'a key that is in nobody'\''s line gets nothing'
no 'and no clone is made' test -e "$T/no/.git/HEAD"

# ---- agents push ----

commit_file "$A" src/a.c 'int a;'
snap srv
ssh_push codex "$A" origin HEAD:refs/heads/agent/a
landed srv 'an agent lands on a branch of its own' refs/heads/agent/a "$(oid "$A" HEAD)"
is "$(decided)" 'actor:codex actor:codex accept' 'the log names the agent that the key stands for'

snap srv
ssh_push codex "$A" origin HEAD:main
held srv 'its push to main is held' 1
like "$OUT" "held for approval as $ID" 'git says so too'
is "$(record srv "$ID" .actor.name)" actor:codex 'the record names the agent'
is "$(record srv "$ID" '.actor.identities | join(",")')" actor:codex 'and the identity that the transport gave'
FIRST=$ID

snap srv
ssh_push codex "$A" origin HEAD:main
is "$(json .id)" "$FIRST" 'the same push by the same agent is the same pending'
snap srv
ssh_push claude "$A" origin HEAD:main
held srv 'the same push by another agent is held too' 2
isnt "$ID" "$FIRST" 'as a pending of its own'
is "$(decided)" 'actor:claude actor:claude hold' 'and the log names the other agent'
SECOND=$ID

printf 'x\n' >"$A/deploy.key" && cp "$T/mallory" "$A/deploy.key" && git -C "$A" add -f deploy.key && git -C "$A" commit -q -m key
snap srv
ssh_push claude "$A" origin HEAD:refs/heads/agent/key
refused srv 'a private key is rejected over ssh as well' deploy.key
git -C "$A" reset -q --hard HEAD~1

snap srv
ssh_push codex "$A" origin HEAD:refs/pending/zzzzzzzz/heads/main
isnt "$STATUS" 0 'the gate'\''s own refs are refused'
unmoved srv 'and nothing moved'
snap srv
ssh_push stranger "$A" origin HEAD:refs/heads/agent/stranger
isnt "$STATUS" 0 'a key that is in nobody'\''s line pushes nothing'
like "$OUT" 'Permission denied' 'it is sshd that says no'
unmoved srv 'and nothing moved'

# A push with nothing to do, and one that is refused by the client, leave nothing.
snap srv
ssh_push codex "$A" origin HEAD:refs/heads/agent/a
is "$STATUS" 0 'a push with nothing to do succeeds'
unmoved srv 'and moves nothing'

# ---- maintainers sign from a clone over ssh ----

new_ssh_clone alice srv "$T/maint"
M=$T/maint
MAIN=$(oid srv.git main)
snap srv
ssh_approve codex "$M" mallory "$FIRST"
isnt "$STATUS" 0 'a stranger'\''s signature is refused'
unmoved srv 'and main stays'
ssh_approve alice "$M" alice zzzzzzzz
isnt "$STATUS" 0 'an id that nobody has is refused'
unmoved srv 'and main stays'

ssh_approve alice "$M" alice "$FIRST"
is "$STATUS" 0 'alice approves from her clone'
like "$OUT" "^released refs/heads/main $MAIN\.\.$(oid "$A" HEAD)$" 'approve says what it released'
is "$(oid srv.git main)" "$(oid "$A" HEAD)" 'main is at the held commit'
is "$(log_count srv ".ev == \"released\" and .pending == \"$FIRST\"")" 1 'the log says so, once'
snap srv
ssh_approve bob-login "$M" bob "$SECOND"
isnt "$STATUS" 0 'the other agent'\''s pending has nothing left to move'
unmoved_but_closed() {
	[ "$(oid srv.git main)" = "$(oid "$A" HEAD)" ]
}
yes 'and main stays where alice put it' unmoved_but_closed

# bob's own login, bob's own signature, a ref that needs one too
git -C "$A" checkout -q -b rel origin/release/1.0 2>/dev/null || git -C "$A" checkout -q -b rel "$(oid srv.git release/1.0)"
commit_file "$A" src/rel.c 'int r;'
snap srv
ssh_push claude "$A" origin HEAD:release/1.0
held srv 'a push to a release branch is held'
REL=$ID
run git -C "$M" fetch -q
# The signature is the authority: who carries it does not matter (here an agent's key).
ssh_approve codex "$M" bob "$REL"
is "$STATUS" 0 'a signature counts whoever carries it'
is "$(oid srv.git release/1.0)" "$(oid "$A" HEAD)" 'the release branch is at the held commit'
is "$(jq -r "select(.ev == \"released\" and .pending == \"$REL\") | .approved_by | join(\",\")" srv.git/refgate/audit/log.jsonl)" bob \
	'the log names the person who signed, not the key that carried it'

yes 'the log verifies' "$RG" log verify --repo srv.git
clean_left srv
done_testing
