#!/bin/sh
# Over ssh the actor is what the forced command or the key says, whatever the client sends: every variable that any identity source reads
# is sent by SendEnv to a server that accepts all of them (HOLES 25).
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/sshd.sh"
need_sshd
let_in codex
key_of plain
key_of alice
mkdir "$T/rules"
cat >"$T/rules/policy.yml" <<END
version: 1
actors:
  default: agent
  agents:
    codex-bot: {match: ["ssh:$(ssh-keygen -lf "$T/codex.pub" | cut -d' ' -f2)"]}
  humans: {match: ["user:alice", "gl:alice", "remote-user:alice", "gitea:alice", "actor:alice", "cert:*",
    "ssh:$(ssh-keygen -lf "$T/alice.pub" | cut -d' ' -f2)"]}
people:
  alice: {roles: [maintainer, security]}
tiers:
  critical: {action: hold, approvals: 1, roles: [maintainer], touch: false}
humans:
  medium: {action: accept}
END
printf 'alice namespaces="approval.v1@refgate" %s\n' "$(cut -d' ' -f1,2 "$T/alice.pub")" >"$T/rules/allowed_signers"
gated srv serve --policy "$T/rules"
# Two sources: what `serve` says, and a variable that a client could send if anything let it through.
gated both serve,env:TEST_ACTOR,env:GL_USER,env:REMOTE_USER,env:GITEA_PUSHER_NAME,push-cert --policy "$T/rules"
gated bykey ssh-key --policy "$T/rules"

# What sshd's file would say of alice's key, lying where the server could read it.
printf 'publickey %s\n' "$(cut -d' ' -f1,2 "$T/alice.pub")" >"$T/forged"
chmod 600 "$T/forged"
FORGED="TEST_ACTOR=alice GL_USER=alice GL_USERNAME=alice REMOTE_USER=alice GITEA_PUSHER_NAME=alice LOGNAME=alice USER=alice
SSH_USER_AUTH=$T/forged SSH_ORIGINAL_COMMAND=id REFGATE_ACTOR=alice REFGATE_IDENTITY=actor:alice
GIT_PUSH_CERT_STATUS=G GIT_PUSH_CERT_NONCE_STATUS=OK GIT_PUSH_CERT_KEY=$(ssh-keygen -lf "$T/alice.pub" | cut -d' ' -f2) GIT_PUSH_CERT=$(oid srv.git main)
GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null GIT_CONFIG_KEY_1=refgate.identity GIT_CONFIG_VALUE_1=env:TEST_ACTOR
GIT_CONFIG_PARAMETERS='core.hooksPath=/dev/null' GIT_CONFIG_GLOBAL=$T/evil GIT_CONFIG_SYSTEM=$T/evil XDG_CONFIG_HOME=$T/evil.d
GIT_EXEC_PATH=$T/evil.d GIT_TEMPLATE_DIR=$T/evil.d GIT_DIR=$T/evil.d GIT_NAMESPACE=other GIT_TRACE=$T/traced GIT_QUARANTINE_PATH=$T/evil.d"
mkdir -p "$T/evil.d/git"
printf '[core]\n\thooksPath = /dev/null\n' >"$T/evil"
cp "$T/evil" "$T/evil.d/git/config"

let_in_with plain 'env; true'
start_sshd 'AcceptEnv *' 'ExposeAuthInfo no'
PLAIN_SSH=$GIT_SSH_COMMAND
# ssh with the forged variables in its own environment and all of them sent; git's own environment stays clean
send=$(for v in $FORGED; do printf ' -o SendEnv=%s' "${v%%=*}"; done)
set -f
# shellcheck disable=SC2086
set -- $FORGED
set +f
FORGING="env $(for v in "$@"; do printf ' %s' "$v"; done) ssh -F $SSH_DIR/client$send"
forging() { GIT_SSH_COMMAND=$FORGING; }
honest() { GIT_SSH_COMMAND=$PLAIN_SSH; }

decided() {
	jq -r 'select(.ev == "decision") | "\(.actor.name) \(.actor.human) \(.actor.transport | join(","))"' "$1.git/refgate/audit/log.jsonl" |
		tail -n 1
}

# ---- the attack is real: without serve all of it arrives ----
run sh -c "$FORGING plain x"
for v in TEST_ACTOR=alice GL_USER=alice REMOTE_USER=alice "SSH_USER_AUTH=$T/forged" GIT_PUSH_CERT_STATUS=G GIT_CONFIG_COUNT=2; do
	like "$OUT" "^$v\$" "this sshd takes ${v%%=*} from the client"
done

# ---- serve ----

