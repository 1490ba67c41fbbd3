#!/bin/sh
# HOLES 3: the old value is the client's claim; a push that does not know where the ref stands is refused.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
commit_file agent a one
a=$(oid agent HEAD)
push_as codex-bot agent origin HEAD:refs/heads/agent/one
commit_file agent b two
b=$(oid agent HEAD)
main=$(oid srv.git refs/heads/main)
rel=$(oid srv.git refs/heads/release/1.0)
d40=dddddddddddddddddddddddddddddddddddddddd
printf '%s\n^%s\n' "$b" "$a" | git -C agent pack-objects -q --revs --stdout >p.pack
git -C agent pack-objects -q --stdout </dev/null >empty.pack

try() {
	_what=$1
	shift
	snap srv
	raw_push codex-bot srv ' report-status delete-refs' "$@"
	refused srv "$_what"
	case $REPORT in
	*"ok refs/"*) not_ok "git says ok: $_what" "$REPORT" ;;
	esac
}
try 'a delete with a made-up old' - "$d40 $ZERO refs/heads/agent/one"
try 'a delete with the old of another branch' - "$main $ZERO refs/heads/agent/one"
try 'a delete of a protected branch with a made-up old' - "$d40 $ZERO refs/heads/release/1.0"
try 'an update with a made-up old' p.pack "$d40 $b refs/heads/agent/one"
try 'an update with the old of another branch' p.pack "$main $b refs/heads/agent/one"
try 'a create of what is there' p.pack "$ZERO $b refs/heads/agent/one"
try 'an update of what is not there' p.pack "$a $b refs/heads/agent/two"
try 'old and new the same' empty.pack "$a $a refs/heads/agent/one"
try 'old and new the same on main' empty.pack "$main $main refs/heads/main"
try 'a forced update of release/1.0 that claims to be a new branch' p.pack "$ZERO $b refs/heads/release/1.0"
is "$(oid srv.git refs/heads/release/1.0)" "$rel" 'release/1.0 stands'
is "$(log_count srv '.ev == "held"')" 0 'nothing of this was held'

snap srv
raw_push codex-bot srv ' report-status delete-refs' p.pack "$a $b refs/heads/agent/one"
landed srv 'the right old moves it' refs/heads/agent/one "$b"
snap srv
raw_push codex-bot srv ' report-status delete-refs' - "$b $ZERO refs/heads/agent/one"
landed srv 'and deletes it' refs/heads/agent/one "$ZERO"
done_testing
