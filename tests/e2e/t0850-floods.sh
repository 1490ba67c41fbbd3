#!/bin/sh
# One actor leaves room for the others (HOLES 28): bytes held, and pushes judged at once.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

holding_server srv alice 1 'limits: {held_per_actor: 30k, judging: 1s}' || done_testing
new_clone srv agent
main=$(oid srv.git refs/heads/main)

# held ACTOR REF KILOBYTES: that much that cannot be compressed, on main
big() {
	git -C agent checkout -q -f --detach "$main"
	head -c $(($3 * 990)) /dev/urandom | base64 >agent/big
	git -C agent add big
	git -C agent commit -q -m big
	snap srv
	push_as "$1" agent origin "HEAD:$2"
}

# ---- bytes held ----
big aaa refs/heads/release/1 12
is "$(json .verdict)" hold 'the first one is held'
FIRST=$(json .id)
is "$(git -C srv.git cat-file blob "refs/refgate/pending/$FIRST" | jq '.bytes > 12000 and .bytes < 16000')" true 'its record says what it brought'
big aaa refs/heads/release/2 12
is "$(json .verdict)" hold 'the second one fits'
big aaa refs/heads/release/3 12
refused srv 'the third one is too much' limits.held_per_actor
big bbb refs/heads/release/3 12
is "$(json .verdict)" hold 'another actor has room of its own'
big aaa refs/heads/release/2 12
is "$(json .verdict)" hold 'what takes the place of an own one is not counted beside it'
big aaa refs/heads/release/2 25
refused srv 'but counted itself' limits.held_per_actor
big ccc refs/heads/release/4 31
refused srv 'what is too large alone is refused at once' limits.held_per_actor
big ccc refs/heads/agent/open 31
is "$STATUS" 0 'what nobody need hold is not counted'
rm -rf srv.git/refgate/open
rg gc srv.git
big aaa refs/heads/release/3 12
refused srv 'the count is made again from the records' limits.held_per_actor
rg deny "$FIRST" --repo srv.git --yes --as alice --key "$T/alice"
big aaa refs/heads/release/3 12
is "$(json .verdict)" hold 'once one is decided there is room again'

# ---- pushes judged at once ----
kind() {
	printf 'of-%02x-' $((0x$(printf '%s' "$1" | sha256sum | cut -c 1-2) % 64))
}
n=$(getconf _NPROCESSORS_ONLN)
[ "$n" -ge 4 ] || n=4
push_as ddd agent origin "HEAD~1:refs/heads/agent/first"
is "$STATUS" 0 'somebody is judged'
is "$(find srv.git/refgate/slots -name "$(kind user:ddd)*" | wc -l)" 1 'in a slot of the own ones'
held=
# Somebody else holds all of one actor's own ones.
i=0
while [ $i -lt $((n / 2)) ]; do
	: >"srv.git/refgate/slots/$(kind user:eee)$i"
	i=$((i + 1))
done
for f in "srv.git/refgate/slots/$(kind user:eee)"*; do
	flock -F "$f" sleep 60 &
	held="$held $!"
done
sleep 0.2
commit_file agent more more
snap srv
push_as eee agent origin "HEAD:refs/heads/agent/second"
refused srv 'an actor whose slots are all taken waits, up to the judging limit' 'judged at once'
push_as ddd agent origin "HEAD:refs/heads/agent/second"
is "$STATUS" 0 'the others are judged'
for p in $held; do
	kill "$p"
done
wait 2>/dev/null
commit_file agent more again
push_as eee agent origin "HEAD:refs/heads/agent/third"
is "$STATUS" 0 'and the actor too, once a slot is free'
done_testing
