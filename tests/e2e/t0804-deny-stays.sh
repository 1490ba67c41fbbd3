#!/bin/sh
# One deny blocks (DESIGN 8): an older statement of the same key, which anybody may fetch and hand in again, never takes its place. The deny was
# stored, and its post-receive was lost with the connection.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

people_policy() {
	cat <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 2}
  high: {action: hold, approvals: 2}
  critical: {action: hold, approvals: 2}
EOF
}
_keys
signer srv.rules alice alice
signer srv.rules bob bob
people_policy | people_server srv
new_clone srv agent
new_clone srv maint alice
new_clone srv agent2 mallory

# hang_up SERVER OID REF: a client that is cut off before the report, so that git runs no post-receive
hang_up() {
	_line="$ZERO $2 $3"
	printf '%s\n' "$2" | git -C maint pack-objects -q --stdout >"$T/hang.pack"
	{
		printf '%04x%s\0%s0000' $((${#_line} + 5 + 14)) "$_line" ' report-status'
		cat "$T/hang.pack"
	} >"$T/hang.in"
	mkfifo "$T/hang.out"
	(TEST_ACTOR=alice exec git receive-pack "$T/$1.git" <"$T/hang.in" >"$T/hang.out" 2>"$T/hang.err") &
	_pid=$!
	head -c "$(git receive-pack --http-backend-info-refs "$T/$1.git" </dev/null | wc -c)" "$T/hang.out" >/dev/null
	wait "$_pid"
	STATUS=$?
	rm "$T/hang.out"
}

hold_on srv agent
approve_as alice maint "$ID"
like "$OUT" 'recorded, still needed' 'alice approves, one more is needed'
statement srv "$ID" alice maintainer deny >deny.txt
sign_text deny.txt alice
deny=$(git -C maint hash-object -w --stdin <deny.txt.signed 2>/dev/null || git -C maint hash-object -w --stdin <deny.signed)
yes 'a deny is written' git -C maint cat-file -e "$deny"
hang_up srv "$deny" "refs/approvals/$ID/$(fp alice)"
is "$(git -C srv.git rev-parse -q --verify "refs/refgate/approvals/$ID/$(fp alice)")" "$deny" 'alice changes her mind: the deny is stored, her line drops'

# The agent (or anybody) hands her first statement in again.
git -C agent2 fetch -q origin '+refs/refgate/approvals/*:refs/x/*' '+refs/refgate/archive:refs/x/archive' 2>/dev/null
old=$(git -C srv.git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' | awk '$2=="blob"{print $1}' |
	while read -r o; do git -C srv.git cat-file blob "$o" | grep -q '^decision approve$' && echo "$o"; done | head -n 1)
git -C srv.git cat-file blob "$old" | git -C agent2 hash-object -w --stdin >/dev/null
push_as mallory agent2 origin "$old:refs/approvals/$ID/$(fp alice)"
approve_as bob maint "$ID"
unlike "$OUT" '^released' 'bob alone completes nothing'
is "$(oid srv.git refs/heads/main)" "$OLD" 'main did not move'
done_testing
