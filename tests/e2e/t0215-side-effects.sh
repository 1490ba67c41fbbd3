#!/bin/sh
# HOLES 15: nothing takes effect before the push is decided: no statement counts that came in a push which was refused. And the
# repository's own hooks run as they did before the gate came.
. "$(dirname "$0")/../lib/testlib.sh"
_keys && new_repo srv
# The host's own hooks write down what they were given.
for h in pre-receive update post-receive; do
	cat >"srv.git/hooks/$h" <<E
#!/bin/sh
{
	echo "$h args: \$*"
	[ $h = update ] || sed 's/^/in: /'
	env | grep -E '^(GIT_DIR|GIT_QUARANTINE_PATH|GIT_OBJECT_DIRECTORY|GIT_ALTERNATE_OBJECT_DIRECTORIES|GIT_PUSH_OPTION|TEST_ACTOR|HOST_VAR|PWD)' | sort | sed 's/^/env: /'
} >>"$T/seen.$h"
echo "host $h speaks"
[ ! -f "$T/refuse.$h" ] || exit 7
E
	chmod +x "srv.git/hooks/$h"
done
new_clone srv agent0 && commit_file agent0 x plain
HOST_VAR=kept && export HOST_VAR
git -C srv.git config receive.advertisePushOptions true
rm -f seen.* && cp -a srv.git save.git
push_as codex-bot agent0 -o one -o 'two words' origin HEAD:refs/heads/agent/plain
is "$STATUS" 0 'before the gate: the hooks run'
for h in pre-receive update post-receive; do sed 's/incoming-[A-Za-z0-9]*\|tmp_objdir-incoming-[A-Za-z0-9]*/QUARANTINE/g' "seen.$h" >"before.$h"; done
rm -rf srv.git && mv save.git srv.git
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init keeps them'
for h in pre-receive update post-receive; do yes "$h is kept as $h.chained" test -x "srv.git/hooks/$h.chained"; done
rm -f seen.*
push_as codex-bot agent0 -o one -o 'two words' origin HEAD:refs/heads/agent/plain
is "$STATUS" 0 'behind the gate the same push lands'
for h in pre-receive update post-receive; do
	sed 's/incoming-[A-Za-z0-9]*\|tmp_objdir-incoming-[A-Za-z0-9]*/QUARANTINE/g' "seen.$h" >"after.$h"
	if cmp -s "before.$h" "after.$h"; then
		ok "$h has the same arguments, input and environment as before"
	else
		not_ok "$h has the same arguments, input and environment as before" "$(diff "before.$h" "after.$h")"
	fi
	like "$OUT" "host $h speaks" "and what it says reaches the pusher"
done

new_clone srv agent
new_clone srv maint alice
commit_file agent a one
a=$(oid agent HEAD)
touch refuse.pre-receive
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
refused srv "the host's pre-receive refuses: that stands" 'own pre-receive hook refused'
is "$(log_count srv '.ev == "decision" and any(.refs[]; .ref == "refs/heads/agent/x")')" 0 'and nothing was judged'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
refused srv 'for what would be held too' 'own pre-receive hook refused'
rm refuse.pre-receive
touch refuse.update
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
isnt "$STATUS" 0 "the host's update refuses: that stands"
unmoved srv 'and nothing moved'
like "$OUT" 'own update hook refused' 'and the answer says who refused'
rm refuse.update
touch refuse.post-receive
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
landed srv "the host's post-receive fails: what landed has landed" refs/heads/agent/x "$a"
rm refuse.post-receive

# A held push: pre-receive and update ask the host, nothing else runs, until the release, which asks again and tells post-receive.
rm -f seen.*
snap srv
push_as codex-bot agent -o why=fix origin HEAD:refs/heads/main
held srv 'a push is held' 1
id=$ID
is "$(ls seen.* | tr '\n' ' ')" 'seen.pre-receive seen.update ' "of the host's hooks pre-receive ran, and update was asked"
rm -f seen.*
touch refuse.update
approve_as alice maint "$id"
isnt "$STATUS" 0 "the host's update hook refuses the release"
isnt "$(oid srv.git refs/heads/main)" "$a" 'main did not move'
rm refuse.update
rm -f seen.*
approve_as alice maint "$id"
is "$(oid srv.git refs/heads/main)" "$a" 'without its refusal the release comes'
like "$(cat seen.post-receive)" "in: [0-9a-f]{40} $a refs/heads/main" 'post-receive saw the ref'
like "$(cat seen.post-receive)" 'env: GIT_PUSH_OPTION_0=why=fix' 'with the options of the push'
like "$(cat seen.post-receive)" 'env: TEST_ACTOR=codex-bot' 'and the identity of the pusher'
is "$(grep -c 'in: ' seen.post-receive)" 1 'once'

