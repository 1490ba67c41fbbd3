#!/bin/sh
# Signed pushes: a push certificate names somebody only when git found its signature good, by a key that the server's allowed signers hold,
# and its nonce fresh (HOLES 25).
. "$(dirname "$0")/../lib/testlib.sh"
_keys
for k in agentkey human stranger; do ssh-keygen -q -t ed25519 -N '' -C $k -f "$T/$k"; done
fp() {
	ssh-keygen -lf "$T/$1.pub" | cut -d' ' -f2
}
mkdir rules
cat >rules/policy.yml <<END
version: 1
actors:
  agents:
    codex-bot: {match: ["cert:$(fp agentkey)"]}
  humans: {match: ["cert:$(fp human)"]}
people:
  alice: {roles: [maintainer, security]}
tiers:
  critical: {action: hold, approvals: 1, roles: [maintainer], touch: false}
humans:
  medium: {action: accept}
END
printf 'alice namespaces="approval.v1@refgate" %s\n' "$(cut -d' ' -f1,2 alice.pub)" >rules/allowed_signers
new_repo srv
rg init srv.git --identity push-cert --policy rules
is "$STATUS" 0 'init takes push-cert'
git -C srv.git config receive.certNonceSeed 'a seed of the server'
git -C srv.git config gpg.ssh.allowedSignersFile "$T/signers"
for k in agentkey human; do printf '%s namespaces="git" %s\n' $k "$(cut -d' ' -f1,2 $k.pub)"; done >signers
new_clone srv work
git -C work config gpg.format ssh

actor() {
	jq -r 'select(.ev == "decision") | "\(.actor.name) \(.actor.human) \(.actor.transport | join(","))"' srv.git/refgate/audit/log.jsonl | tail -n 1
}
n=0
# signed KEY ARGS...: a push signed with that key, of a new commit, to a branch of its own
signed() {
	n=$((n + 1))
	commit_file work "src/f$n.c" "int f$n;"
	_key=$1
	shift
	run git -C work -c user.signingkey="$T/$_key" push --signed "$@" origin "HEAD:refs/heads/agent/n$n"
}

signed agentkey
is "$STATUS $(actor)" "0 codex-bot false cert:$(fp agentkey)" 'a good certificate names the agent whose key it is'
signed human
is "$STATUS $(actor)" "0 $(fp human) true cert:$(fp human)" 'and the human'
signed stranger
# git calls such a signature good as well (GIT_PUSH_CERT_STATUS=G), only without a signer
is "$STATUS $(actor)" '0 unknown false ' 'a key that is in no allowed signers names nobody'
run git -C work push origin HEAD:refs/heads/agent/unsigned
is "$STATUS $(actor)" '0 unknown false ' 'a push without a certificate names nobody'

# ---- what the twins are held for ----
git -C work fetch -q
commit_file work src/m.c 'int m;'
snap srv
run git -C work -c user.signingkey="$T/stranger" push --signed origin HEAD:main
held srv 'a stranger'\''s certificate to main is held' 1
snap srv
run git -C work push origin HEAD:main
held srv 'so is no certificate' 1
snap srv
run git -C work -c user.signingkey="$T/agentkey" push --signed origin HEAD:main
held srv 'so is an agent'\''s' 2
is "$(actor)" "codex-bot false cert:$(fp agentkey)" 'as the agent'\''s'

# ---- the states that are not good ----
signer() {
	printf 'human namespaces="git"%s %s\n' "$1" "$(cut -d' ' -f1,2 human.pub)" >signers
	signed human
}
signer ',valid-before="20200101"'
is "$STATUS $(actor)" '0 unknown false ' 'a key whose time is over names nobody'
signer ',valid-after="20990101"'
is "$STATUS $(actor)" '0 unknown false ' 'nor one whose time has not come'
printf 'human namespaces="file" %s\n' "$(cut -d' ' -f1,2 human.pub)" >signers
signed human
is "$STATUS $(actor)" '0 unknown false ' 'nor one that signs other things'
: >signers
signed human
is "$STATUS $(actor)" '0 unknown false ' 'nor any when the file is empty'
printf 'human namespaces="git" %s\n' "$(cut -d' ' -f1,2 human.pub)" >signers
git -C srv.git config --unset gpg.ssh.allowedSignersFile
signed human
is "$STATUS $(actor)" '0 unknown false ' 'nor any without a file'
git -C srv.git config gpg.ssh.allowedSignersFile "$T/signers"
signed human
is "$STATUS $(actor)" "0 $(fp human) true cert:$(fp human)" 'and with all of it back it counts again'

