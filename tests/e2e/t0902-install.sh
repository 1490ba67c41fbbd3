#!/bin/sh
# make install puts two programs and a page where DESTDIR and PREFIX say; they work from there, with nothing else of the project;
# make uninstall takes them back.
. "$(dirname "$0")/../lib/testlib.sh"

# The build that is tested is installed as it is: -o keeps make from looking at its parts.
installed() {
	make -s -C "$PROJECT" O="$BUILD" DESTDIR="$T/root" PREFIX=/opt/gate -o all -o "$BUILD/refgate" -o "$BUILD/refgate-worker" "$@"
}

mkdir -p root/opt/gate/bin
echo other >root/opt/gate/bin/other
yes 'make install' installed install
is "$(cd root && find . -type f | sort | tr '\n' ' ')" \
	'./opt/gate/bin/other ./opt/gate/bin/refgate ./opt/gate/libexec/refgate/refgate-worker ./opt/gate/share/man/man1/refgate.1 ' \
	'two programs and a page, nothing else'
is "$(cd root/opt/gate && stat -c %a bin/refgate libexec/refgate/refgate-worker share/man/man1/refgate.1 | tr '\n' ' ')" '755 755 644 ' 'with their modes'

# Works from there: init, doctor, a push that is judged. The prefix was another one when it was built; nothing looks at it.
mv root/opt/gate moved
RG=$T/moved/bin/refgate
_keys && new_repo srv
run "$RG" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init by the installed command'
yes 'the hooks start the installed command' grep -q "$T/moved/bin/refgate" srv.git/hooks/pre-receive
run "$RG" doctor srv.git
like "$OUT" '^ok   worker confinement' 'the installed command finds its worker'
like "$OUT" '^ok   git  .*git version ' 'doctor names the version of git'
new_clone srv agent
commit_file agent README more
snap srv
push_as codex-bot agent origin HEAD:agent/x
landed srv 'a push lands through the installed gate' refs/heads/agent/x "$(oid agent HEAD)"
snap srv
push_as codex-bot agent origin HEAD:main
held srv 'a push to main is held by the installed gate' 1

# The twin: a command without its worker refuses, and says where it looked.
mv moved/libexec gone
commit_file agent README again
snap srv
push_as codex-bot agent origin HEAD:agent/y
refused srv 'without the worker a push is refused' 'refgate-worker is neither beside refgate' 'GATE_E_WORKER'
mv gone moved/libexec
mv moved/bin/refgate away
snap srv
push_as codex-bot agent origin HEAD:agent/y
isnt "$STATUS" 0 'without the command a push is refused'
like "$OUT" 'refgate: .*/moved/bin/refgate is missing, so this push is refused' 'in one clear line'
unmoved srv 'and no ref moved'
mv away moved/bin/refgate

mv moved root/opt/gate
yes 'make uninstall' installed uninstall
is "$(cd root && find . -type f | tr '\n' ' ')" './opt/gate/bin/other ' 'what was there before is all that is left'
no 'the folder of the worker is gone' [ -e root/opt/gate/libexec/refgate ]
done_testing
