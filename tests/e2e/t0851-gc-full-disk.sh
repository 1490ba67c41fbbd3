#!/bin/sh
# `gc` on a disk with no room but the reserve, and with more and more of it: it closes what it can or says why not, and nothing is left half; with room again it is done.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
in_own_mounts || { skip 'gc on a full disk' 'no mount namespace of its own (unshare -m)'; done_testing; }

mkdir srv.git
mount -t tmpfs -o size=4m,mode=0755 none srv.git || { skip 'gc on a full disk' 'no tmpfs'; done_testing; }
at_end "umount '$T/srv.git'"
new_server srv || done_testing
new_clone srv agent
main=$(oid srv.git refs/heads/main)
for who in aaa bbb ccc; do
	git -C agent checkout -q -f --detach "$main"
	commit_file agent "by-$who" "$who"
	push_as $who agent origin HEAD:main
done
is "$(pendings srv | wc -l)" 3 'three wait'
# The target moves by a way that leaves closing to gc: an admin on the server.
git -C agent checkout -q -f --detach "$main"
commit_file agent moved moved
git -C agent push -q "$T/srv.git" HEAD:refs/heads/side 2>/dev/null
TO=$(oid agent HEAD)
git -C srv.git update-ref refs/heads/main "$TO"
cp -a srv.git before.git

bad=
reserve=
refused=0
for kib in reserve 0 4 8 12 16 20 24 32 40 48 64 96; do
	find srv.git -mindepth 1 -delete
	cp -a before.git/. srv.git/
	# The log's reserve is there for gc too (HOLES 28): without it every byte counts.
	[ $kib = reserve ] && room=0 || { room=$kib; rm -f srv.git/refgate/audit/reserve; }
	dd if=/dev/zero of=srv.git/fill bs=1024 count=$(($(df -k srv.git | awk 'END { print $4 }') - room)) 2>/dev/null
	rg gc srv.git
	[ "$kib$STATUS" != reserve0 ] || reserve=used
	[ "$STATUS" = 0 ] || refused=$((refused + 1))
	[ "$STATUS" = 0 ] || grep -q -i -E 'space|full|could not|couldn.t write|unable' "$OUTFILE" || bad="$bad [$kib: exit $STATUS, does not say why: $OUT]"
	rm -f srv.git/fill
	"$RG" log verify --repo srv.git >verify 2>&1 || bad="$bad [$kib: $(cat verify)]"
	w=$(git -C srv.git fsck --connectivity-only --no-dangling 2>&1 | grep -v '^Checking')
	[ -z "$w" ] || bad="$bad [$kib: $w]"
	[ "$(oid srv.git refs/heads/main)" = "$TO" ] || bad="$bad [$kib: main moved]"
	rg gc srv.git
	[ "$STATUS" = 0 ] || bad="$bad [$kib: gc with room again: $OUT]"
	[ -z "$(pendings srv)" ] || bad="$bad [$kib: still open: $(pendings srv)]"
	[ "$(git -C srv.git rev-list --count refs/refgate/archive)" = 3 ] || bad="$bad [$kib: the archive has $(git -C srv.git rev-list --count refs/refgate/archive)]"
	w=$(find srv.git -name '*.lock' ! -name settle.lock -o -name 'tmp_obj_*')
	[ -z "$w" ] || bad="$bad [$kib: left: $w]"
done
is "$bad" '' 'gc with 0 to 96 KiB left: done or refused, never half, and done with room again'
isnt "$refused" 0 'some were refused'
is "$reserve" used 'the reserve is enough for one that has it'
done_testing
