#!/bin/sh
# HOLES 27: what landed unsigned leaves the ledger when it is dropped again: for its ref when the ref's history is without it, for its actor when
# no open ref leads to it any more. Until git moved the ref, nobody can tell, and it counts.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
sed -i 's|, refs/tags/\*||' rules/policy.yml
half() { # SERVER PATH REF ACTOR: a commit on main alone
	git -C "$1.dev" checkout -q -B w origin/main
	commit_file "$1.dev" "$2" 1
	snap "$1"
	push_as "$4" "$1.dev" -q origin "+HEAD:refs/heads/$3"
}
start() {
	new_server "$1" --policy "$T/rules"
	new_clone "$1" "$1.dev"
	half "$1" pay/one one lone
	is "$STATUS" 0 "$1: the first half lands"
}

start a
half a door/one two lone
held a 'the second half is held' 1
snap a
push_as lone a.dev -q origin :refs/heads/one
is "$STATUS" 0 'the first half is dropped'
half a door/two three lone
landed a 'and the second one lands: the two stand nowhere together' refs/heads/three "$(oid a.dev HEAD)"
half a pay/two four lone
held a 'a first half that is pushed again is held beside it' 2

# still reachable elsewhere
start b
git -C b.dev push -q origin HEAD:refs/heads/copy 2>/dev/null
snap b
push_as lone b.dev -q origin :refs/heads/one
half b door/one two lone
held b 'a copy keeps it: the second half is held' 1
snap b
push_as lone b.dev -q origin :refs/heads/copy
half b door/two three lone
landed b 'until the copy goes too' refs/heads/three "$(oid b.dev HEAD)"

# a tag
start c
git -C c.dev tag t1 && push_as lone c.dev -q origin refs/tags/t1
push_as lone c.dev -q origin :refs/heads/one
yes 'a tag of it lands' oid c.git refs/tags/t1
no 'the branch goes' oid c.git refs/heads/one
half c door/one two lone
held c 'a tag keeps it'

# forced off a branch: for another actor it counts no more there
start d
half d door/one one stranger
landed d 'another actor who sets the branch back to something else counts from nothing' refs/heads/one "$(oid d.dev HEAD)"
half d pay/other one stranger
landed d 'and so does one who takes back his own' refs/heads/one "$(oid d.dev HEAD)"
half d door/other one.b stranger
held d 'what he put in its place counts' 1

# moved on, merged, renamed
start e
commit_file e.dev README more && push_as lone e.dev -q origin HEAD:refs/heads/one
is "$STATUS" 0 'the branch moves on'
half e door/one two lone
held e 'what lies below its tip counts' 1
start f
snap f
push_as lone f.dev -q origin HEAD:refs/heads/uno :refs/heads/one
is "$STATUS" 0 'a branch is renamed'
half f door/one two lone
held f 'and counts under its new name' 1

# the commit is gone for good
start g
push_as lone g.dev -q origin :refs/heads/one
git -C g.git reflog expire --expire=now --all && git -C g.git -c gc.pruneExpire=now gc -q --prune=now 2>/dev/null
half g door/one two lone
is "$STATUS" 0 'a commit that was swept away counts no more'

# a landing that the log does not tell: git refuses the move after the decision
start h
cat >h.git/hooks/reference-transaction <<'EOF'
#!/bin/sh
grep -q refs/heads/never && [ "$1" = prepared ] && exit 1
exit 0
EOF
chmod +x h.git/hooks/reference-transaction
push_as lone h.dev -q origin :refs/heads/one
half h pay/never never lone
isnt "$STATUS" 0 'git does not move it after all'
rm h.git/hooks/reference-transaction
half h door/one two lone
isnt "$STATUS" 0 'what was accepted and never told landed counts on the safe side'

# the cache, lost
rm a.git/refgate/ledger
half a door/four five lone
is "$STATUS" 0 'with refgate/ledger lost: what was dropped is dropped'
for s in a b d e f g; do yes "the log of $s verifies" "$RG" log verify --repo $s.git; done
done_testing
