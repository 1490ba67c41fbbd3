#!/bin/sh
# HOLES 17, DESIGN section 3 step 7: a ref answered `ng` never reaches git's call of `update`, where a host may keep its access rules: so the
# repository's own update hook is asked before anything is held. In both modes.
. "$(dirname "$0")/../lib/testlib.sh"

# Mallory may write nothing but amal/, nobody may write forbidden/; each call is noted.
own_update() {
	cat >"$1.git/hooks/update" <<EOP
#!/bin/sh
{
	echo "\$TEST_ACTOR \$*"
	env | grep -E '^(GIT_|HOST_VAR)' | sort | sed 's/^/env: /'
} >>"$T/asked"
[ ! -f "$T/ask.hangs" ] || kill -9 \$\$
case \$TEST_ACTOR:\$1 in
mallory:refs/heads/amal/*) ;;
*:refs/heads/forbidden/* | mallory:*)
	echo
	echo "FATAL: W \$1 srv \$TEST_ACTOR DENIED by fallthru"
	echo "(or you mis-spelled the name)"
	printf 'and \033[31mred\n' >&2
	exit 3
	;;
esac
EOP
	chmod +x "$1.git/hooks/update"
}
HOST_VAR=kept
export HOST_VAR
asked() { grep -c "^$1" asked; }

play() {
	mode=$1
	shift
	srv=srv-$mode
	_keys && new_repo "$srv" && own_update "$srv"
	rg init "$srv.git" --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" "$@"
	is "$STATUS" 0 "$mode: init keeps the own update hook"
	yes "$mode: as update.chained" test -x "$srv.git/hooks/update.chained"
	new_clone "$srv" "a-$mode"
	new_clone "$srv" "maint-$mode" alice
	commit_file "a-$mode" a one
	new=$(oid "a-$mode" HEAD)
	old=$(oid "$srv.git" main)

	# Who may not write parks nothing.
	: >asked
	snap "$srv"
	push_as mallory "a-$mode" origin HEAD:main
	is "$STATUS" 1 "$mode: a push that would be held, by somebody who may not write"
	unmoved "$srv" "$mode: leaves no pending"
	is "$(json '.verdict + " " + (.id|tostring) + " " + .error')" 'reject null GATE_E_REF' "$mode: the JSON line says reject"
	is "$(json '[.refs[]|.ref + " " + .verdict + " " + (.pending|tostring)]|join(",")')" 'refs/heads/main reject null' "$mode: and names the ref"
	like "$OUT" 'rejected: the repository.s own update hook refuses refs/heads/main, so nothing was held: FATAL: W refs/heads/main srv mallory DENIED' \
		"$mode: a line says who refused and why"
	like "$OUT" 'mis-spelled the name' "$mode: all the host said is shown"
	if [ "$mode" = full ]; then
		like "$OUT" '! \[remote rejected\].*\(FATAL: W refs/heads/main srv mallory DENIED by fallthru\)' "$mode: git itself shows the reason"
	fi
	is "$(asked "mallory refs/heads/main $old $new")" 1 "$mode: the hook was asked once, as git would"
	is "$(log_count "$srv" '.ev == "held"')" 0 "$mode: nothing is recorded as held"
	is "$(log_count "$srv" '.ev == "decision_withdrawn" and .verdict == "reject" and .refused == ["refs/heads/main"] and .agent == "user:mallory"')" 1 \
		"$mode: the log has that the decision was withdrawn"
	no "$mode: and no word of the host" grep -q fallthru "$srv.git/refgate/audit/log.jsonl"
	is "$(ls "$srv.git/refgate/inflight")" '' "$mode: nothing of the push is left"

	# Twins: who may write is held; the host is asked again at the release.
	: >asked
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main
	held "$srv" "$mode: the same push by somebody who may is held" 1
	id=$ID
	is "$(asked "codex-bot refs/heads/main $old $new")" 1 "$mode: after the hook was asked"
	like "$(cat asked)" 'env: HOST_VAR=kept' "$mode: in the environment that git gave"
	unlike "$(cat asked)" 'env: GIT_QUARANTINE_PATH' "$mode: outside the quarantine"
	: >asked
	push_as codex-bot "a-$mode" origin HEAD:main
	is "$(json .id) $(asked codex-bot)" "$id 1" "$mode: the same push again is asked about again"
	snap "$srv"
	push_as mallory "a-$mode" origin HEAD:main
	unmoved "$srv" "$mode: a pending of others changes nothing for who may not write"
	: >asked
	approve_as alice "maint-$mode" "$id"
	is "$(oid "$srv.git" main)" "$new" "$mode: signed, it is released"
	is "$(asked "codex-bot refs/heads/main $old $new")" 1 "$mode: the hook was asked at the release too"

	# Several refs: what is accepted lands, what is held with a refused one waits for nobody. git asks about refs that are there by name,
	# about new ones after them.
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:refs/heads/amal/one HEAD:refs/heads/agent/ok
	is "$STATUS" 0 "$mode: two branches land"
	commit_file "a-$mode" b two
	new=$(oid "a-$mode" HEAD)
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:refs/heads/agent/ok HEAD:main
	held "$srv" "$mode: a mixed push that the host allows" 1 refs/heads/agent/ok "$new"
	deny_as alice "maint-$mode" "$ID"
	for other in amal/one amal/two; do
		snap "$srv"
		push_as mallory "a-$mode" origin "HEAD:refs/heads/$other" HEAD:main
		is "$STATUS" 1 "$mode: $other beside main, which the host refuses"
		is "$(oid "$srv.git" "refs/heads/$other")" "$new" "$mode: what is accepted has landed"
		is "$(pendings "$srv")" '' "$mode: what is not is not held"
		is "$(json '[.refs[]|.ref + " " + .verdict]|sort|join(",")')" "refs/heads/$other accept,refs/heads/main reject" "$mode: the JSON line has both"
	done
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main HEAD:refs/tags/v1
	is "$STATUS $(json .verdict) $(pendings "$srv" | grep -c .)" '1 hold 1' "$mode: two protected refs are held together"
	deny_as alice "maint-$mode" "$(pendings "$srv")"
	sed -i 's,refs/heads/forbidden/\*,refs/tags/*,' "$srv.git/hooks/update.chained"
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main HEAD:refs/tags/v1
	is "$STATUS" 1 "$mode: one of them refused by the host"
	unmoved "$srv" "$mode: none of them is held"
	is "$(json '[.refs[].verdict]|unique|join(",")')" reject "$mode: both are rejected"
	[ "$mode" != full ] || like "$OUT" 'main \(not held: the host refuses another ref' "$mode: and the other one is told to go alone"
	sed -i 's,refs/tags/\*,refs/heads/forbidden/*,' "$srv.git/hooks/update.chained"

	# --atomic: held whole or refused whole, whichever of its refs the host refuses, in either order.
	for refs in "HEAD:main HEAD:refs/heads/forbidden/x" "HEAD:refs/heads/forbidden/x HEAD:main" "HEAD:refs/heads/agent/y HEAD:refs/heads/forbidden/x HEAD:main"; do
		snap "$srv"
		# shellcheck disable=SC2086
		push_as codex-bot "a-$mode" --atomic origin $refs
		is "$STATUS" 1 "$mode: atomic: $refs"
		unmoved "$srv" "$mode: nothing of it moved or is held"
	done
	snap "$srv"
	push_as codex-bot "a-$mode" --atomic origin HEAD:refs/heads/agent/z HEAD:main
	id=$(json .id)
	is "$(record "$srv" "$id" '[.refs[].ref]|join(",")')" 'refs/heads/agent/z,refs/heads/main' "$mode: an atomic push that the host allows is held whole"
	no "$mode: and has not landed" oid "$srv.git" refs/heads/agent/z
	deny_as alice "maint-$mode" "$id"

	# Deletions and new protected refs are asked about like any other.
	: >asked
	snap "$srv"
	push_as mallory "a-$mode" origin :refs/heads/release/1.0
	unmoved "$srv" "$mode: a deletion that the host refuses is not held"
	is "$(asked "mallory refs/heads/release/1.0 [0-9a-f]* $ZERO")" 1 "$mode: the hook was asked about the deletion"

	# A hook that dies, or cannot be run, has not allowed anything.
	touch ask.hangs
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main
	is "$STATUS $(json .verdict)" '1 reject' "$mode: the hook is killed: refused"
	unmoved "$srv" "$mode: and nothing is held"
	rm ask.hangs
	mv "$srv.git/hooks/update.chained" keep && printf '#!/nowhere/sh\n' >"$srv.git/hooks/update.chained" && chmod +x "$srv.git/hooks/update.chained"
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main
	is "$STATUS $(json .verdict)" '1 reject' "$mode: the hook cannot be started: refused"
	unmoved "$srv" "$mode: and nothing is held then"
	mv keep "$srv.git/hooks/update.chained"
	snap "$srv"
	push_as codex-bot "a-$mode" origin HEAD:main
	held "$srv" "$mode: with the hook back it is held" 1

	# Nobody fills the queue.
	i=0
	while [ $i -lt 25 ]; do
		i=$((i + 1))
		git -C "a-$mode" commit -q --allow-empty -m "flood $i"
		push_as mallory "a-$mode" origin HEAD:main
	done
	is "$(pendings "$srv" | grep -c .)" 1 "$mode: 25 pushes by who may not write fill no queue"
	yes "$mode: the log verifies" "$RG" log verify --repo "$srv.git"
}

play full
play update --update-only

# At the release a hook sees one identity, the pusher's, whatever language it is written in: no variable is there twice.
srv=srv-full
printf '#!/bin/sh\ntr "\\0" "\\n" </proc/$$/environ | grep ^TEST_ACTOR= >>"%s/actors"\n' "$T" >"$srv.git/hooks/update.chained"
: >actors
run env TEST_ACTOR=alice "$RG" approve "$ID" --repo srv-update.git --yes --as alice --key "$T/alice"
id=$(pendings $srv)
run env TEST_ACTOR=alice "$RG" approve "$id" --repo $srv.git --yes --as alice --key "$T/alice"
like "$OUT" '^released ' 'a release'
is "$(cat actors)" 'TEST_ACTOR=codex-bot' 'the own hook has one actor in its environment'
done_testing
