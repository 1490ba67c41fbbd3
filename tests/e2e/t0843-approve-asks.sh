#!/bin/sh
# approve and deny ask on the terminal (HOLES 19): y signs, anything else signs nothing, and without a terminal nothing is signed either.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
. "$PROJECT/tests/lib/pty.sh"

need_pty
new_server srv || done_testing
new_clone srv agent
new_clone srv maint alice
hold_on srv agent

statements() { git -C srv.git for-each-ref refs/refgate/approvals refs/approvals | grep -c .; }
LOG=$(sha256sum <srv.git/refgate/audit/log.jsonl)
unsigned() {
	isnt "$STATUS" 0 "$1: not signed"
	is "$(statements)" 0 "$1: no statement is there"
	unmoved srv "$1: no ref moved"
	is "$(sha256sum <srv.git/refgate/audit/log.jsonl)" "$LOG" "$1: the log has nothing of it"
}

# from a clone, and on the server itself
for where in maint srv.git; do
	for answer in n N no '' x ' y'; do
		on_tty "$answer" sh -c "cd $where && exec '$RG' approve $ID --as alice --key '$T/alice'"
		unsigned "$where, answer '$answer'"
		says "$where, answer '$answer': the question came" "Approve $ID as alice? [y/N]" 'nothing was signed'
	done
	run setsid -w sh -c "cd $where && exec '$RG' approve $ID --as alice --key '$T/alice'"
	unsigned "$where, no terminal"
	says "$where, no terminal: it says what to do" 'no terminal' "refgate show $ID" '--yes'
	on_tty n sh -c "cd $where && exec '$RG' deny $ID --as alice --key '$T/alice'"
	unsigned "$where, deny and n"
	says "$where, deny asks too" "Deny $ID as alice? [y/N]"
done

# What is asked is what is signed: the text comes before the question.
on_tty y sh -c "cd maint && exec '$RG' approve $ID --as alice --key '$T/alice'"
is "$STATUS" 0 'y signs'
says 'after the text was shown' 'refgate/approval/v1' "pending $ID" "new $NEW" "Approve $ID as alice? [y/N]"
released srv 'and releases' refs/heads/main "$NEW"

hold_on srv agent
typed_rg Y approve "$ID" --repo srv.git --as alice --key "$T/alice"
is "$STATUS" 0 'Y signs on the server'
released srv 'and releases there' refs/heads/main "$NEW"

hold_on srv agent
typed_rg y deny "$ID" --repo srv.git --as alice --key "$T/alice"
is "$STATUS" 0 'y denies'
says 'and says so' 'denied by alice'
clean_left srv 'the pending is closed'
unmoved_main=$(oid srv.git main)
is "$unmoved_main" "$OLD" 'and main stands where it stood'

# --yes asks nothing, also where there is a terminal that would say no.
hold_on srv agent
typed_rg n approve "$ID" --repo srv.git --as alice --key "$T/alice" --yes
is "$STATUS" 0 '--yes asks nothing'
unlike "$OUT" 'y/N' 'on no terminal'
released srv 'and releases' refs/heads/main "$NEW"

# A question that stands until the pending is over signs nothing.
signer brief.rules alice alice
people_server brief <<'EOP'
version: 1
protected: [refs/heads/main]
people: {alice: {roles: [maintainer]}}
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold, approvals: 1, expires: 10s}}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
new_clone brief agent2
hold_on brief agent2
: >"$OUTFILE"
{
	n=0
	while [ "$n" -lt 500 ] && ! grep -a -q 'y/N' "$OUTFILE"; do
		sleep 0.02
		n=$((n + 1))
	done
	end=$(date -d "$(record brief "$ID" .expires)" +%s)
	while [ "$(date +%s)" -le "$end" ]; do sleep 0.2; done
	echo y
} | SHELL=/bin/sh script -qefc "'$RG' approve $ID --repo brief.git --as alice --key '$T/alice'" /dev/null >"$OUTFILE" 2>&1
STATUS=$?
is "$STATUS" 1 'y behind the end of the pending is refused'
says 'and told so' 'y/N' "pending $ID has expired"
unmoved brief 'no ref moved'
done_testing
