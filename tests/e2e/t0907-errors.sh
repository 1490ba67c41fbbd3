#!/bin/sh
# Codes that only a whole push or a command can provoke: the name stands in the answer, and the exit code is the one of docs/ERRORS.md.
. "$(dirname "$0")/../lib/testlib.sh"

# exits CODE NAME: the last command ended as the page says for that code
exits() {
	_want=$(sed -n "s/^| \`$1\` .*| \([0-9]\) |\$/\1/p" "$PROJECT/docs/ERRORS.md")
	is "$STATUS" "$_want" "$2: the exit code of $1"
}

new_server srv || done_testing
new_clone srv agent
new_clone srv maint alice
commit_file agent README more

# A decision belongs to a push: a hook that no receive-pack started decides nothing.
snap srv
printf '%s %s refs/heads/agent/x\n' "$ZERO" "$(oid agent HEAD)" >lines
run sh -c 'cd srv.git && GIT_DIR=. exec "$0" hook pre-receive <../lines' "$RG"
is "$STATUS" 1 'pre-receive without a receive-pack refuses'
is "$(json .error)" GATE_E_DECISION 'and says that there is no push to decide about'
run sh -c 'cd srv.git && GIT_DIR=. exec "$0" hook update refs/heads/agent/x "$1" "$2"' "$RG" "$ZERO" "$(oid agent HEAD)"
is "$STATUS $(json .error)" '1 GATE_E_DECISION' 'so does update'
printf '000eversion=20000' >lines
run sh -c 'cd srv.git && GIT_DIR=. exec "$0" hook proc-receive <../lines' "$RG"
is "$STATUS $(json .error)" '1 GATE_E_GIT' 'a git that speaks another protocol is not answered'
run sh -c 'cd srv.git && GIT_DIR=. exec "$0" hook no-such-hook' "$RG"
is "$STATUS" 1 'a hook that nobody knows refuses'
unmoved srv 'none of them moved a ref'

# The wall.
git -C srv.git config --unset-all receive.procReceiveRefs
snap srv
push_as codex-bot agent origin HEAD:agent/x
refused srv 'without the second wall a push is refused' 'second wall missing'
is "$(json .error)" GATE_E_WALL 'by its code'
"$RG" init srv.git >/dev/null 2>&1

# A hook of the repository's own that refuses.
printf '#!/bin/sh\nexit 5\n' >srv.git/hooks/pre-receive.chained
chmod +x srv.git/hooks/pre-receive.chained
snap srv
push_as codex-bot agent origin HEAD:agent/x
refused srv "the repository's own hook refuses" 'own pre-receive hook refused the push (exit 5)'
is "$(json .error)" GATE_E_REF 'by its code'
rm srv.git/hooks/pre-receive.chained

# A statement for a pending that is not there.
fp=$(cut -d' ' -f2 alice.pub | base64 -d | sha256sum | cut -d' ' -f1)
blob=$(echo 'refgate/approval/v1' | git -C agent hash-object -w --stdin)
snap srv
push_as codex-bot agent origin "$blob:refs/approvals/00000000/$fp"
refused srv 'a statement for a pending that is gone' 'there is no pending 00000000'
is "$(json .error)" GATE_E_PENDING 'by its code'
run sh -c 'cd maint && exec "$0" show 00000000' "$RG"
exits GATE_E_PENDING 'show of a pending that is gone'

# What this version does not have.
rg log --repo srv.git --format otlp
exits GATE_E_LATER 'log --format otlp'
like "$OUT" 'not in this version' 'and says so'
for c in grant trace sandbox report; do
	rg $c
	is "$STATUS: $OUT" "2: refgate: $c: not in this version" "$c is honest about it"
done
rg frobnicate
is "$STATUS" 2 'a command that nobody knows'
rg queue --frobnicate
exits GATE_E_USAGE 'an option that nobody knows'

# And the twin: the same server takes the same push when nothing is wrong.
snap srv
push_as codex-bot agent origin HEAD:agent/x
landed srv 'with everything in place it lands' refs/heads/agent/x "$(oid agent HEAD)"
clean_left srv
done_testing
