#!/bin/sh
# The same push again is the same pending; another one to the same ref takes its place; and an actor has only so many open.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
a=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin "$a:refs/heads/main"
held srv 'a push to main is held' 1
first=$ID
challenge=$(record srv "$first" .statement | sed -n 's/^challenge //p')
snap srv
push_as codex-bot agent origin "$a:refs/heads/main"
held srv 'pushed again it is held again' 1
is "$ID" "$first" 'as the same pending'
is "$(record srv "$first" .statement | sed -n 's/^challenge //p')" "$challenge" 'with the same challenge'
unmoved srv 'and no ref changed at all'
is "$(log_count srv '.ev == "held" and .pending == "'"$first"'"')" 1 'the log has it held once'
is "$(log_count srv '.ev == "held_again" and .pending == "'"$first"'"')" 1 'and held again once'

snap srv
push_as claude-bot agent origin "$a:refs/heads/main"
held srv 'the same push by another actor is a pending of its own' 2
isnt "$ID" "$first" 'with another id'
other=$ID

# A new commit to the same ref takes the place of the older one, of this actor only.
commit_file agent b two
b=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin "$b:refs/heads/main"
held srv 'a new commit to the same ref takes its place' 2
second=$ID
is "$(pendings srv | sort | tr '\n' ' ')" "$(printf '%s\n' "$other" "$second" | sort | tr '\n' ' ')" 'the older one of this actor is closed, the other actor has its own still'
no 'the older pending ref is gone' oid srv.git "refs/pending/$first/heads/main"
like "$("$RG" show --repo srv.git "$first" 2>&1)" 'superseded' 'show tells that it was superseded'
like "$("$RG" show --repo srv.git "$first" 2>&1)" "$second" 'and by which'
approve_as alice maint "$first"
isnt "$STATUS" 0 'the older one cannot be approved any more'
like "$OUT" "superseded" 'and approve says why'

# Back to the first: it was closed, so it is a new pending with a new id.
snap srv
push_as codex-bot agent origin "$a:refs/heads/main"
held srv 'the first push again, after it was superseded, is held anew' 2
isnt "$ID" "$first" 'under a new id'
isnt "$(record srv "$ID" .statement | sed -n 's/^challenge //p')" "$challenge" 'with a new challenge'
third=$ID

# Another set of refs that shares one: it takes the place too, even with the same new.
snap srv
push_as codex-bot agent origin "$a:refs/heads/main" "$a:refs/heads/release/1.0"
held srv 'another set of refs that shares one takes its place' 2
no 'the older set is closed' oid srv.git "refs/refgate/pending/$third"
set=$ID
is "$(record srv "$set" '[.refs[].ref]|join(" ")')" 'refs/heads/main refs/heads/release/1.0' 'the new one has both refs'
snap srv
push_as codex-bot agent origin "$a:refs/heads/release/1.0"
held srv 'a smaller set that shares one does so too' 2
no 'the larger set is closed' oid srv.git "refs/refgate/pending/$set"
small=$ID
snap srv
push_as codex-bot agent origin "$a:refs/tags/v1"
held srv 'a set that shares none stands beside it' 3
yes 'which stays' oid srv.git "refs/refgate/pending/$small"

# A superseded push that was refused in the end does not take the place of anything.
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
git -C agent checkout -q -b leak && cp leak agent/k && git -C agent add k && git -C agent commit -q -m key
snap srv
push_as codex-bot agent origin leak:refs/heads/release/1.0
refused srv 'a rejected push takes the place of nothing'
git -C agent checkout -q main

for id in $(pendings srv); do deny_as alice maint "$id"; done
clean_left srv 'all denied, nothing is left'

# Limits.
mkdir pol && git -C srv.git archive main .refgate | tar -x -C pol
printf 'limits:\n  open_per_actor: 3\n  open_per_repo: 5\n' >>pol/.refgate/policy.yml
new_repo few && rg init few.git --identity env:TEST_ACTOR --policy pol/.refgate
is "$STATUS" 0 'a server with limits of 3 for an actor and 5 in all'
new_clone few agent2
new_clone few maint2 alice
commit_file agent2 a one
for n in 1 2 3; do
	snap few
	push_as codex-bot agent2 origin "HEAD:refs/heads/release/$n.0.0"
	held few "pending $n of 3 is held" "$n"
done
snap few
push_as codex-bot agent2 origin HEAD:refs/heads/release/4.0.0
refused few 'the fourth is refused with the number' '3 pushes' open_per_actor
snap few
push_as codex-bot agent2 origin HEAD:refs/heads/release/3.0.0
held few 'the same push again is not' 3
same=$ID
commit_file agent2 b two
snap few
push_as codex-bot agent2 origin HEAD:refs/heads/release/3.0.0
held few 'nor one that takes the place of another' 3
snap few
push_as codex-bot agent2 origin HEAD:refs/heads/agent/free
landed few 'what needs no approval still lands' refs/heads/agent/free "$(oid agent2 HEAD)"
for n in 4 5; do
	snap few
	push_as claude-bot agent2 origin "HEAD:refs/heads/release/$n.0.0"
	held few "another actor has room: pending $n" "$n"
done
snap few
push_as claude-bot agent2 origin HEAD:refs/heads/release/6.0.0
refused few 'until the repository is full' '5 pushes' open_per_repo
deny_as alice maint2 "$(pendings few | head -n 1)"
snap few
push_as third-bot agent2 origin HEAD:refs/heads/release/6.0.0
held few 'a decision makes room again' 5
done_testing
