#!/bin/sh
# Many at once: pushes to one ref, approvals of all of them by two persons, a denial against an approval, the same statement twice. One
# release a value, the rest goes stale, the log verifies, nothing is left.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

N=12
new_server srv --maintainer "bob:$T/bob.pub" || done_testing
START=$(oid srv.git main)
list=$(i=1; while [ $i -le $N ]; do echo $i; i=$((i + 1)); done)

for i in $list; do
	new_clone srv w$i agent$i
	commit_file w$i f$i $i
done
new_clone srv ma alice
new_clone srv mb bob
mkdir ha hb

# ---- pushes ----
snap srv
for i in $list; do
	TEST_ACTOR=agent$i git -C w$i push origin HEAD:main >p$i 2>&1 &
done
wait
for i in $list; do
	sed -n 's/^remote: refgate: \({.*}\) *$/\1/p' p$i | tail -n 1 | jq -r 'select(.verdict == "hold").id'
done | sort -u >ids
is "$(wc -l <ids)" $N "$N pushes at once are held under $N ids"
is "$(pendings srv | sort)" "$(cat ids)" 'all are open'
is "$(oid srv.git main)" "$START" 'main stands where it stood'
is "$(log_count srv '.ev == "decision" and .verdict == "hold"')" $N 'each has its decision in the record'
is "$(log_count srv '.ev == "held"')" $N 'and its hold'

# ---- the same push from many clones of one agent is one pending ----
cp -a w1 same
for i in 1 2 3 4 5 6; do
	TEST_ACTOR=agent1 git -C same push origin HEAD:main >s$i 2>&1 &
done
wait
is "$(cat s? | sed -n 's/^remote: refgate: \({.*}\) *$/\1/p' | jq -r .id | sort -u)" \
	"$(sed -n 's/^remote: refgate: \({.*}\) *$/\1/p' p1 | jq -r .id)" 'the same push six times at once is the pending that is there'
is "$(pendings srv | wc -l)" $N 'no further one was made'

# ---- approvals of all, by two persons at once ----
while read -r id; do
	(cd ma && exec env HOME="$T/ha" "$RG" approve "$id" --yes --as alice --key "$T/alice" -m a >"$T/oa.$id" 2>&1) &
	(cd mb && exec env HOME="$T/hb" "$RG" approve "$id" --yes --as bob --key "$T/bob" -m b >"$T/ob.$id" 2>&1) &
done <ids
wait
quiet srv
END=$(oid srv.git main)
is "$(git -C srv.git reflog show refs/heads/main --format=%H | grep -c -v -x "$START")" 1 'main moved once'
is "$(for i in $list; do oid w$i HEAD; done | grep -c -x "$END")" 1 'to one of the commits'
is "$(log_count srv '.ev == "released"')" 1 'the record has one release'
like "$(cat oa.* ob.*)" "^released refs/heads/main $START\.\.$END" 'and somebody was told'
is "$(cat oa.* ob.* | grep -c '^released ')" 1 'one alone'
is "$(pendings srv)" '' 'the others were closed'
is "$(log_count srv '.ev == "stale"')" $((N - 1)) 'as stale, each once'
clean_left srv 'nothing is left'
log_verifies srv

# ---- a denial against an approval: one of them counts ----
for round in 1 2 3 4; do
	hold_on srv w1 refs/heads/main agent1
	(cd ma && exec env HOME="$T/ha" "$RG" approve "$ID" --yes --as alice --key "$T/alice" >"$T/ra" 2>&1) &
	(cd mb && exec env HOME="$T/hb" "$RG" deny "$ID" --yes --as bob --key "$T/bob" >"$T/rb" 2>&1) &
	wait
	quiet srv
	released=$(log_count srv ".pending == \"$ID\" and .ev == \"released\"")
	denied=$(log_count srv ".pending == \"$ID\" and .ev == \"denied\"")
	is "$((released + denied))" 1 "round $round: released or denied, not both"
	if [ "$released" = 1 ]; then want=$NEW; else want=$OLD; fi
	is "$(oid srv.git main)" "$want" '... and main is where the record says'
done
clean_left srv 'nothing is left of them'

# ---- one statement handed in many times at once ----
hold_on srv w1 refs/heads/main agent1
statement srv "$ID" alice maintainer >text
sign_text "$T/text" "$T/alice"
blob=$(git -C ma hash-object -w "$T/text.signed")
for i in 1 2 3 4 5 6; do
	git -C ma push origin "$blob:refs/approvals/$ID/$(fp "$T/alice")" >h$i 2>&1 &
done
wait
quiet srv
is "$(oid srv.git main)" "$NEW" 'one statement six times at once releases'
is "$(log_count srv ".ev == \"released\" and .pending == \"$ID\"")" 1 'once'
is "$(git -C srv.git for-each-ref refs/approvals refs/refgate/approvals)" '' 'and none of it stays'
clean_left srv 'nothing is left'

# ---- two unheld pushes for one ref: one lands, the other is told ----
for i in 2 3; do
	git -C w$i fetch -q origin
	git -C w$i checkout -q -f --detach origin/main
	commit_file w$i topic$i topic$i
done
snap srv
TEST_ACTOR=agent2 git -C w2 push origin HEAD:refs/heads/topic >t2 2>&1 &
TEST_ACTOR=agent3 git -C w3 push origin HEAD:refs/heads/topic >t3 2>&1 &
wait
TOPIC=$(oid srv.git refs/heads/topic)
is "$(for i in 2 3; do oid w$i HEAD; done | grep -c -x "$TOPIC")" 1 'of two pushes that make one branch, one lands'
is "$(grep -l -E 'new branch' t2 t3 | wc -l)" 1 'and one is told so'
push_as agent4 w2 -q origin HEAD:refs/heads/topic2
clean_left srv 'what git itself refused is swept by the next push'
log_verifies srv
done_testing
