#!/bin/sh
# Programs of others read what refgate writes: Go's sumdb/note and sumdb/tlog read the log.
. "$(dirname "$0")/../lib/testlib.sh"

GOCACHE=$T/gocache
export GOCACHE
run env -u REFGATE_MUST_WORK HOME="$HOME" "$PROJECT/tests/interop/tlog.sh" "$BUILD/unit/test_log"
case $OUT in
ok) ok "Go's tlog verifies logs of 2 to 1000 entries, and refuses each changed part" ;;
skip:*) skip "Go's tlog verifies the log" "${OUT#skip: }" ;;
*) not_ok "Go's tlog verifies the log" "$OUT" ;;
esac
done_testing
