#!/bin/sh
# HOLES 7, 12: git's configuration is remembered between pushes; a file that it includes and that appears only later counts at once. So does a
# boolean that git reads and that is neither true nor false by name.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
new_clone srv agent
git -C srv.git config include.path "$T/later.conf"
# Old enough to be remembered.
touch -d '1 hour ago' srv.git/config
i=0
push_ok() {
	i=$((i + 1))
	commit_file agent "f$i" "$i"
	push_as codex-bot agent origin "HEAD:refs/heads/agent/$i"
}
# ctime cannot be set back: two seconds must pass before the memory is trusted
sleep 2.1
push_ok
push_ok
is "$STATUS" 0 'pushes land while the included file is absent'
printf '[receive]\n\tfsckObjects = false\n' >later.conf
is "$(git -C srv.git config --bool receive.fsckObjects)" false 'the file appears, and turns fsckObjects off'
snap srv
push_ok
refused srv 'the next push is refused' receive.fsckobjects
rm later.conf
git -C srv.git config receive.shallowUpdate 2
is "$(git -C srv.git config --bool receive.shallowUpdate)" true 'git reads 2 as true'
snap srv
push_ok
refused srv 'shallowUpdate = 2 is refused' receive.shallowupdate
done_testing
