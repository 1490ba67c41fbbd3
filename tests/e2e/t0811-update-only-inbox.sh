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

# ---- a denial that lands while an approval of the same key is moved on is not swept away with it ----
hold_on srv agent
statement srv "$ID" alice maintainer approve >yes.txt
statement srv "$ID" alice maintainer deny >no.txt
sign_text "$T/yes.txt" "$T/alice"
sign_text "$T/no.txt" "$T/alice"
no=$(git -C srv.git hash-object -w "$T/no.txt.signed")
box=refs/approvals/$ID/$(fp alice)
# In the moment between git's move of the in-box and our post-receive: what another push does there.
cat >srv.git/hooks/reference-transaction <<EOF
#!/bin/sh
[ "\$1" = committed ] && [ ! -e "$T/once" ] && grep -q "$box" && : >"$T/once" && git update-ref $box $no
exit 0
EOF
chmod +x srv.git/hooks/reference-transaction
hand_in maint "$ID" "$T/alice" "$T/yes.txt.signed"
rm srv.git/hooks/reference-transaction
is "$(oid srv.git "$box")" "$no" 'the denial is still there'
rg gc srv.git
is "$(pendings srv)" '' 'and counts: the pending is closed'
is "$(oid srv.git "$box")" '' 'nothing stays in the in-box'
log_verifies srv
done_testing
