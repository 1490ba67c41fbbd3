#!/bin/sh
# A rebase frees none of the room that an actor's held bytes take (HOLES 28): the new pending keeps what the old one brought.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

holding_server srv alice 1 'limits: {held_per_actor: 30k}' || done_testing
new_clone srv agent
new_clone srv other bob

# big REF KILOBYTES: that much that cannot be compressed, on the present main
big() {
	quiet srv
	git -C agent fetch -q origin && git -C agent checkout -q -f --detach "$(oid srv.git main)"
	head -c $(($2 * 1000)) /dev/urandom >"agent/big"
	git -C agent add big
	git -C agent commit -q -m big
	snap srv
	push_as codex-bot agent origin "HEAD:$1"
}

big refs/heads/main 20
is "$(json .verdict)" hold 'a push of 20 kB is held'
FIRST=$(json .id)
was=$(git -C srv.git cat-file blob "refs/refgate/pending/$FIRST" | jq .bytes)
hold_on srv other refs/heads/main other-bot
approve_here alice srv "$ID"
released srv 'main moves on, and the first one is stale' refs/heads/main "$NEW"
rg approve "$FIRST" --rebase --repo srv.git --yes --as alice --key "$T/alice"
quiet srv
NEXT=$(pendings srv)
isnt "$NEXT" '' 'the gate rebases it'
is "$(git -C srv.git cat-file blob "refs/refgate/pending/$NEXT" | jq ".rebased == \"$FIRST\" and .bytes >= $was")" true 'its record says what the push brought'
big refs/heads/release/1 20
refused srv 'another 20 kB are too much still' limits.held_per_actor
rm -rf srv.git/refgate/open
rg gc srv.git
big refs/heads/release/1 20
refused srv 'also when they are counted by the records' limits.held_per_actor
big refs/heads/release/1 5
is "$(json .verdict)" hold 'what fits beside it is held'
done_testing
