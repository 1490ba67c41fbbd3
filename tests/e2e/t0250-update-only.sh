#!/bin/sh
# Hosts that leave no proc-receive (peers 7.5, 7.6): `update` is the wall and writes the pending; --atomic is held whole or not at all.
. "$(dirname "$0")/../lib/testlib.sh"

# A dispatcher as such hosts generate it: runs every file of NAME.d in name order, even after a failure, ends with the first failing
# code, and gives stdin by echo (no ref lines arrive as one empty line).
dispatcher() {
	mkdir -p "$1/hooks"
	for h in pre-receive update post-receive; do
		mkdir -p "$1/hooks/$h.d"
		cat >"$1/hooks/$h" <<'EOF'
#!/bin/sh
name=$(basename "$0")
case $name in update) data= ;; *) data=$(cat) ;; esac
code=0
for f in "$GIT_DIR/hooks/$name.d"/*; do
	test -x "$f" && test -f "$f" || continue
	case $name in
	update) "$f" $1 $2 $3 ;;
	*) echo "$data" | "$f" ;;
	esac
	c=$?
	[ "$code" != 0 ] || code=$c
done
exit "$code"
EOF
		chmod 755 "$1/hooks/$h"
		printf '#!/bin/sh\necho "host %s" >>"%s/host.log"\n[ ! -e "%s/host-refuses" ] || exit 3\n' "$h" "$T" "$T" >"$1/hooks/$h.d/aaa-host"
		chmod 755 "$1/hooks/$h.d/aaa-host"
	done
}

_keys
git init -q --bare -b main srv.git
git clone -q srv.git seed 2>/dev/null
ident seed seed
commit_file seed README hello
git -C seed push -q origin HEAD:main HEAD:release/1.0
dispatcher srv.git
run "$RG" init srv.git --update-only --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init --update-only'
for h in pre-receive update post-receive; do
	yes "$h lies in the dispatcher's folder" test -x "srv.git/hooks/$h.d/refgate"
done
no 'the dispatchers are left alone' grep -q refgate srv.git/hooks/update
no 'no proc-receive is written' test -e srv.git/hooks/proc-receive
is "$(git -C srv.git config --get-all receive.procReceiveRefs)" '' 'nor configured'
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
a=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin HEAD:agent/a
landed srv 'low risk lands' refs/heads/agent/a "$a"
like "$(cat host.log)" 'host pre-receive' 'the host ran its own hooks too'

snap srv
push_as codex-bot agent origin HEAD:main
held srv 'a push to main is held by update' 1
one=$ID
snap srv
push_as codex-bot agent origin HEAD:main
is "$(json .id)" "$one" 'the same push is the same pending'

commit_file agent b two
b=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin "$b:refs/heads/agent/a" "$b:refs/heads/main"
is "$STATUS" 1 'accepted first, held second: git says that something was refused'
is "$(oid srv.git refs/heads/agent/a)" "$b" 'the accepted ref landed'
two=$(json .id)
isnt "$two" "$one" 'another commit is another pending'
is "$(pendings srv)" "$two" 'which supersedes the older one'
is "$(record srv "$two" '[.refs[].ref]|join(" ")')" refs/heads/main 'and has the held ref alone'

snap srv
push_as codex-bot agent --atomic origin "$b:refs/heads/agent/c" "$b:refs/heads/main"
is "$STATUS" 1 'the same with --atomic is refused'
no 'nothing of it landed' git -C srv.git rev-parse -q --verify refs/heads/agent/c
three=$(json .id)
is "$(record srv "$three" '[.refs[].ref]|sort|join(" ")')" 'refs/heads/agent/c refs/heads/main' 'its pending holds all its refs'
is "$(pendings srv)" "$three" 'and is the only one'

snap srv
push_as codex-bot agent --atomic origin "$b:refs/heads/main" "$b:refs/heads/agent/d"
no 'held first, accepted second, atomic: nothing landed' git -C srv.git rev-parse -q --verify refs/heads/agent/d
four=$(json .id)
is "$(record srv "$four" '[.refs[].ref]|sort|join(" ")')" 'refs/heads/agent/d refs/heads/main' 'and the pending holds all its refs'
is "$(git -C srv.git for-each-ref 'refs/pending/**' | wc -l)" 2 'no half-written pending is left'

approve_as alice maint "$four"
like "$OUT" '^released refs/heads/main ' 'an approval releases it'
is "$(oid srv.git refs/heads/main) $(oid srv.git refs/heads/agent/d)" "$b $b" 'all of it'
is "$(git -C srv.git for-each-ref refs/approvals refs/pending refs/refgate/pending refs/refgate/approvals)" '' 'and nothing stays in the in-box'

# a host that refuses the push itself: nothing but a log record and a decision that nobody finds
commit_file agent e five
touch host-refuses
snap srv
push_as codex-bot agent origin HEAD:main
is "$STATUS" 1 'a push that the host refuses'
unmoved srv 'has no effect'
is "$(pendings srv)" '' 'and no pending'
rm host-refuses
snap srv
push_as codex-bot agent origin HEAD:main
held srv 'the next one is judged anew' 1

# the wall removed: not executable is skipped by the dispatcher in silence
chmod 644 srv.git/hooks/update.d/refgate
commit_file agent f six
snap srv
push_as codex-bot agent origin HEAD:agent/f
is "$STATUS" 1 'with the wall not executable every push is refused'
like "$OUT" 'second wall missing' 'and told why'
unmoved srv 'nothing moved'
chmod 755 srv.git/hooks/update.d/refgate
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/update.d/refgate
snap srv
push_as codex-bot agent origin HEAD:agent/f
unmoved srv 'a wall that is somebody else is no wall'
run "$RG" init srv.git
snap srv
push_as codex-bot agent origin HEAD:agent/f
landed srv 'init repairs it' refs/heads/agent/f "$(oid agent HEAD)"

# hooks started by hand have no push to belong to
run env GIT_DIR="$T/srv.git" srv.git/hooks/update.d/refgate refs/heads/main "$(oid srv.git refs/heads/main)" "$a"
is "$STATUS" 1 'update by hand is refused'
yes 'the log verifies' "$RG" log verify --repo srv.git
done_testing
