#!/bin/sh
# HOLES 2: a push to a symbolic ref is not a push to what it points at.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
commit_file agent a one
push_as codex-bot agent origin HEAD:refs/heads/agent/one
commit_file agent b two

git -C srv.git symbolic-ref refs/heads/prod refs/heads/main
git -C srv.git symbolic-ref refs/heads/open refs/heads/agent/one
git -C srv.git symbolic-ref refs/tags/latest refs/heads/main
for r in heads/prod:main heads/open:agent/one tags/latest:main; do
	name=refs/${r%%:*}
	to=${r#*:}
	snap srv
	push_as codex-bot agent --force origin "HEAD:$name"
	refused srv "a push to the symbolic ref $name is rejected with the real name" "$to"
	snap srv
	push_as codex-bot agent origin ":$name"
	isnt "$STATUS" 0 "the symbolic ref $name is not deleted"
	unmoved srv "and $to stands"
done


# To what no push may reach at all, and to what is not there (git fsck does not like such refs, so only the refs are compared).
git -C srv.git symbolic-ref refs/heads/rules refs/refgate/policy
git -C srv.git symbolic-ref refs/heads/nowhere refs/heads/not/yet
for r in rules:refs/refgate/policy nowhere:refs/heads/not/yet; do
	snap srv
	push_as codex-bot agent --force origin "HEAD:refs/heads/${r%%:*}"
	isnt "$STATUS" 0 "a push to the symbolic ref ${r%%:*} is rejected"
	like "$OUT" "${r#*:}" 'with the real name'
	unmoved srv 'and nothing moved'
	no 'nor was anything made' git -C srv.git show-ref --verify refs/heads/not/yet
	git -C srv.git symbolic-ref -d "refs/heads/${r%%:*}"
done

# By a client of its own making, which knows the values.
new=$(oid agent HEAD)
old=$(oid srv.git refs/heads/main)
printf '%s\n^%s\n' "$new" "$old" | git -C agent pack-objects -q --revs --stdout >p.pack
snap srv
raw_push codex-bot srv ' report-status' p.pack "$old $new refs/heads/prod"
refused srv 'nor with the right old value' refs/heads/main
snap srv
raw_push codex-bot srv ' report-status delete-refs' - "$old $ZERO refs/heads/prod"
refused srv 'nor deleted with it'
snap srv
raw_push codex-bot srv ' report-status' p.pack "$old $new HEAD"
unmoved srv 'nor is HEAD'

# Together with the ref it points at.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/two HEAD:refs/heads/prod
refused srv 'beside another ref, the whole push is rejected' 'may be pushed alone'

# A pending made before somebody turned the target into a symbolic ref is not released through it.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/release/1.0
held srv 'a push to release/1.0 is held' 1
id=$ID
was=$(oid srv.git refs/heads/release/1.0)
git -C srv.git update-ref -d refs/heads/release/1.0
git -C srv.git symbolic-ref refs/heads/release/1.0 refs/heads/main
approve_as alice maint "$id"
isnt "$STATUS" 0 'a pending whose target became a symbolic ref is not released'
is "$(oid srv.git refs/heads/main)" "$old" 'main did not move'
git -C srv.git symbolic-ref -d refs/heads/release/1.0
git -C srv.git update-ref refs/heads/release/1.0 "$was"

# The twins: the real names.
for r in prod open; do git -C srv.git symbolic-ref -d "refs/heads/$r"; done
git -C srv.git symbolic-ref -d refs/tags/latest
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/one
landed srv 'the real name is pushed to as ever' refs/heads/agent/one "$new"
done_testing
