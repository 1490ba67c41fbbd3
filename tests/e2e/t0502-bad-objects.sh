#!/bin/sh
# Objects of the server are missing or corrupt: what would build on them is refused with the object named, and nothing moves.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
signer base.rules alice "$T/alice"
# A short limit: libgit2 does not come to an end on some loose objects that were cut short, and is stopped.
people_server base <<'EOP' || done_testing
version: 1
limits: {judging: 5s}
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: accept, protected: {action: hold}}
  high: {action: hold}
  critical: {action: hold}
EOP
new_clone base agent
mkdir -p agent/src
commit_file agent src/deep 'one' 'on a branch'
commit_file agent src/main.c 'int main(void) { return 1; }' 'second'
push_as codex-bot agent origin HEAD:refs/heads/topic
TOPIC=$(oid agent HEAD)
hold_on base agent
WAITS=$ID
quiet base
git -C agent checkout -q -f --detach "$TOPIC"
commit_file agent src/main.c 'int main(void) { return 2; }' 'third'
NEW=$(oid agent HEAD)
# A single object is damaged more easily where each is a file of its own.
mkdir packs && mv base.git/objects/pack/* packs
for p in packs/*.pack; do git -C base.git unpack-objects -q <"$p"; done
is "$(git -C base.git count-objects -v | sed -n 's/^packs: //p')" 0 '(the server has loose objects only)'

path() { echo "objects/$(echo "$1" | cut -c 1-2)/$(echo "$1" | cut -c 3-)"; }

# on NAME OBJECT HOW: a copy of the server whose object is damaged in that way; sets C
c=0
damaged() {
	c=$((c + 1))
	C=case$c
	cp -a base.git $C.git
	_f=$C.git/$(path "$1")
	[ -f "$_f" ] || { not_ok "the object is loose: $1"; return 1; }
	chmod u+w "$_f"
	case $2 in
	gone) rm -f "$_f" ;;
	cut) head -c 10 "$_f" >"$_f.x" && cat "$_f.x" >"$_f" && rm "$_f.x" ;;
	noise) head -c 200 /dev/urandom >"$_f" ;;
	empty) : >"$_f" ;;
	other) printf 'blob 6\0other\n' | zlib_of >"$_f" ;;
	esac
	refs_of $C >before
	objects_of $C >nbefore
}
# A loose object of other content: written by git under its own name, then copied over.
zlib_of() {
	cat >/dev/null
	_o=$(echo other | git -C agent hash-object -w --stdin)
	cat "agent/.git/$(path "$_o")"
}

# not_moved NAME: refused, with an answer, and the refs of $C as before
not_moved() {
	_begin
	[ "$STATUS" != 0 ] || _because "exit 0"
	refs_of $C >now
	cmp -s before now || _because "refs differ: $(diff before now)"
	[ -z "$(ls $C.git/refgate/inflight)" ] || _because "in flight: $(ls $C.git/refgate/inflight)"
	[ -z "$(find $C.git \( -name '*.lock' ! -name settle.lock -o -name 'tmp_objdir*' -o -name 'incoming-*' \))" ] || _because 'left behind'
	_end "$1"
}

for how in gone cut noise empty other; do
	damaged "$(oid base.git "$TOPIC^{tree}")" $how || continue
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	not_moved "the tree of the branch's tip $how: a push on it is refused"
	damaged "$(oid base.git "$TOPIC:src")" $how || continue
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	not_moved "a tree below it $how: refused"
	damaged "$TOPIC" $how || continue
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	not_moved "the branch's tip itself $how: refused"
	damaged "$(oid base.git "$TOPIC^")" $how || continue
	git -C $C.git update-ref refs/heads/topic "$(oid base.git main)" 2>/dev/null
	echo "$(oid base.git main) refs/heads/topic" >>$C.git/refgate/decided
	refs_of $C >before
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/again"
	# git sends what the server does not have; what it says it has by a ref is gone. Landed whole or refused, never half.
	if [ "$STATUS" = 0 ]; then
		yes "a parent $how: landed, and whole" git -C $C.git fsck --connectivity-only "$NEW"
	else
		not_moved "a parent $how: refused"
	fi
	# The blob before the change is evidence: thresholds and tests are compared by value.
	damaged "$(oid base.git "$TOPIC:src/main.c")" $how || continue
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	if [ "$STATUS" = 0 ]; then
		is "$(git -C $C.git rev-parse topic)" "$NEW" "the old blob $how: not needed for this judgement, so the push lands whole"
	elif [ "$(json '.verdict + ":" + ([.findings[] | select(.id == "GATE-LIMIT")] | length > 0 | tostring)')" = hold:true ]; then
		is "$(git -C $C.git rev-parse topic)" "$(oid base.git "$TOPIC")" "the old blob $how: held, because what changed could not be compared"
	else
		not_moved "the old blob $how: refused"
	fi
done

# ---- approving what is damaged ----
for how in gone cut; do
	new=$(git -C base.git rev-parse "refs/pending/$WAITS/heads/main")
	for what in "$new" "$new^{tree}"; do
		damaged "$(oid base.git "$what")" $how || continue
		approve_here alice $C "$WAITS"
		isnt "$STATUS" 0 "the held commit is damaged ($how): not approved"
		not_moved 'and nothing moves'
	done
	damaged "$(oid base.git "refs/refgate/pending/$WAITS")" $how || continue
	approve_here alice $C "$WAITS"
	isnt "$STATUS" 0 "its record is damaged ($how): not approved"
	says 'and the pending is named' "$WAITS"
	not_moved 'and nothing moves'
	rg queue --repo $C.git
	is "$STATUS" 0 'queue goes on without it'
	git clone -q $C.git m$c 2>/dev/null
	approve_as alice m$c "$WAITS"
	isnt "$STATUS" 0 'nor from a clone'
	not_moved 'and nothing moves'
done

# ---- the policy's own objects ----
for how in gone noise other; do
	damaged "$(oid base.git main:.refgate/policy.yml)" $how || continue
	rm -f $C.git/refgate/cache/*
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	not_moved "the file of the policy in force $how: refused"
	like "$OUT" '\.refgate|policy' 'and that is named'
	damaged "$(oid base.git main:.refgate)" $how || continue
	rm -f $C.git/refgate/cache/*
	push_as codex-bot agent "$T/$C.git" "$NEW:refs/heads/topic"
	not_moved "its folder $how: refused"
done

# ---- what the push itself lacks ----
git -C agent checkout -q -f --detach "$TOPIC"
commit_file agent src/new 'brand new'
HAVE=$(oid agent HEAD)
git -C agent rev-list --objects "$HAVE" "^$TOPIC" | cut -d ' ' -f 1 >all
snap base
for leave in $(cat all); do
	grep -v "$leave" all | git -C agent pack-objects -q --stdout >thin.pack
	raw_push codex-bot base 'report-status' thin.pack "$ZERO $HAVE refs/heads/lacking"
	is "$(git -C base.git rev-parse -q --verify refs/heads/lacking)" '' "a pack without $(git -C agent cat-file -t "$leave") of the push lands nothing"
done
unmoved base 'and moves nothing'
head -c 50 thin.pack >cut.pack
raw_push codex-bot base 'report-status' cut.pack "$ZERO $HAVE refs/heads/lacking"
unmoved base 'a pack cut short moves nothing'
head -c 5000 /dev/urandom >noise.pack
raw_push codex-bot base 'report-status' noise.pack "$ZERO $HAVE refs/heads/lacking"
unmoved base 'noise instead of a pack moves nothing'
raw_push codex-bot base 'report-status' - "$ZERO $HAVE refs/heads/lacking"
unmoved base 'no pack at all moves nothing'
is "$(ls base.git/refgate/inflight)" '' 'nothing is in flight'
push_as codex-bot agent origin "$HAVE:refs/heads/lacking"
is "$STATUS" 0 'the whole of it lands'
log_verifies base
done_testing
