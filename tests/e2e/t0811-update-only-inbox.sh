#!/bin/sh
# HOLES 10, on a host without proc-receive: a statement never stays under the name it came by, though its client hung up before post-receive. Nobody
# may keep a person from denying by handing in that person's first statement once more.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for k in alice bob; do signer srv.rules "$k" "$k"; done
people_server srv --update-only <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 2}
  high: {action: hold, approvals: 2}
  critical: {action: hold, approvals: 2}
EOF
new_clone srv agent
new_clone srv maint alice
new_clone srv agent2 mallory

# hang_up DIR OID REF: a client that is cut off before the report, so that git runs no post-receive
hang_up() {
	_line="$ZERO $2 $3"
	printf '%s\n' "$2" | git -C "$1" pack-objects -q --stdout >"$T/hang.pack"
	{
		printf '%04x%s\0%s0000' $((${#_line} + 5 + 14)) "$_line" ' report-status'
		cat "$T/hang.pack"
	} >"$T/hang.in"
	mkfifo "$T/hang.out"
	(TEST_ACTOR=mallory exec git receive-pack "$T/srv.git" <"$T/hang.in" >"$T/hang.out" 2>"$T/hang.err") &
	_pid=$!
	head -c "$(git receive-pack --http-backend-info-refs "$T/srv.git" </dev/null | wc -c)" "$T/hang.out" >/dev/null
	wait "$_pid"
	rm "$T/hang.out"
}

hold_on srv agent
approve_as alice maint "$ID"
like "$OUT" 'recorded, still needed' 'alice approves, one more is needed'
box=refs/approvals/$ID/$(fp alice)
is "$(oid srv.git "$box")" '' 'her statement left the in-box'
git -C agent2 fetch -q origin "+refs/refgate/approvals/$ID/$(fp alice):refs/x/old"
hang_up agent2 "$(oid agent2 refs/x/old)" "$box"
deny_as alice maint "$ID"
is "$STATUS" 0 'alice denies: her statement is taken'
is "$(pendings srv)" '' 'the pending is closed'
is "$(oid srv.git "$box")" '' 'nothing stays in the in-box'
done_testing
