#!/bin/sh
# Disks that are full or read-only, for real and by a call that fails at each place: the push is refused, nothing moves, nothing half is
# left, the message says so, and the next push works when there is room again. The log's reserve lets a person deny and approve meanwhile.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
in_own_mounts || { skip 'full and read-only disks' 'no mount namespace of its own (unshare -m)'; done_testing; }

mkdir srv.git
mount -t tmpfs -o size=4m,mode=0755 none srv.git || { skip 'full and read-only disks' 'no tmpfs'; done_testing; }
at_end "umount '$T/srv.git'"
new_server srv || done_testing
new_clone srv agent
new_clone srv maint alice

# leave N: fills the disk but for N KiB
leave() {
	rm -f srv.git/fill
	_free=$(df -k srv.git | awk 'END { print $4 }')
	dd if=/dev/zero of=srv.git/fill bs=1024 count=$((_free - $1)) 2>/dev/null
}

intact() { # what is not whole, a line each
	_begin
	"$RG" log verify --repo srv.git >"$T/.verify" 2>&1 || cat "$T/.verify"
	git -C srv.git fsck --connectivity-only --no-dangling 2>&1 | grep -v '^Checking'
	pendings srv | while read -r _p; do
		record srv "$_p" '.refs[]|select(.pending != null).pending' | while read -r _r; do
			git -C srv.git rev-parse -q --verify "$_r" >/dev/null || echo "pending $_p has no $_r"
		done
	done
	git -C srv.git for-each-ref --format='%(refname)' refs/pending | cut -d / -f 3 | sort -u | while read -r _p; do
		git -C srv.git rev-parse -q --verify "refs/refgate/pending/$_p" >/dev/null || echo "refs/pending/$_p has no record"
	done
	find srv.git -name '*.lock' ! -name settle.lock
}

# ---- full, with more and more room left: each push lands or is held, or is refused and moves nothing ----
n=0
refusals=0
ours=0
bad=
for kib in 0 4 8 12 16 20 24 28 32 36 40 44 48 56 64 80 96 128; do
	for to in topic$kib main; do
		n=$((n + 1))
		git -C agent checkout -q -f --detach origin/main
		commit_file agent "f$n" "$n"
		leave $kib
		snap srv
		push_as "bot$n" agent origin "HEAD:refs/heads/$to"
		case "$(json .verdict)$STATUS" in
		0 | null0) [ "$(oid srv.git "refs/heads/$to")" = "$(oid agent HEAD)" ] || bad="$bad [$kib $to: exit 0, not there]" ;;
		hold*) git -C srv.git rev-parse -q --verify "refs/pending/$(json .id)/heads/main" >/dev/null || bad="$bad [$kib $to: not held]" ;;
		*)
			refusals=$((refusals + 1))
			grep -q '"GATE_E_FULL"' "$OUTFILE" && ours=$((ours + 1))
			grep -q -i -E "space|full|couldn't write" "$OUTFILE" || bad="$bad [$kib $to: does not say why: $(tail -n 3 "$OUTFILE")]"
			refs_of srv >now
			cmp -s "$T/.snap.srv" now || bad="$bad [$kib $to: refused, and refs differ: $(diff "$T/.snap.srv" now)]"
			;;
		esac
		[ "$(oid srv.git main)" = "$(oid agent origin/main)" ] || bad="$bad [$kib: main moved]"
		rm -f srv.git/fill
		w=$(intact)
		[ -z "$w" ] || bad="$bad [$kib $to: $w]"
	done
done
is "$bad" '' "$n pushes to a disk with 0 to 128 KiB left: $refusals refused, nothing half"
isnt "$refusals" 0 'some were refused'
commit_file agent room room
push_as bot agent origin HEAD:refs/heads/room
is "$STATUS" 0 'with room again the next push lands'
is "$(ls srv.git/refgate/inflight)" '' 'and sweeps what was in flight'
log_verifies srv

# ---- the reserve: denying and approving on the server of a full disk ----
hold_on srv agent
quiet srv
is "$(stat -c %s srv.git/refgate/audit/reserve)" 262144 'the log keeps a reserve'
leave 0
commit_file agent more more
snap srv
push_as bot2 agent origin HEAD:refs/heads/more
isnt "$STATUS" 0 'a push is refused'
unmoved srv 'and moves nothing'
deny_here alice srv "$ID"
is "$STATUS" 0 'a denial goes through'
is "$(log_count srv ".ev == \"denied\" and .pending == \"$ID\"")" 1 'is in the record'
is "$(pendings srv | grep -c -x "$ID")" 0 'and closes the pending'
rm -f srv.git/fill
push_as bot agent origin HEAD:refs/heads/more2
quiet srv
is "$(stat -c %s srv.git/refgate/audit/reserve)" 262144 'with room again the reserve is filled'
hold_on srv agent
quiet srv
leave 0
approve_here alice srv "$ID"
is "$STATUS" 0 'an approval goes through too'
is "$(oid srv.git main)" "$NEW" 'and releases'
is "$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")" 1 'on the record'
rm -f srv.git/fill
quiet srv
log_verifies srv
clean=$(intact)
is "$clean" '' 'all is whole'

# ---- read-only ----
hold_on srv agent
quiet srv
snap srv
mount --bind srv.git srv.git
mount -o remount,bind,ro srv.git || not_ok 'the repository is read-only'
cd "$T" || exit 1
commit_file agent ro ro
push_as bot agent origin HEAD:refs/heads/ro
isnt "$STATUS" 0 'a push to a read-only repository is refused'
like "$OUT" '[Rr]ead-only|unable to create temporary object directory' 'and says why (git itself, before the gate is asked)'
approve_here alice srv "$ID"
isnt "$STATUS" 0 'so is an approval on the server'
like "$OUT" '[Rr]ead-only' 'with the reason'
approve_as alice maint "$ID"
isnt "$STATUS" 0 'and one over the remote'
rg queue --repo srv.git
is "$STATUS" 0 'reading goes on: queue'
rg log verify --repo srv.git
is "$STATUS" 0 'and log verify'
umount srv.git
unmoved srv 'nothing moved'
push_as bot agent origin HEAD:refs/heads/ro
is "$STATUS" 0 'writable again, the push lands'

