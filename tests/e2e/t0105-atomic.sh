#!/bin/sh
# --atomic: the push lands whole, is held whole or is refused whole.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
a=$(oid agent HEAD)
snap srv
push_as codex-bot agent --atomic origin "$a:refs/heads/agent/a" "$a:refs/heads/agent/b"
landed srv 'an atomic push of accepted refs lands' refs/heads/agent/a "$a" refs/heads/agent/b "$a"

commit_file agent b two
b=$(oid agent HEAD)
snap srv
push_as codex-bot agent --atomic origin "$b:refs/heads/main" "$b:refs/heads/agent/a" "$b:refs/heads/agent/new" :refs/heads/agent/b
held srv 'with one held ref it is held whole' 1
is "$(record srv "$ID" '[.refs[].ref]|join(" ")')" 'refs/heads/agent/a refs/heads/agent/b refs/heads/agent/new refs/heads/main' 'every ref is in the one record'
is "$(record srv "$ID" .atomic)" true 'which says that the push was atomic'
is "$(json '[.refs[].verdict]|unique|join(" ")')" hold 'the JSON line shows every ref as held'
is "$(json '[.refs[].pending]|unique|join(" ")')" "$ID" 'as the same pending'
is "$(git -C srv.git for-each-ref refs/pending | grep -c .)" 3 'each has its pending ref, but for the deletion'
approve_as alice maint "$ID"
is "$(echo "$OUT" | grep -c '^released ')" 4 'approve releases all of them'
is "$(oid srv.git refs/heads/main) $(oid srv.git refs/heads/agent/a) $(oid srv.git refs/heads/agent/new)" "$b $b $b" 'together'
no 'the deletion too' oid srv.git refs/heads/agent/b
clean_left srv

# One of the refs moved meanwhile: none is released.
git -C agent checkout -q -B more "$b"
commit_file agent c three
c=$(oid agent HEAD)
snap srv
push_as codex-bot agent --atomic origin "$c:refs/heads/main" "$c:refs/heads/agent/a"
held srv 'another one is held whole' 1
git -C agent checkout -q -B aside "$a"
commit_file agent e five
push_as other agent --force origin HEAD:refs/heads/agent/a
git -C agent checkout -q more
is "$STATUS" 0 'somebody else moves the open branch'
approve_as alice maint "$ID"
isnt "$STATUS" 0 'the approval comes too late'
is "$(oid srv.git refs/heads/main)" "$b" 'main did not move alone'
rg gc srv.git
clean_left srv 'gc closes the stale pending'

# Refused whole.
commit_file agent d four
d=$(oid agent HEAD)
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
cp leak agent/deploy && git -C agent add deploy && git -C agent commit -q -m deploy
snap srv
push_as codex-bot agent --atomic origin "$d:refs/heads/agent/d" HEAD:refs/heads/agent/k
refused srv 'an atomic push with a rejected ref is refused whole' refs/heads/agent/k

# git itself refuses one of them (not a fast-forward, without force): nothing reaches the gate.
snap srv
push_as codex-bot agent --atomic origin "$d:refs/heads/agent/d" "$a:refs/heads/agent/a"
isnt "$STATUS" 0 'one ref that git refuses fails an atomic push'
unmoved srv 'and nothing moves'

# The same without --atomic lands what can land: the twin.
snap srv
push_as codex-bot agent origin "$d:refs/heads/agent/d" "$d:refs/heads/main"
held srv 'without --atomic the accepted ref lands' 1 refs/heads/agent/d "$d"
done_testing
