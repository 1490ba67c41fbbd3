#!/bin/sh
# Hooks killed with SIGKILL before every single call that changes a file, and at random moments: no ref moves without a decision, nothing
# is half done, the log verifies, and the next push goes on. A release that was cut off is never repeated with the same approvals.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

# every ref of heads stands at a value that a decision put there, or that stood there at init
unexplained() {
	{
		jq -r 'select(.ev == "decision")|.refs[]|select(.verdict == "accept")|.new + " " + .ref' "$1.git/refgate/audit/log.jsonl"
		jq -r 'select(.ev == "released")|.refs[]|.new + " " + .ref' "$1.git/refgate/audit/log.jsonl"
		cat "$1.atstart"
	} | sort -u >"$T/.explained"
	git -C "$1.git" for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags | sort | comm -23 - "$T/.explained"
}

# whole SERVER: the reasons, a line each, why the server is not whole
whole() {
	_begin
	unexplained "$1" | sed 's/^/no decision for /'
	"$RG" log verify --repo "$1.git" >"$T/.verify" 2>&1 || cat "$T/.verify"
	git -C "$1.git" fsck --connectivity-only --no-dangling 2>&1 | grep -v '^Checking'
	# One look at all refs and records: there are hundreds of them by and by.
	git -C "$1.git" for-each-ref --format='%(refname)' | sort >"$T/.refs"
	git -C "$1.git" for-each-ref --format='%(objectname)' refs/refgate/pending | git -C "$1.git" cat-file --batch='"record"' |
		jq -r 'objects|"\(.id) \(.refs[]|select(.pending != null).pending)"' | while read -r _p _r; do
			grep -q -x -F "$_r" "$T/.refs" || echo "pending $_p has no $_r"
		done
	grep '^refs/pending/' "$T/.refs" | cut -d / -f 3 | sort -u | while read -r _p; do
		grep -q -x "refs/refgate/pending/$_p" "$T/.refs" || echo "refs/pending/$_p has no record"
	done
	git -C "$1.git" for-each-ref --format='in-box: %(refname)' refs/approvals
}

n=0
branch() { # a new commit on main's tip in the clone: sets OLD, NEW
	n=$((n + 1))
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	commit_file agent "f$n" "$n"
	OLD=$(oid srv.git main)
	NEW=$(oid agent HEAD)
}

if ! fault_build "$T/fault"; then
	skip 'kills at every point' "cannot link a refgate that dies on demand: $(tail -n 1 "$T/.link" 2>/dev/null)"
