#!/bin/sh
# Where the repository lies on the server is not for pushers: errors of every hook, and of serve, name it <repo>. On the server it is named.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
commit_file agent a one

# hidden NAME TEXT...: what came from the server names no path, and says TEXT. The client's own lines know where it pushed to.
hidden() {
	_n=$1
	shift
	grep -v -e '^To ' -e '^error: failed to push' "$OUTFILE" >said
	_begin
	[ "$STATUS" != 0 ] || _because 'the exit code is 0'
	! grep -q -F "$T/" said || _because "the path is shown: $(grep -F "$T/" said)"
	for _t in "$@"; do
		grep -q -F -- "$_t" said || _because "not said: $_t"
	done
	_end "$_n"
}

chmod 644 srv.git/hooks/proc-receive
snap srv
push_as codex-bot agent origin HEAD:main
hidden 'pre-receive: the second wall is missing' 'an admin runs `refgate init <repo>`'
is "$(json .text | grep -c '<repo>')" 1 'the JSON line says it too'
refused srv 'and it is refused like any other'
chmod 755 srv.git/hooks/proc-receive
: >srv.git/shallow
push_as codex-bot agent origin HEAD:main
hidden 'pre-receive: a file that must not be there' '<repo>: a shallow repository'
rm srv.git/shallow
mv srv.git/refgate away
push_as codex-bot agent origin HEAD:main
hidden 'pre-receive: refgate is gone' '<repo>: refgate is not installed here'
mv away srv.git/refgate

rm -rf srv.git/refs/pending
: >srv.git/refs/pending
push_as codex-bot agent origin HEAD:main
hidden 'proc-receive: the pending cannot be written' 'could not be held' 'refs/pending'
rm srv.git/refs/pending

snap srv
push_as codex-bot agent origin HEAD:main
held srv 'with all mended a push is held' 1
: >srv.git/refs/heads/main.lock
approve_as alice maint "$ID"
rm srv.git/refs/heads/main.lock
hidden 'post-receive: a release that cannot be done' 'was not released' '<repo>/refs/heads/main.lock'

# update
run env -i PATH="$PATH" GIT_DIR="$T/srv.git" sh -c 'mv srv.git/refgate away; srv.git/hooks/update refs/heads/main '"$ZERO $ZERO"'; c=$?; mv away srv.git/refgate; exit $c'
hidden 'update: refgate is gone' '<repo>: refgate is not installed here'

# serve
serve() { run env HOME="$HOME" SSH_ORIGINAL_COMMAND="git-receive-pack '/srv.git'" "$RG" serve --as codex-bot --root "$T"; }
mv srv.git/refgate away
serve
mv away srv.git/refgate
hidden 'serve: refgate is gone' '<repo>: refgate is not installed here'
chmod 644 srv.git/hooks/pre-receive
serve
chmod 755 srv.git/hooks/pre-receive
hidden 'serve: a hook is not in place' 'refgate init <repo>'

# The admin is told where.
chmod 644 srv.git/hooks/proc-receive
rg doctor srv.git
like "$OUT" "$T/srv.git" 'on the server the path is named'
done_testing
