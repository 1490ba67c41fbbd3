#!/bin/sh
# Pushes with nothing in them: nothing is judged, recorded or left behind.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
lines() { grep -c . srv.git/refgate/audit/log.jsonl; }
before=$(lines)

snap srv
push_as codex-bot agent origin main
landed srv 'a push of what is there already'
like "$OUT" 'Everything up-to-date' 'git says so'
snap srv
raw_push codex-bot srv ' report-status' - </dev/null
is "$STATUS" 0 'receive-pack with no commands ends well'
unmoved srv 'and moves nothing'
clean_left srv
is "$(lines)" "$before" 'neither left a line in the log'

# The hook with no ref lines, with an empty one, and with lines that are none.
hook() {
	printf "$1" >lines.in
	OUT=$(cd srv.git && GIT_DIR=. TEST_ACTOR=codex-bot hooks/pre-receive <../lines.in 2>&1)
	STATUS=$?
	printf '%s\n' "$OUT" >"$OUTFILE"
}
hook ''
is "$STATUS" 0 'pre-receive with no ref lines has nothing to say'
n40=$(oid agent HEAD)
for bad in '\n' "$n40 $n40\n" "$n40 $n40 \n" "garbage\n" "$n40  $n40 refs/heads/x\n" "x${n40#?} $n40 refs/heads/x\n" \
	"$n40 $n40 refs/heads/x\000y\n" "$n40$n40 $n40$n40 refs/heads/x\n" "\n$ZERO $n40 refs/heads/x\n"; do
	snap srv
	hook "$bad"
	refused srv "pre-receive refuses the line '$(printf '%s' "$bad" | sed "s/$n40/OID/g")'"
done
hook "$ZERO $n40 refs/heads/x\n"
like "$OUT" 'no git receive-pack is running this hook' 'a good line by hand, without receive-pack, is refused with a reason'
refused srv 'and moves nothing'
is "$(lines)" "$before" 'the log has no line of all this'

# Delete nothing: git sends a delete of a branch that is not there.
snap srv
raw_push codex-bot srv ' report-status delete-refs' - "$ZERO $ZERO refs/heads/nothing"
unmoved srv 'a delete of nothing moves nothing'
clean_left srv
done_testing