else
	_keys
	new_repo srv
	"$T/fault/refgate" init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" >/dev/null 2>&1
	git -C srv.git for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags >srv.atstart
	new_clone srv agent
	new_clone srv maint alice
	count_of() { awk -v h="$1" '$1 == h && $2 > m { m = $2 } END { print m + 0 }' count; }
	dies() { # HOOK N: what follows is pushed with that hook killed before its N-th call
		REFGATE_TEST_FAULT=$1:$2:kill
		export REFGATE_TEST_FAULT
	}
	lives() { unset REFGATE_TEST_FAULT; }

	# ---- an accepted push (the second: the first one also fills the caches) ----
	branch
	push_as bot agent origin HEAD:refs/heads/first
	REFGATE_TEST_COUNT=$T/count
	export REFGATE_TEST_COUNT
	branch
	push_as bot agent origin HEAD:refs/heads/topic
	cp count count.accept
	unset REFGATE_TEST_COUNT
	for h in pre-receive proc-receive update post-receive; do
		cp count.accept count
		max=$(count_of $h)
		bad=
		i=1
		while [ $i -le "$max" ]; do
			branch
			dies $h $i
			push_as bot agent origin "HEAD:refs/heads/k$h$i"
			lives
			at=$(oid srv.git "refs/heads/k$h$i")
			if [ $h = post-receive ]; then
				[ "$at" = "$NEW" ] || bad="$bad [$i: did not land, or not there]"
			else
				[ -z "$at" ] && [ "$STATUS" != 0 ] || bad="$bad [$i: landed]"
			fi
			w=$(whole srv)
			[ -z "$w" ] || bad="$bad [$i: $w]"
			i=$((i + 1))
		done
		is "$bad" '' "accepted push: $h killed at each of $max points leaves the server whole"
	done
	push_as bot agent origin HEAD:refs/heads/after-accept
	is "$STATUS" 0 'the next push lands'
	quiet srv
	clean_left srv 'and sweeps what was left in flight'

	# ---- a held push ----
	REFGATE_TEST_COUNT=$T/count
	export REFGATE_TEST_COUNT
	rm -f count
	branch
	push_as bot agent origin HEAD:main
	cp count count.hold
	unset REFGATE_TEST_COUNT
	for h in pre-receive proc-receive; do
		cp count.hold count
		max=$(count_of $h)
		bad=
		i=1
		while [ $i -le "$max" ]; do
			branch
			dies $h $i
			push_as "bot$h$i" agent origin HEAD:main
			lives
			[ "$STATUS" != 0 ] || bad="$bad [$i: exit 0]"
			[ "$(oid srv.git main)" = "$OLD" ] || bad="$bad [$i: main moved]"
			w=$(whole srv)
			[ -z "$w" ] || bad="$bad [$i: $w]"
			# The same push again, undisturbed, is held; whatever was there of it before.
			push_as "bot$h$i" agent origin HEAD:main
			[ "$(json .verdict)" = hold ] || bad="$bad [$i: again: $(json .verdict)]"
			[ "$(git -C srv.git for-each-ref refs/pending | grep -c "$NEW")" = 1 ] || bad="$bad [$i: held more than once]"
			i=$((i + 1))
		done
		is "$bad" '' "held push: $h killed at each of $max points leaves nothing half, and the same push again is held once"
	done

	# ---- an approval that releases, and leaves one pending behind ----
	branch
	push_as bot agent origin HEAD:main
	approve_as alice maint "$(json .id)"
	quiet srv
	rg gc srv.git
	is "$(pendings srv)" '' 'all that waited until here is gone'
	REFGATE_TEST_COUNT=$T/count
	export REFGATE_TEST_COUNT
	branch
	push_as sibling agent origin HEAD:main
	branch
	push_as bot agent origin HEAD:main
	ID=$(json .id)
	rm -f count
	approve_as alice maint "$ID"
	cp count count.release
	unset REFGATE_TEST_COUNT
	is "$(oid srv.git main)" "$NEW" '(released)'
	quiet srv
	for h in pre-receive proc-receive post-receive; do
		cp count.release count
		max=$(count_of $h)
		bad=
		i=1
		while [ $i -le "$max" ]; do
			branch
			push_as sibling agent origin HEAD:main
			branch
			push_as "bot$h$i" agent origin HEAD:main
			ID=$(json .id)
			statement srv "$ID" alice maintainer >text
			sign_text "$T/text" "$T/alice"
			dies $h $i
			hand_in maint "$ID" "$T/alice" text.signed
			lives
			quiet srv
			at=$(oid srv.git main)
			[ "$at" = "$OLD" ] || [ "$at" = "$NEW" ] || bad="$bad [$i: main at $at]"
			w=$(whole srv)
			[ -z "$w" ] || bad="$bad [$i: $w]"
			if [ "$at" = "$OLD" ]; then
				# Not released: the statement that the log has as spent releases nothing; a fresh one does, at the latest the second.
				began=$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")
				hand_in maint "$ID" "$T/alice" text.signed
				quiet srv
				[ "$began" = 0 ] || [ "$(oid srv.git main)" = "$OLD" ] || bad="$bad [$i: spent approvals released]"
				approve_as alice maint "$ID"
				[ "$(oid srv.git main)" = "$NEW" ] || approve_as alice maint "$ID"
			fi
			quiet srv
			[ "$(oid srv.git main)" = "$NEW" ] || bad="$bad [$i: not released in the end: $(tail -n 2 "$OUTFILE")]"
			[ "$(git -C srv.git reflog show refs/heads/main --format=%H | grep -c "$NEW")" = 1 ] || bad="$bad [$i: moved more than once]"
			w=$(whole srv)
			[ -z "$w" ] || bad="$bad [$i: afterwards: $w]"
			i=$((i + 1))
		done
		is "$bad" '' "approval: $h killed at each of $max points releases once or not at all"
	done
	rg gc srv.git
	branch
	push_as bot agent origin HEAD:refs/heads/after-release
	is "$STATUS" 0 'the next push lands'
	log_verifies srv 'and the log verifies'
fi

# ---- at random moments: our own receive-pack's child is killed by its pid ----
new_server rnd || done_testing
git -C rnd.git for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags >rnd.atstart
new_clone rnd ragent
hits=0
bad=
i=1
while [ $i -le 30 ]; do
	git -C ragent checkout -q -f --detach origin/main
	commit_file ragent "r$i" "$i"
	case $((i % 2)) in 0) to=refs/heads/main ;; *) to=refs/heads/r$i ;; esac
	TEST_ACTOR=bot$i git -C ragent push -q origin "HEAD:$to" >push.out 2>&1 &
	pushing=$!
	j=0
	# Which process is a hook of ours: a child of a receive-pack of this very repository.
	while kill -0 $pushing 2>/dev/null && [ $j -lt 400 ]; do
		j=$((j + 1))
		for p in $(grep -l -a -s "^$BUILD/refgate.hook.pre-receive" /proc/[0-9]*/cmdline); do
			p=${p#/proc/}
			p=${p%/cmdline}
			[ "$(readlink "/proc/$p/cwd" 2>/dev/null)" = "$T/rnd.git" ] || continue
			# A different moment each time: a few turns of an empty loop.
			k=0
			while [ $k -lt $((i * 40)) ]; do k=$((k + 1)); done
			kill -9 "$p" 2>/dev/null && hits=$((hits + 1))
			j=400
			break
		done
	done
	wait $pushing
	w=$(whole rnd)
	[ -z "$w" ] || bad="$bad [$i: $w]"
	i=$((i + 1))
done
is "$bad" '' "30 pushes with pre-receive killed at random moments ($hits hit) leave the server whole"
isnt "$hits" 0 'at least one was hit'
is "$(oid rnd.git main)" "$(sed -n 's, refs/heads/main$,,p' rnd.atstart)" 'main never moved'
git -C ragent checkout -q -f --detach origin/main
commit_file ragent last last
push_as bot ragent origin HEAD:refs/heads/last
is "$STATUS" 0 'the next push lands'
quiet rnd
is "$(ls rnd.git/refgate/inflight)" '' 'and nothing stays in flight'
log_verifies rnd
done_testing
