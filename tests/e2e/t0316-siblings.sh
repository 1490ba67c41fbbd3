#!/bin/sh
# What a release leaves behind on the same ref closes in the release itself; what can be renewed, or waits for another ref, does not.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv || done_testing
new_clone srv agent
main=$(oid srv.git refs/heads/main)

# held ACTOR REF: one more commit on main, held there; prints its id
held() {
	_serial=$((_serial + 1))
	git -C agent checkout -q -f --detach "${3:-$main}"
	commit_file agent "by-$1" "$_serial" >/dev/null
	push_as "$1" agent origin "HEAD:$2"
	json .id
}

A=$(held aaa refs/heads/main)
NEW=$(oid srv.git "refs/pending/$A/heads/main")
B=$(held bbb refs/heads/main)
C=$(held ccc refs/heads/main)
D=$(held ddd refs/heads/main "$NEW")
E=$(held eee refs/heads/release/1.0)
is "$(pendings srv | wc -l)" 5 'five wait'
"$RG" approve "$A" --repo srv.git --yes --as alice --key "$T/alice" >said 2>&1
pendings srv >open_at_once
is "$(oid srv.git refs/heads/main)" "$NEW" 'one is released'
is "$(grep -c -e "$B" -e "$C" open_at_once)" 0 'those built on what main was are closed when the command ends'
is "$(grep -c "$E" open_at_once)" 1 'one on another ref is not'
for id in $B $C; do
	is "$(git -C srv.git log --format=%s refs/refgate/archive | grep "$id")" "pending $id stale" "the archive has $id"
	is "$(log_count srv ".ev == \"stale\" and .pending == \"$id\"")" 1 'and the log, once'
	rg wait "$id" --repo srv.git
	is "$STATUS" 1 'who waits for it is told'
	says 'and what to do' stale 'git rebase'
done
is "$(git -C srv.git for-each-ref "refs/pending/$B" "refs/pending/$C")" '' 'none of their refs stays'
quiet srv
is "$(log_count srv ".ev == \"superseded\" and .pending == \"$D\"")" 1 'the one that contains what main is now is renewed'
is "$(pendings srv | wc -l)" 2 'so two wait'
log_verifies srv

# ---- more than one release closes at once ----
main=$(oid srv.git refs/heads/main)
i=0
while [ $i -lt 56 ]; do
	i=$((i + 1))
	held "many$i" refs/heads/main >ids.$i
done
before=$(pendings srv | wc -l)
"$RG" approve "$(cat ids.1)" --repo srv.git --yes --as alice --key "$T/alice" >said 2>&1
[ "$(pendings srv | wc -l)" -le $((before - 50)) ]
is "$?" 0 '50 of them go in the release'
quiet srv
is "$(pendings srv)" "$E" 'and the others behind it'
log_verifies srv
is "$(git -C srv.git fsck --connectivity-only 2>&1 | grep -v dangling)" '' 'the repository is whole'
done_testing