for s in srv both; do
	honest
	new_ssh_clone codex $s "$T/$s.clone"
	commit_file "$T/$s.clone" src/a.c 'int a;'
	forging
	snap $s
	run git -C "$T/$s.clone" push origin HEAD:refs/heads/agent/a
	landed $s "$s: a forging client lands what it may land anyway" refs/heads/agent/a "$(oid "$T/$s.clone" HEAD)"
	is "$(decided $s)" 'actor:codex false actor:codex' "$s: as the agent that its key stands for, and no other source answered"
	snap $s
	run git -C "$T/$s.clone" push origin HEAD:main
	held $s "$s: its push to main is held: neither the easing for a human nor its own hooksPath got through" 1
	is "$(decided $s)" 'actor:codex false actor:codex' "$s: as that agent"
	is "$(record $s "$ID" '.actor.environment | length')" 0 "$s: no variable of the client stands in the record"
	snap $s
	run git -C "$T/$s.clone" push -o actor=alice -o human=true -o skip -o ci.skip origin HEAD:main
	held $s "$s: push options name nobody either" 1
	is "$(decided $s)" 'actor:codex false actor:codex' "$s: the actor is the same"
done
no 'git'\''s trace file was not written' test -e "$T/traced"

# The environment in which the hooks run, as one of the repository's own hooks sees it.
printf '#!/bin/sh\nenv >%s\n' "$T/seen" >srv.git/hooks/post-receive.chained
chmod +x srv.git/hooks/post-receive.chained
commit_file "$T/srv.clone" src/b.c 'int b;'
run git -C "$T/srv.clone" push origin HEAD:refs/heads/agent/a
is "$STATUS" 0 'one more push'
sed -n 's/=.*//p' "$T/seen" | sort >"$T/names"
is "$(grep -v -x -E '_|PWD|SHLVL|OLDPWD|HOME|PATH|LANG|GIT_(DIR|EXEC_PATH|PROTOCOL|PUSH_OPTION_COUNT|NO_REPLACE_OBJECTS)' "$T/names")" '' \
	'nothing but git'\''s own variables, HOME, PATH and LANG reach a hook'
like "$(cat "$T/seen")" "^HOME=$HOME\$" 'HOME is what the server sets'
unlike "$(cat "$T/seen")" 'alice' 'and no value of the client stands there'
rm srv.git/hooks/post-receive.chained

# ---- ssh-key: sshd says by which key it let the client in ----

KEY=$(ssh-keygen -lf "$T/codex.pub" | cut -d' ' -f2)
honest
new_ssh_clone codex bykey "$T/k"
commit_file "$T/k" src/a.c 'int a;'
forging
snap bykey
run git -C "$T/k" push origin HEAD:main
held bykey 'without ExposeAuthInfo nobody is known: the push is held' 1
is "$(decided bykey)" 'unknown false ' 'as the unknown agent, though the client named a file that looks like sshd'\''s'
for f in /proc/self/environ "$T/alice.pub" "$T/nosuch" "$ROOT/bykey.git/refgate/audit/log.jsonl" "$T" /dev/zero; do
	GIT_SSH_COMMAND="env SSH_USER_AUTH=$f ssh -F $SSH_DIR/client -o SendEnv=SSH_USER_AUTH"
	run git -C "$T/k" push -o "publickey $(cut -d' ' -f1,2 "$T/alice.pub")" origin HEAD:main
	is "$(decided bykey)" 'unknown false ' "nor does $(echo "$f" | sed "s,$T,,") make an identity"
done
stop_sshd

honest
start_sshd 'AcceptEnv *' 'ExposeAuthInfo yes'
PLAIN_SSH=$GIT_SSH_COMMAND
FORGING="env $(for v in "$@"; do printf ' %s' "$v"; done) ssh -F $SSH_DIR/client$send"
snap bykey
ssh_push codex "$T/k" origin HEAD:main
held bykey 'with ExposeAuthInfo the key is known: the push of an agent is held'
is "$(decided bykey)" "codex-bot false ssh:$KEY" 'the policy knows the agent by its fingerprint'
is "$(record bykey "$ID" '.actor.identities | join(",")')" "ssh:$KEY" 'which stands in the record'
forging
commit_file "$T/k" src/c.c 'int c;'
snap bykey
run git -C "$T/k" push origin HEAD:main
held bykey 'a forged file changes nothing'
is "$(decided bykey)" "codex-bot false ssh:$KEY" 'sshd'\''s own word stands'
# The twin: the human whom the policy knows by the key.
let_in alice
honest
# what waits would be closed as stale behind a push that moves main
for p in $(pendings bykey); do
	"$RG" deny "$p" --repo bykey.git --yes --as alice --key "$T/alice" -m no >/dev/null 2>&1
done
snap bykey
ssh_push alice "$T/k" origin HEAD:main
landed bykey 'the same push by a human'\''s key lands' refs/heads/main "$(oid "$T/k" HEAD)"
is "$(decided bykey)" "alice true ssh:$(ssh-keygen -lf "$T/alice.pub" | cut -d' ' -f2)" 'as hers'
done_testing
