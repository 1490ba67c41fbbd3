#!/bin/sh
# `refgate serve` by itself: its arguments, what it does with names, many connections at once. No sshd: a script stands where ssh would.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/sshd.sh"
mkdir -p "$ROOT"
cd "$ROOT" || exit 1
gated srv serve
gated open env:TEST_ACTOR

# Called as `ssh HOST COMMAND`: the host is the actor.
cat >"$T/stand-in" <<END
#!/bin/sh
for last; do :; done
while [ \$# -gt 2 ]; do shift; done
SSH_ORIGINAL_COMMAND=\$last exec "$RG" serve --as "\${ACTOR-\$1}" --root "$ROOT"
END
chmod +x "$T/stand-in"
GIT_SSH=$T/stand-in
GIT_SSH_VARIANT=ssh
export GIT_SSH GIT_SSH_VARIANT
serve() {
	run env SSH_ORIGINAL_COMMAND="$1" "$RG" serve --as codex --root "$ROOT"
}
actor_of() {
	jq -r "select(.ev == \"decision\" and any(.refs[]; .ref == \"$1\")) | .actor.name" "${2:-srv}.git/refgate/audit/log.jsonl" | tail -n 1
}

# ---- arguments ----

export SSH_ORIGINAL_COMMAND="git-upload-pack 'srv.git'"
rg serve --root "$ROOT"
is "$STATUS" 2 'without --as it does not start'
like "$OUT" 'authorized_keys' 'and says where it belongs'
rg serve --as codex
is "$STATUS" 2 'without --root it does not start'
rg serve --as '' --root "$ROOT"
is "$STATUS" 2 'an empty actor is none'
rg serve --as codex --root "$T/nosuch"
isnt "$STATUS" 0 'a root that is not there is an error'
rg serve --as codex --root "$T/alice.pub"
isnt "$STATUS" 0 'so is one that is a file'
rg serve --as codex --root "$ROOT" --upload-pack=x
is "$STATUS" 2 'an unknown option is refused'
rg serve --as codex --root "$ROOT" "git-upload-pack 'srv.git'"
is "$STATUS" 2 'so is a word: the command is sshd'\''s'
unset SSH_ORIGINAL_COMMAND
rg serve --as codex --root "$ROOT"
is "$STATUS" 2 'without a command it says hello and ends'
like "$OUT" '^refgate: hello codex: this key is for git push and git fetch only$' 'in one friendly line'
ln -s "$ROOT" "$T/root-link"
run env SSH_ORIGINAL_COMMAND="git-upload-pack 'srv.git'" "$RG" serve --as codex --root "$T/root-link"
like "$OUT" 'refs/heads/main' 'a root may be a link: the admin names it'
(cd "$T" && SSH_ORIGINAL_COMMAND="git-upload-pack 'srv.git'" "$RG" serve --as codex --root root) >"$OUTFILE" 2>&1 </dev/null
like "$(tr -d '\000' <"$OUTFILE")" 'refs/heads/main' 'and relative'

# ---- the actor ----

git clone -q codex:srv.git "$T/agent"
ident "$T/agent" codex
A=$T/agent
commit_file "$A" src/a.c 'int a;'
n=0
# pushes_as VALUE WANTED NAME
pushes_as() {
	n=$((n + 1))
	run env ACTOR="$1" git -C "$A" push codex:srv.git "HEAD:refs/heads/agent/n$n"
	_begin
	[ "$STATUS" = 0 ] || _because "the exit code is $STATUS"
	[ "$(actor_of "refs/heads/agent/n$n")" = "$2" ] || _because "the actor is $(actor_of "refs/heads/agent/n$n"), not $2"
	_end "$3"
}
pushes_as codex-bot actor:codex-bot 'a plain name'
pushes_as 'codex bot' unknown 'a name with a space is no answer'
pushes_as 'codex
bot' unknown 'nor one with a line feed'
pushes_as "$(printf 'codex\033[2J')" unknown 'nor one with an escape sequence'
pushes_as "$(printf 'codex\177')" unknown 'nor one with DEL'
pushes_as "$(printf '\377\376')" unknown 'nor bytes that are no text'
long=$(awk 'BEGIN { for (i = 0; i < 200; i++) printf "a" }')
pushes_as "$long" "actor:$long" '200 characters are a name'
pushes_as "${long}a" unknown '201 are none'
pushes_as '../../x' actor:../../x 'a name is no path'
is "$(find "$T" -name x -not -path '*/agent/*' | head -n 1)" '' 'and none was made'
clean_left srv 'srv: nothing is left of these'

# A repository whose identity is another one's: serve says who, and nobody asks.
commit_file "$A" src/b.c 'int b;'
snap open
run env TEST_ACTOR=alice git -C "$A" push codex:open.git HEAD:refs/heads/agent/x
landed open 'a push through serve where serve is not asked' refs/heads/agent/x "$(oid "$A" HEAD)"
is "$(actor_of refs/heads/agent/x open)" unknown 'is by nobody known: a variable of the caller does not pass through'

# ---- a work tree ----

git init -q -b main work && ident work seed && commit_file work f one && git -C work branch other
"$RG" init work --worktree --identity serve --maintainer "alice:$T/alice.pub" >"$T/.init" 2>&1
is "$?" 0 'a repository with a work tree is gated'
git -C work worktree add -q ../linked other
run git clone -q codex:work "$T/w"
is "$STATUS" 0 'it can be cloned through serve'
ident "$T/w" codex
commit_file "$T/w" g two
run git -C "$T/w" push origin HEAD:refs/heads/agent/w
is "$STATUS" 0 'and pushed to'
is "$(oid work refs/heads/agent/w)" "$(oid "$T/w" HEAD)" 'where it should'
run git -C "$T/w" push codex:work HEAD:main
isnt "$STATUS" 0 'main of it is held as any'
run git clone -q codex:linked "$T/l"
isnt "$STATUS" 0 'a linked work tree is no repository: its .git is a file'
like "$OUT" 'no repository linked here' 'and the message says so'

# ---- many at once ----

for i in 1 2 3 4 5; do
	serve "git-receive-pack 'srv.git'"
done
yes 'connections that push nothing leave at most the last one'\''s note' test "$(ls -A srv.git/refgate/serve | wc -l)" -le 1

pids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	(
		git clone -q "agent$i:srv.git" "$T/c$i" && ident "$T/c$i" "agent$i" && commit_file "$T/c$i" "f$i" "$i" &&
			git -C "$T/c$i" push -q "agent$i:srv.git" "HEAD:refs/heads/many/$i"
	) >"$T/many$i" 2>&1 &
	pids="$pids $!"
done
failed=0
for p in $pids; do
	wait "$p" || failed=$((failed + 1))
done
is "$failed" 0 'twelve agents push at once'
wrong=
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	[ "$(actor_of "refs/heads/many/$i")" = "actor:agent$i" ] || wrong="$wrong $i:$(actor_of "refs/heads/many/$i")"
done
is "$wrong" '' 'each by its own name'
yes 'the log verifies' "$RG" log verify --repo srv.git
clean_left srv
done_testing