# ---- the audit folder alone: read-only, gone, a file, no permission to write ----
mount --bind srv.git/refgate/audit srv.git/refgate/audit
mount -o remount,bind,ro srv.git/refgate/audit
commit_file agent ro2 ro2
snap srv
push_as bot agent origin HEAD:refs/heads/ro2
refused srv 'a read-only audit folder refuses the push, in our own words' 'ead-only' refgate/audit
approve_here alice srv "$ID"
isnt "$STATUS" 0 'and the approval'
unmoved srv 'nothing moves'
umount srv.git/refgate/audit
mv srv.git/refgate/audit srv.git/refgate/away
push_as bot agent origin HEAD:refs/heads/ro2
refused srv 'an audit folder that is gone' 'audit'
: >srv.git/refgate/audit
push_as bot agent origin HEAD:refs/heads/ro2
refused srv 'a file in its place' 'audit'
rm srv.git/refgate/audit
mv srv.git/refgate/away srv.git/refgate/audit
for f in log.key state lock; do
	mv "srv.git/refgate/audit/$f" "srv.git/refgate/$f.away"
	mkdir "srv.git/refgate/audit/$f"
	push_as bot agent origin HEAD:refs/heads/ro2
	refused srv "a folder in the place of $f" "$f"
	rmdir "srv.git/refgate/audit/$f"
	mv "srv.git/refgate/$f.away" "srv.git/refgate/audit/$f"
done
rm srv.git/refgate/audit/log.key.x 2>/dev/null
push_as bot agent origin HEAD:refs/heads/ro2
is "$STATUS" 0 'mended, the push lands'
for f in inflight decided idkey; do
	mv "srv.git/refgate/$f" "srv.git/refgate/$f.away"
	hold_new=$(git -C agent rev-parse HEAD)
	snap srv
	push_as "bot-$f" agent origin "$hold_new:refs/heads/main"
	refused srv "refgate/$f gone: the push is refused" refgate
	mv "srv.git/refgate/$f.away" "srv.git/refgate/$f"
done
log_verifies srv

# ---- every call that changes a file fails, one by one ----
if ! fault_build "$T/fault"; then
	skip 'each call fails' "cannot link a refgate that fails on demand: $(tail -n 1 "$T/.link" 2>/dev/null)"
	done_testing
fi
umount srv.git
rm -rf srv.git agent maint
AT_END=
new_repo srv
"$T/fault/refgate" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" >/dev/null 2>&1
new_clone srv agent
new_clone srv maint alice
m=0
branch() {
	m=$((m + 1))
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "g$m" "$m"
	NEW=$(oid agent HEAD)
	OLD=$(oid srv.git main)
}
# calls_of HOOK PUSH...: how many calls that hook makes in a push like this one
count_of() { awk -v h="$1" '$1 == h && $2 > m { m = $2 } END { print m + 0 }' count; }
branch
push_as bot agent origin HEAD:refs/heads/first
REFGATE_TEST_COUNT=$T/count
export REFGATE_TEST_COUNT
branch
push_as bot agent origin HEAD:refs/heads/second
cp count count.accept
rm count
branch
push_as bot agent origin HEAD:main
cp count count.hold
unset REFGATE_TEST_COUNT
# A disk that is full stays full; one that has an error may have one.
for what in ENOSPC EIO; do
	case $what in ENOSPC) stays=+ ;; *) stays= ;; esac
	for kind in accept hold; do
		for h in pre-receive proc-receive update; do
			cp count.$kind count
			max=$(count_of $h)
			[ "$max" != 0 ] || continue
			bad=
			i=1
			while [ $i -le "$max" ]; do
				branch
				to=refs/heads/main
				[ $kind = hold ] || to=refs/heads/$what-$h-$i
				REFGATE_TEST_FAULT=$h:$i$stays:$what
				export REFGATE_TEST_FAULT
				push_as "bot$m" agent origin "HEAD:$to"
				unset REFGATE_TEST_FAULT
				at=$(oid srv.git "$to")
				if [ $kind = accept ]; then
					# A cache that cannot be written may be passed over; then the push lands whole.
					case "$STATUS:$at" in
					0:"$NEW") ;;
					0:*) bad="$bad [$i: exit 0, not there]" ;;
					*:) grep -q -E 'refgate: \{' "$OUTFILE" || bad="$bad [$i: no answer: $OUT]" ;;
					*) bad="$bad [$i: refused and there]" ;;
					esac
				else
					[ "$at" = "$OLD" ] && [ "$STATUS" != 0 ] || bad="$bad [$i: main moved or exit 0]"
					case $(json .verdict) in
					hold) pendings srv | grep -q -x "$(json .id)" || bad="$bad [$i: said held, is not]" ;;
					reject) ;;
					*) bad="$bad [$i: no answer: $OUT]" ;;
					esac
				fi
				w=$(intact)
				[ -z "$w" ] || bad="$bad [$i: $w]"
				i=$((i + 1))
			done
			is "$bad" '' "$what at each of $max calls of $h, a push that is $kind: lands whole, is held whole, or is refused"
		done
	done
done
branch
push_as bot agent origin HEAD:refs/heads/end
is "$STATUS" 0 'the next push lands'
log_verifies srv
done_testing
