#!/bin/sh
# What a key may run through `refgate serve`: git's two verbs on a repository below the root, and nothing else (HOLES 26).
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/sshd.sh"
need_sshd
gated srv serve
gated it\'s serve
let_in codex

# Outside of the root: an open repository, a gated one, and links to them from inside.
new_repo_at() {
	git init -q --bare -b main "$1" && git -C "$1" fetch -q "$ROOT/srv.git" main:main
}
mkdir "$T/outside"
new_repo_at "$T/outside/open.git"
new_repo_at "$T/outside/gated.git"
"$RG" init "$T/outside/gated.git" --identity serve --maintainer "alice:$T/alice.pub" >/dev/null
ln -s "$T/outside/open.git" link.git
ln -s ../outside/gated.git relative.git
ln -s "$T/outside" folder
ln -s srv.git inside.git
mkdir gitlink gitfile worktree
ln -s "$T/outside/gated.git" gitlink/.git
printf 'gitdir: %s\n' "$T/outside/gated.git" >gitfile/.git
# Below the root: one without a gate, one in a folder, a name that begins with a dash.
new_repo_at ungated.git
mkdir -p team && new_repo_at team/deep.git
new_repo_at ./-c.git
# Two that have the gate's folder and not its hooks: an init that did not come to its end, and a gate that was taken down by hand.
new_repo_at half.git
mkdir half.git/refgate
gated down serve
rm down.git/hooks/*
git -C down.git config --unset-all receive.procReceiveRefs
gated moved serve
git -C moved.git config core.hooksPath "$T/none"
git -C moved.git config --unset-all receive.procReceiveRefs
start_sshd 'AcceptEnv GIT_PROTOCOL'
new_ssh_clone codex srv "$T/agent"
A=$T/agent
commit_file "$A" src/a.c 'int a;'

# ---- no command ----

run ssh -F "$SSH_DIR/client" codex
is "$STATUS" 2 'a login without a command ends with 2'
like "$OUT" 'hello codex: this key is for git push and git fetch only' 'and with a friendly line'
run ssh -F "$SSH_DIR/client" -tt codex
isnt "$STATUS" 0 'so does one that asks for a terminal'
unlike "$OUT" '[$#] $' 'no shell is given'
run ssh -F "$SSH_DIR/client" -s codex sftp
isnt "$STATUS" 0 'no file transfer'

# ---- what is no push and no fetch ----

all_refs() {
	for r in srv.git "it's.git" ungated.git half.git down.git moved.git team/deep.git "$T/outside/open.git" "$T/outside/gated.git"; do
		git -C "$r" for-each-ref
	done
}
all_refs >"$T/before"

# never NAME COMMAND [TEXT]: the command is refused, does nothing, and shows nothing of a repository
never() {
	on codex "$2"
	_begin
	[ "$STATUS" != 0 ] || _because "the exit code is 0"
	[ ! -e "$T/pwned" ] || _because "a command was run"
	rm -f "$T/pwned"
	grep -q -a -E 'refs/heads|capabilities|agent=git' "$OUTFILE" && _because "a repository answered"
	[ -z "${3-}" ] || grep -q -a -F -- "$3" "$OUTFILE" || _because "the answer does not say: $3"
	_end "$1"
}
ONLY='git push and git fetch only'
BAD="the repository's path is malformed"
NONE='no repository'
P=$T/pwned
long=$(awk 'BEGIN { for (i = 0; i < 5000; i++) printf "a" }')

never 'a shell command' "touch $P" "$ONLY"
never 'a shell' sh "$ONLY"
never 'git-upload-archive' "git-upload-archive 'srv.git'" "$ONLY"
never 'git upload-archive' "git upload-archive 'srv.git'" "$ONLY"
never 'git-shell' "git-shell -c 'git-receive-pack srv.git'" "$ONLY"
never 'another git command' "git log" "$ONLY"
never 'git with an alias on the command line' "git -c alias.receive-pack=!touch\\ $P receive-pack 'srv.git'" "$ONLY"
never 'hooks switched off on the command line' "git -c core.hooksPath=/dev/null receive-pack 'srv.git'" "$ONLY"
never 'the same by a variable' "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git-receive-pack 'srv.git'" "$ONLY"
never 'the same through env' "env GIT_DIR=$T/outside/open.git git-receive-pack 'srv.git'" "$ONLY"
never 'the whole path of the verb' "/usr/bin/git-receive-pack 'srv.git'" "$ONLY"
never 'a verb with a tab' "git-receive-pack	'srv.git'" "$ONLY"
never 'a verb in capitals' "GIT-RECEIVE-PACK 'srv.git'" "$ONLY"
never 'a verb behind a space' " git-receive-pack 'srv.git'" "$ONLY"
never 'a verb alone' 'git-receive-pack' "$ONLY"
never 'rsync' 'rsync --server . srv.git' "$ONLY"
never 'scp' "scp -f srv.git/config" "$ONLY"
never 'refgate itself' "refgate serve --as alice --root /" "$ONLY"
never 'a path without quotes' 'git-receive-pack srv.git' "$ONLY"
never 'a path in double quotes' 'git-receive-pack "srv.git"' "$ONLY"
never 'an option before the path' "git-upload-pack --strict 'srv.git'" "$ONLY"
never 'another option before the path' "git-upload-pack --timeout=1 'srv.git'" "$ONLY"
never 'two paths' "git-receive-pack 'srv.git' 'srv.git'" "$BAD"
never 'an option behind the path' "git-receive-pack 'srv.git' --skip-connectivity-check" "$BAD"
never 'a second command' "git-receive-pack 'srv.git'; touch $P" "$BAD"
never 'a second command with an ampersand' "git-receive-pack 'srv.git'&touch $P" "$BAD"
never 'a pipe' "git-upload-pack 'srv.git'|tee $P" "$BAD"
never 'a redirection' "git-upload-pack 'srv.git' >$P" "$BAD"
never 'a second line' "git-upload-pack 'srv.git'
touch $P" "$BAD"
never 'a quote that is not closed' "git-upload-pack 'srv.git" "$BAD"
never 'a quote left open by an escape' "git-upload-pack 'srv.git\\'" "$NONE"
never 'glued words' "git-upload-pack 'srv'.git" "$BAD"
never 'a command in the path' "git-upload-pack '\$(touch $P)'" "$NONE"
never 'a command in backquotes' "git-upload-pack '\`touch $P\`'" "$NONE"
never 'an option as the path' "git-upload-pack '--upload-pack=touch $P'" "$NONE"
never 'another option as the path' "git-receive-pack '-c core.hooksPath=/dev/null'" "$NONE"
never 'a transport as the path' "git-upload-pack 'ext::touch $P'" "$NONE"
never 'a home as the path' "git-upload-pack '~/srv.git'" "$NONE"
never 'a pattern as the path' "git-upload-pack 'sr*.git'" "$NONE"
never 'an empty path' "git-upload-pack ''" "$NONE"
never 'the root' "git-upload-pack '/'" "$NONE"
never 'a dot' "git-upload-pack '.'"
never 'the folder above' "git-upload-pack '..'" "$NONE"
never 'a path out of the root' "git-upload-pack '../outside/open.git'" "$NONE"
never 'the same by a detour' "git-receive-pack 'team/../../outside/open.git'" "$NONE"
never 'the same from above' "git-receive-pack '/../outside/open.git'" "$NONE"
never 'a whole path outside of the root' "git-upload-pack '$T/outside/open.git'" "$NONE"
never 'a whole path that begins like the root' "git-upload-pack '$ROOT/../outside/open.git'" "$NONE"
never 'the root as a beginning only' "git-upload-pack '${ROOT}x/open.git'" "$NONE"
never '/etc' "git-upload-pack '/etc'" "$NONE"
never 'a path through /proc' "git-upload-pack '/proc/self/root$T/outside/open.git'" "$NONE"
never 'a link out of the root' "git-upload-pack 'link.git'" "$NONE"
never 'and a push through it' "git-receive-pack 'link.git'" "$NONE"
never 'a relative link out of the root' "git-upload-pack 'relative.git'" "$NONE"
never 'a folder that leads out of the root' "git-upload-pack 'folder/open.git'" "$NONE"
never 'a work tree whose .git leads out of the root' "git-upload-pack 'gitlink'" "$NONE"
never 'and a push to it' "git-receive-pack 'gitlink'" "$NONE"
never 'a work tree whose .git is a file that names a folder outside' "git-upload-pack 'gitfile'" "$NONE"
never 'and a push to it' "git-receive-pack 'gitfile'" "$NONE"
never 'a folder that is no repository' "git-upload-pack 'team'"
never 'a folder of a repository' "git-upload-pack 'srv.git/objects'"
never 'the gate'\''s own folder' "git-upload-pack 'srv.git/refgate'"
never 'a file' "git-upload-pack 'srv.git/config'" "$NONE"
never 'a path that is too long' "git-upload-pack '$long'"
never 'a line feed in the path' "git-upload-pack 'srv.git
'" "$NONE"
never 'an escape sequence in the path' "git-upload-pack '$(printf '\033')[2J'" "$NONE"
unlike "$(tr '\033' '#' <"$OUTFILE")" '#' 'and it is not printed back'
never 'bytes that are no text' "git-upload-pack '$(printf '\377\376')'" "$NONE"

# ---- the twins: what git's own clients send ----

# answers NAME COMMAND: a repository answers with its refs
answers() {
	on codex "$2"
	_begin
	grep -q -a 'refs/heads/main' "$OUTFILE" || _because "no repository answered"
	_end "$1"
}
answers 'a path in quotes' "git-upload-pack 'srv.git'"
answers 'the other spelling of the verb' "git upload-pack 'srv.git'"
answers 'from the root' "git-upload-pack '/srv.git'"
answers 'as the server sees it' "git-upload-pack '$ROOT/srv.git'"
answers 'with a slash behind' "git-upload-pack 'srv.git/'"
answers 'through a link that stays inside' "git-upload-pack 'inside.git'"
answers 'in a folder' "git-upload-pack 'team/deep.git'"
answers 'over dots that stay inside' "git-upload-pack 'team/../srv.git'"
answers 'with an apostrophe' "git-upload-pack 'it'\\''s.git'"
answers 'with a dash in front' "git-upload-pack '-c.git'"
answers 'a repository without a gate can be read' "git-upload-pack 'ungated.git'"

# ---- pushes ----

snap srv
run git -C "$A" push --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin HEAD:main
isnt "$STATUS" 0 'a push around the hooks is refused'
like "$OUT" "$ONLY" 'by serve'
unmoved srv 'and main stays'
run env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git -C "$A" push origin HEAD:main
held srv 'with the client'\''s own configuration it is held as ever' 1
snap srv
run git -C "$A" push --receive-pack='git receive-pack' origin HEAD:refs/heads/agent/a
landed srv 'the other spelling of the verb pushes' refs/heads/agent/a "$(oid "$A" HEAD)"
run git -C "$A" push codex:ungated.git HEAD:main
isnt "$STATUS" 0 'a push to a repository without a gate is refused'
like "$OUT" 'refgate is not installed here' 'and the message says why'
for r in half down moved; do
	run git -C "$A" push "codex:$r.git" HEAD:refs/heads/agent/x
	isnt "$STATUS" 0 "a push to a repository whose hooks are not the gate's is refused ($r)"
	like "$OUT" 'refgate init' 'and the message says what to do'
done
run git -C "$A" push "codex:it's.git" HEAD:refs/heads/agent/quoted
is "$STATUS" 0 'a push to a repository with an apostrophe lands'
is "$(oid "it's.git" refs/heads/agent/quoted)" "$(oid "$A" HEAD)" 'where it should'

all_refs | grep -v -E 'agent/(a|quoted)|refs/(pending|refgate/(pending|log))' >"$T/after"
is "$(cat "$T/after")" "$(cat "$T/before")" 'no other ref of any repository moved'
is "$(ls -A srv.git/refgate/inflight)" '' 'no decision is left'
done_testing
