#!/bin/sh
# Statements of one key for one pending at the same moment, on the server and by pushes: one counts, nobody is told what is not so.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

holding_server srv 'alice bob' 2 || done_testing
new_clone srv agent

# both ROUND DECISION...: alice says them all at once
both() {
	_n=0
	_pids=
	for _d; do
		_n=$((_n + 1))
		"$RG" "$_d" "$ID" --repo srv.git --yes --as alice --key "$T/alice" -m "number $_n" >"said.$_n" 2>&1 &
		_pids="$_pids $!"
	done
	_n=0
	for _p in $_pids; do
		_n=$((_n + 1))
		wait "$_p"
		echo $? >"code.$_n"
	done
}

for round in 1 2 3; do
	hold_on srv agent
	both approve approve approve approve
	is "$(pendings srv | grep -c -x "$ID")" 1 "round $round: four approvals of one person are one, and one more is needed"
	is "$(git -C srv.git for-each-ref "refs/refgate/approvals/$ID" | wc -l)" 1 'one statement is kept'
	is "$(cat code.* | sort -u | grep -c -v -x -e 0 -e 1)" 0 'each is told that it counts or that another came between'
	is "$(oid srv.git refs/heads/main)" "$OLD" 'main stands'
	approve_here bob srv "$ID"
	released srv 'a second person completes it' refs/heads/main "$NEW"
done
hold_on srv agent
both approve deny approve
quiet srv
case $(git -C srv.git log -1 --format=%s refs/refgate/archive) in
"pending $ID denied") denied=1 ;;
*) denied=0 ;;
esac
# A denial that was told as recorded has closed it; one that lost the race was told so.
is "$(grep -c '^denied by alice' said.2)" "$denied" 'what the denial was told is so'
is "$(cat code.2)" $((1 - denied)) 'and its exit code'
is "$(oid srv.git refs/heads/main)" "$OLD" 'main stands'
log_verifies srv
done_testing