# ---- the nonce ----
git -C srv.git config --unset receive.certNonceSeed
signed human
isnt "$STATUS" 0 'without a nonce git itself takes no certificate'
git -C srv.git config receive.certNonceSeed 'a seed of the server'

# A certificate that was good once, sent again: its nonce is another push's. A proxy stands between, keeps the first and replays it.
cat >proxy <<'END'
#!/bin/sh
# records what the client sends
exec 3>"$RECORD"
tee /dev/fd/3 | git-receive-pack "$1"
END
chmod +x proxy
new_clone srv victim
git -C victim config gpg.format ssh
commit_file victim src/v.c 'int v;'
run env RECORD="$T/recorded" git -C victim -c user.signingkey="$T/human" push --signed --receive-pack="$T/proxy" origin HEAD:refs/heads/agent/victim
is "$STATUS $(actor)" "0 $(fp human) true cert:$(fp human)" 'the push that is recorded counts'
like "$(tr -d '\000' <recorded)" 'nonce [0-9]+-[0-9a-f]{40}' 'it carries a nonce'
git -C srv.git update-ref -d refs/heads/agent/victim
sleep 1
git receive-pack srv.git <recorded >replayed 2>&1
is "$(actor)" 'unknown false ' 'sent again it names nobody: the nonce is not this push'\''s'

# ---- what receive-pack found in its own environment is not git's word ----
commit_file work src/e.c 'int e;'
snap srv
run env GIT_PUSH_CERT_STATUS=U GIT_PUSH_CERT_NONCE_STATUS=OK GIT_PUSH_CERT_SIGNER=human GIT_PUSH_CERT_KEY="$(fp human)" git -C work push origin HEAD:main
held srv 'a status that is not G does not count'
is "$(actor)" 'unknown false ' 'nobody is named'
run env GIT_PUSH_CERT_STATUS=G GIT_PUSH_CERT_NONCE_STATUS=SLOP GIT_PUSH_CERT_SIGNER=human GIT_PUSH_CERT_KEY="$(fp human)" git -C work push origin HEAD:main
is "$(actor)" 'unknown false ' 'nor by a nonce that is not OK'
run env GIT_PUSH_CERT_STATUS=G GIT_PUSH_CERT_SIGNER=human GIT_PUSH_CERT_KEY="$(fp human)" git -C work push origin HEAD:main
is "$(actor)" 'unknown false ' 'nor without one'
run env GIT_PUSH_CERT_STATUS=G GIT_PUSH_CERT_NONCE_STATUS=OK GIT_PUSH_CERT_SIGNER=human GIT_PUSH_CERT_KEY="$(fp human)" git -C work push origin HEAD:main
is "$(actor)" 'unknown false ' 'nor where git made no certificate at all'
run env GIT_PUSH_CERT_STATUS=G GIT_PUSH_CERT_NONCE_STATUS=OK GIT_PUSH_CERT_SIGNER=human git -C work -c user.signingkey="$T/agentkey" push --signed \
	origin HEAD:main
is "$(actor)" 'unknown false ' 'and then not even a certificate of this push counts'
unmoved_main() {
	[ "$(oid srv.git main)" = "$(oid work origin/main)" ]
}
yes 'main never moved' unmoved_main
for p in $(pendings srv); do
	"$RG" deny "$p" --repo srv.git --yes --as alice --key alice -m no >/dev/null 2>&1
done
clean_left srv
done_testing
