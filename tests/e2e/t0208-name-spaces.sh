#!/bin/sh
# HOLES 8: what is open to pushes, and names that would be taken for others.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
main=$(oid srv.git refs/heads/main)
commit_file agent a one
new=$(oid agent HEAD)
push_as codex-bot agent origin HEAD:refs/heads/Topic HEAD:refs/heads/agent/one
git -C srv.git update-ref refs/tags/v1 "$main"
rg doctor srv.git --acknowledge refs/tags/v1
printf '%s\n^%s\n' "$new" "$main" | git -C agent pack-objects -q --revs --stdout >p.pack

# By the client, and by one of its own making.
try() {
	snap srv
	push_as codex-bot agent origin "HEAD:$1"
	if [ "$STATUS" = 128 ] || grep -q 'invalid refspec\|is not a valid ref' "$OUTFILE"; then
		unmoved srv "$1: the client itself does not send it"
	else
		refused srv "$1 is refused"
	fi
	snap srv
	raw_push codex-bot srv ' report-status' p.pack "$ZERO $new $1"
	refused srv "$1 is refused from a client of its own making"
}
h40=$main
h64=$main$(echo "$main" | cut -c 1-24)
for r in "refs/replace/$main" refs/REPLACE/x refs/refgate/x refs/REFGATE/x refs/Refgate/policy refs/pending/aaaaaaaa/heads/main refs/PENDING/x \
	refs/notes/x refs/notes/commits refs/pull/1/head refs/pull/1/merge refs/remotes/origin/main refs/original/x refs/meta/config refs/stash \
	refs/bisect/x refs/worktree/x refs/rewritten/x refs/for/main refs/changes/01/1/1 refs/merge-requests/1/head refs/environments/x \
	refs/keep-around/x refs/x refs/headsx/y refs/HEADS/main refs/Heads/x refs/tag/x \
	refs/heads/-x refs/heads/x/-y refs/tags/-v refs/heads/HEAD refs/heads/head refs/heads/x/HEAD refs/tags/HEAD \
	refs/heads/refs/heads/main refs/heads/x/refs/heads/y refs/tags/refs/tags/v "refs/heads/$h40" "refs/tags/$h40" "refs/heads/$h64" \
	refs/heads/v1 refs/tags/main refs/tags/Topic refs/heads/topic refs/heads/TOPIC refs/heads/Main refs/tags/V1 refs/heads/agent/ONE refs/heads/AGENT/one \
	refs/heads/main/x refs/heads/main/x/y refs/heads/master/x refs/heads/release; do
	try "$r"
done
is "$(log_count srv '.ev == "held"')" 0 'none of them was held'

# Twins inside one push.
snap srv
push_as codex-bot agent origin HEAD:refs/heads/pair HEAD:refs/heads/PAIR
refused srv 'two letter-case twins in one push'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/both HEAD:refs/tags/both
refused srv 'a branch and a tag of one name in one push'

# Deleting or overwriting there is no better.
git -C srv.git update-ref "refs/notes/x" "$main"
snap srv
push_as codex-bot agent origin :refs/notes/x
refused srv 'a note is not deleted'
snap srv
push_as codex-bot agent --force origin HEAD:refs/notes/x
refused srv 'nor overwritten'
git -C srv.git update-ref -d refs/notes/x

# A twin that is there already (made before the gate) may go away, so that an admin's advice can be followed by a push.
git -C srv.git update-ref refs/heads/TOPIC "$main"
rg doctor srv.git --acknowledge refs/heads/TOPIC
snap srv
push_as codex-bot agent origin :refs/heads/TOPIC
landed srv 'an old twin may be deleted' refs/heads/TOPIC "$ZERO"

# What the policy opens, and what it cannot.
pol() {
	rm -rf "$1.d" && mkdir "$1.d" && git -C srv.git archive main .refgate | tar -x -C "$1.d" --strip-components 1
	cat >>"$1.d/policy.yml"
}
printf 'namespaces:\n- refs/changes/**\n- refs/notes/*\n' | pol open
new_repo open && rg init open.git --identity env:TEST_ACTOR --policy open.d
is "$STATUS" 0 'a server whose policy opens refs/changes and refs/notes'
new_clone open agent2
commit_file agent2 a one
snap open
push_as codex-bot agent2 origin HEAD:refs/changes/01/1/1
landed open 'a push to refs/changes lands' refs/changes/01/1/1 "$(oid agent2 HEAD)"
snap open
push_as codex-bot agent2 origin HEAD:refs/notes/commits
landed open 'and one to refs/notes' refs/notes/commits "$(oid agent2 HEAD)"
snap open
push_as codex-bot agent2 origin HEAD:refs/notes/a/b
refused open 'but not beyond what the pattern says' refs/notes/a/b
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
cp leak agent2/k && git -C agent2 add k && git -C agent2 commit -q -m k
snap open
push_as codex-bot agent2 origin HEAD:refs/changes/01/1/2
refused open 'a key is found there as everywhere' SEC-TXT
n=0
for closed in 'refs/replace/**' 'refs/refgate/**' 'refs/**' 'refs/pending/*' 'refs/pull/**' 'refs/meta/*' 'refs/remotes/**' 'refs/original/**' '**'; do
	n=$((n + 1))
	printf 'namespaces:\n- "%s"\n' "$closed" | pol "shut$n"
	new_repo "shut$n"
	rg init "shut$n.git" --identity env:TEST_ACTOR --policy "shut$n.d"
	if [ "$STATUS" != 0 ]; then
		ok "a policy that opens $closed is refused"
		continue
	fi
	git clone -q "shut$n.git" "c$n" && ident "c$n" codex-bot && commit_file "c$n" a one
	_bad=
	for r in "refs/replace/$main" refs/refgate/x refs/pending/aaaaaaaa/heads/main refs/pull/1/head refs/meta/config refs/remotes/o/m refs/original/x; do
		snap "shut$n"
		push_as codex-bot "c$n" origin "HEAD:$r"
		[ "$STATUS" != 0 ] || _bad="$_bad $r"
		git -C "shut$n.git" rev-parse -q --verify "$r" >/dev/null && _bad="$_bad $r"
	done
	is "$_bad" '' "a policy with $closed opens none of the closed rooms"
done

# What git reads for the gate is never forged: a replace ref that is there refuses every push, and the objects are read as they are.
git -C srv.git update-ref "refs/replace/$main" "$new"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/two
isnt "$STATUS" 0 'with a replace ref on the server nothing is judged'
unmoved srv 'and nothing moves'
git -C srv.git update-ref -d "refs/replace/$main"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/two
landed srv 'without it the push lands' refs/heads/agent/two "$new"
done_testing
