#!/bin/sh
# Clocks that jump, on the server and at the signer: a refgate whose clock a test sets. Nothing is approved by a wrong clock that a right one
# would refuse, nothing is lost, and the log verifies though its times go back.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
if ! fault_build "$T/fault"; then
	skip 'clocks that jump' "cannot link a refgate whose clock can be set: $(tail -n 1 "$T/.link" 2>/dev/null)"
	done_testing
fi
CK=$T/fault/refgate
new_repo srv
"$CK" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" >/dev/null 2>&1
new_clone srv agent
new_clone srv maint alice

# The clock of everything that runs on the server; the signer's own is that of "$RG", which knows no such variable.
clock() { REFGATE_TEST_CLOCK=$1 && export REFGATE_TEST_CLOCK; }
right() { unset REFGATE_TEST_CLOCK; }
# The signer's clock is off, the server's is right: the signer has the refgate whose clock can be set, and pushes with a clean environment.
sign_at() { # OFFSET
	run sh -c 'cd maint && exec "$@"' - env REFGATE_TEST_CLOCK="$1" "$CK" show "$ID" --statement --as alice --role maintainer
	cp "$OUTFILE" text
	sign_text "$T/text" "$T/alice"
	hand_in maint "$ID" "$T/alice" text.signed
}

# ---- the server's clock ----
hold_on srv agent
clock 90000
approve_as alice maint "$ID"
is "$STATUS" 1 'a server a day ahead: the pending has expired'
open_still srv "$ID" 'nothing moves'
rg wait "$ID" --repo srv.git --timeout 0
is "$STATUS" 4 '(by the right clock it is open)'
run "$CK" wait "$ID" --repo srv.git --timeout 0
is "$STATUS" 1 'wait by the wrong clock says expired'
clock -90000
approve_as alice maint "$ID"
is "$STATUS" 1 'a server a day behind: the statement begins in its future'
like "$OUT" 'begins more than 5 minutes from now; check your clock' 'and says what to check'
open_still srv "$ID" 'nothing moves'
right
approve_as alice maint "$ID"
released srv 'with the right clock it is released' refs/heads/main "$NEW"

# Held by a clock that is ahead, approved by the right one.
clock 86400
hold_on srv agent
right
is "$(record srv "$ID" '(.created|fromdate) > now + 80000')" true '(held in the future)'
approve_as alice maint "$ID"
released srv 'what was held by a clock a day ahead can be approved by a right one' refs/heads/main "$NEW"
# Held by one that is far behind: it has expired by the right one.
clock -864000
hold_on srv agent
right
snap srv
approve_as alice maint "$ID"
is "$STATUS" 1 'what was held by a clock ten days behind has expired by the right one'
unmoved srv 'and nothing moves'
push_as codex-bot agent origin "$NEW:refs/heads/main"
isnt "$(json .id)" "$ID" 'pushed again it is a new pending'
ID=$(json .id)
approve_as alice maint "$ID"
released srv 'which is released' refs/heads/main "$NEW"

# ---- odd times: before 1970, in 2038, in the year 9999 ----
for off in -4000000000 900000000 240000000000; do
	clock $off
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach origin/main
	commit_file agent "odd$off" x
	push_as codex-bot agent origin "HEAD:refs/heads/odd$off"
	is "$STATUS" 0 "a clock $off s off: a low push lands"
	commit_file agent "odd2$off" x
	push_as codex-bot agent origin HEAD:main
	is "$(json .verdict)" hold 'one to main is held'
	right
	deny_here alice srv "$(json .id)" >/dev/null
done
rg gc srv.git
rg log verify --repo srv.git
is "$STATUS" 0 'the log verifies though its times jump'
is "$(jq -r .ts srv.git/refgate/audit/log.jsonl | sort -c 2>&1 | wc -l)" 1 '(they do)'

# ---- the signer's clock ----
hold_on srv agent
sign_at -200000
refused srv 'a signer two days behind: the statement is over' 'the statement is over since'
sign_at 3600
refused srv 'a signer an hour ahead: refused' 'begins more than 5 minutes from now; check your clock'
sign_at 240
released srv 'four minutes ahead are forgiven' refs/heads/main "$NEW"
hold_on srv agent
sign_at -240
released srv 'four minutes behind, too' refs/heads/main "$NEW"
log_verifies srv
done_testing
