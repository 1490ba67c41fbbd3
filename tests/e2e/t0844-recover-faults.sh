#!/bin/sh
# A recovery that cannot be written moves nothing: a disk that is read-only, a log that takes nothing, a ref that is locked, rules that moved while
# the question stood.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
. "$PROJECT/tests/lib/pty.sh"

need_pty
in_own_mounts || { skip 'recovery on a read-only disk' 'no mount namespace of its own (unshare -m)'; done_testing; }
_keys
ssh-keygen -q -t ed25519 -N '' -C carol -f "$T/carol"
new_server srv || done_testing
new_clone srv agent
hold_on srv agent
log_of() { sha256sum <"$1.git/refgate/audit/log.jsonl"; }
recover() { typed_rg recover init srv.git --recover --lost alice --maintainer "carol:$T/carol.pub"; }
unchanged() {
	isnt "$STATUS" 0 "$1: it fails"
	unmoved srv "$1: no ref moved"
	is "$(record srv "$ID" .state)" open "$1: what was held stays held"
	is "$("$RG" queue --repo srv.git --format json | jq -c .recoveries)" null "$1: nothing is to be ratified"
}

snap srv
LOG=$(log_of srv)
mount --bind srv.git srv.git && mount -o remount,ro,bind srv.git || { skip 'recovery on a read-only disk' 'no bind mounts'; done_testing; }
recover
umount srv.git
unchanged 'read-only'
is "$(log_of srv)" "$LOG" 'read-only: the log has nothing of it'

mv srv.git/refgate/audit/log.key key.away
recover
mv key.away srv.git/refgate/audit/log.key
unchanged 'no key of the log'
is "$(log_of srv)" "$LOG" 'no key of the log: it has nothing of it'

# The log has it before a ref moves; so it has that none did.
: >srv.git/refs/heads/main.lock
recover
rm -f srv.git/refs/heads/main.lock
unchanged 'a locked ref'
says 'a locked ref: it says so' 'nothing was recovered'
is "$(log_count srv '.ev == "policy_recovered"') $(log_count srv '.ev == "policy_recover_failed"')" '1 1' 'a locked ref: the log has both'
log_verifies srv

# While the question stands, somebody moves the ref: what was shown is not what would be done.
_typing() {
	_n=0
	while [ "$_n" -lt 1000 ] && ! grep -a -q 'Type the word' "$OUTFILE"; do
		sleep 0.02
		_n=$((_n + 1))
	done
	"$@" >/dev/null 2>&1
	echo recover
}
MAIN=$(oid srv.git main)
LOG=$(log_of srv)
: >"$OUTFILE"
_typing git -C srv.git update-ref refs/heads/main "$(git -C srv.git rev-parse main~1)" |
	SHELL=/bin/sh script -qefc "'$RG' init srv.git --recover --lost alice --maintainer 'carol:$T/carol.pub'" /dev/null >"$OUTFILE" 2>&1
STATUS=$?
OUT=$(cat "$OUTFILE")
isnt "$STATUS" 0 'a ref that moved meanwhile ends it'
says 'and it says so' 'moved meanwhile'
is "$(log_of srv)" "$LOG" 'the log has nothing of it'
is "$(oid srv.git main)" "$(git -C srv.git rev-parse "$MAIN~1")" 'and the ref stands where it was moved to'
git -C srv.git update-ref refs/heads/main "$MAIN"

recover
is "$STATUS" 0 'with nothing in the way it is done'
is "$("$RG" queue --repo srv.git --format json | jq -c '.recoveries|length')" 1 'and waits to be ratified'
log_verifies srv
done_testing