# A statement and a rejected ref in one push: nothing is recorded.
commit_file agent b two
b=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'another push is held' 1
id=$ID
main=$(oid srv.git refs/heads/main)
"$RG" show --repo srv.git "$id" --statement --as alice >st 2>/dev/null
ssh-keygen -q -Y sign -n approval.v1@refgate -f alice st 2>/dev/null
blob=$(cat st st.sig | git -C maint hash-object -w --stdin)
fp=$(ssh-keygen -l -f alice.pub | awk '{ sub("SHA256:", "", $2); print $2 "=" }' | base64 -d | od -A n -t x1 | tr -d ' \n')
box=refs/approvals/$id/$fp
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
git -C maint checkout -q -b bad && cp leak maint/k && git -C maint add k && git -C maint commit -q -m k
commit_file agent c three && git -C maint fetch -q "$T/agent" HEAD:refs/heads/good
received() { log_count srv '.ev == "approval_received" and .pending == "'"$id"'"'; }
quietly() {
	is "$(git -C srv.git for-each-ref refs/approvals refs/refgate/approvals)" '' "$1: no statement is kept"
	is "$(received)" 0 "$1: none is recorded"
	is "$(oid srv.git refs/heads/main)" "$main" "$1: main did not move"
	yes "$1: the pending is open" oid srv.git "refs/refgate/pending/$id"
}
for atomic in --atomic --no-atomic; do
	snap srv
	push_as alice maint $atomic origin "$blob:$box" bad:refs/heads/agent/bad
	refused srv "a statement beside a rejected ref ($atomic)" SEC-TXT
	quietly "a statement beside a rejected ref ($atomic)"
	snap srv
	push_as alice maint $atomic origin "$blob:$box" good:refs/refgate/x
	refused srv "a statement beside a ref in a closed room ($atomic)"
	quietly "a statement beside a ref in a closed room ($atomic)"
done
snap srv
push_as alice maint --atomic origin "$blob:$box" good:refs/heads/release/1.0
isnt "$STATUS" 0 'a statement in an atomic push that is held'
quietly 'a statement in an atomic push that is held'
# git refuses one ref of an atomic push after the hooks decided (a race, a host's own hook).
touch refuse.update
push_as alice maint --atomic origin "$blob:$box" good:refs/heads/agent/good
isnt "$STATUS" 0 "a statement in an atomic push whose other ref the host's update hook refuses"
no 'the other ref did not land' oid srv.git refs/heads/agent/good
quietly "a statement in an atomic push whose other ref the host refuses"
rm refuse.update
for p in $(pendings srv); do [ "$p" = "$id" ] || deny_as alice maint "$p"; done

# With a ref that lands in the same transaction it counts.
snap srv
push_as alice maint --atomic origin "$blob:$box" good:refs/heads/agent/good
is "$STATUS $(oid srv.git refs/heads/main)" "0 $b" 'a statement in an atomic push that lands releases'
is "$(oid srv.git refs/heads/agent/good)" "$(oid maint good)" 'and the other ref is there'
is "$(received)" 1 'it is recorded once'
is "$(git -C srv.git for-each-ref refs/approvals)" '' 'and does not stay in the in-box'
clean_left srv

# The twin by itself.
commit_file agent d four
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'one more is held' 1
"$RG" show --repo srv.git "$ID" --statement --as alice >st 2>/dev/null
rm -f st.sig && ssh-keygen -q -Y sign -n approval.v1@refgate -f alice st 2>/dev/null
push_as alice maint origin "$(cat st st.sig | git -C maint hash-object -w --stdin):refs/approvals/$ID/$fp"
is "$STATUS $(oid srv.git refs/heads/main)" "0 $(oid agent HEAD)" 'alone a statement releases too'
clean_left srv 'and nothing is left'
done_testing
