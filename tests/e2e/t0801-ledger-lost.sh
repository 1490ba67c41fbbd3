#!/bin/sh
# HOLES 16, 27: git runs no post-receive for a client that hangs up before the report. What landed counts all the same.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
new_server srv --policy "$T/rules"
new_clone srv agent

# A client of its own making: reads the advertisement, sends its push, and hangs up before the report.
hang_up() {
	_line="$ZERO $2 $3"
	printf '%s' "$2" | git -C agent pack-objects -q --revs --stdout >"$T/hang.pack"
	{
		printf '%04x%s\0%s0000' $((${#_line} + 5 + 14)) "$_line" ' report-status'
		cat "$T/hang.pack"
	} >"$T/hang.in"
	mkfifo "$T/hang.out"
	(TEST_ACTOR=$1 exec git receive-pack "$T/srv.git" <"$T/hang.in" >"$T/hang.out" 2>"$T/hang.err") &
	_pid=$!
	head -c "$(git receive-pack --http-backend-info-refs "$T/srv.git" </dev/null | wc -c)" "$T/hang.out" >/dev/null
	wait "$_pid"
	STATUS=$?
	rm "$T/hang.out"
}

commit_file agent pay/one 1
hang_up lone "$(oid agent HEAD)" refs/heads/agent/one
is "$(oid srv.git refs/heads/agent/one)" "$(oid agent HEAD)" 'the first half lands though its client hung up'
isnt "$STATUS" 0 'and git died before post-receive'
git -C agent checkout -q -b two origin/main
commit_file agent door/one 1
snap srv
push_as lone agent origin HEAD:refs/heads/agent/second
held srv 'the second half is held' 1
yes 'the log verifies' "$RG" log verify --repo srv.git
is "$(log_count srv '.ev == "applied" and (.refs[].ref == "refs/heads/agent/one")')" 1 'the log says that the first half landed'
done_testing
