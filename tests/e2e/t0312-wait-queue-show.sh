#!/bin/sh
# wait, queue, show, diff: what agents and maintainers read of a pending; exit codes 0, 1 and 4 of wait; text and JSON.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice

in_clone() {
	run sh -c 'cd maint && exec "$@"' - "$RG" "$@"
}

# ---- nothing waits ----
in_clone queue
is "$STATUS" 0 'queue with nothing is exit 0'
is "$OUT" 'nothing waits' 'and says so'
in_clone queue --format json
is "$OUT" '{"schema":1,"pending":[]}' 'as JSON an empty list'
rg queue --repo srv.git --format json
is "$OUT" '{"schema":1,"pending":[]}' 'on the server too'

# ---- wait: 4, 0, 1 ----
hold_on srv agent
in_clone wait "$ID" --timeout 0
is "$STATUS" 4 'undecided at the timeout is exit 4'
is "$OUT" "$ID open" 'and open'
rg wait "$ID" --repo srv.git --timeout 0
is "$STATUS" 4 'on the server too'
(cd maint && exec "$RG" wait "$ID" --timeout 60 >"$T/w1" 2>&1) &
waiter=$!
"$RG" wait "$ID" --repo srv.git --timeout 60 >w2 2>&1 &
here=$!
approve_as alice maint "$ID"
released srv 'released while two wait' refs/heads/main "$NEW"
wait $waiter
is "$?" 0 'the one in the clone ends with 0'
is "$(cat w1)" "$ID released refs/heads/main $OLD..$NEW" 'and says what was released'
wait $here
is "$?" 0 'the one on the server ends with 0'
is "$(cat w2)" "$ID released refs/heads/main $OLD..$NEW" 'and says the same'
in_clone wait "$ID"
is "$STATUS" 0 'wait on what was released long ago is exit 0'
is "$OUT" "$ID released refs/heads/main $OLD..$NEW" 'with the same line'
hold_on srv agent
deny_as alice maint "$ID"
in_clone wait "$ID"
is "$STATUS" 1 'wait on what was denied is exit 1'
like "$OUT" "^$ID denied" 'and says so'
in_clone wait 00000000
is "$STATUS" 1 'wait on what nobody knows is exit 1'
in_clone wait nonsense-id
is "$STATUS" 2 'wait on what is no id is exit 2'
in_clone wait "$ID" --timeout soon
is "$STATUS" 2 'a timeout that is no number is exit 2'
in_clone wait "$ID" --remote elsewhere
is "$STATUS" 3 'a remote that is not there is exit 3'
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'nothing stays in the clone'
is "$(cat maint/.git/FETCH_HEAD 2>/dev/null | grep -c refgate)" 0 'not even in FETCH_HEAD'

# ---- queue ----
git -C agent fetch -q origin
git -C agent checkout -q -f --detach origin/main
commit_file agent plain plain
push_as aaa agent origin HEAD:main
LOW=$(json .id)
git -C agent checkout -q -f --detach origin/main
mkdir -p agent/.refgate
printf '# a comment\n' >>agent/.refgate/policy.yml
git -C agent commit -qam policy
push_as bbb agent origin HEAD:main
HIGH=$(json .id)
git -C agent checkout -q -f --detach origin/main
commit_file agent third third
push_as "$(printf 'ccc\033[31m')" agent origin HEAD:main HEAD:release/1.0
THREE=$(json .id)
in_clone queue
is "$STATUS" 0 'queue is exit 0'
cp "$OUTFILE" clone.queue
is "$(wc -l <clone.queue)" 3 'a line each'
is "$(sed -n 1p clone.queue | cut -c 1-8)" "$HIGH" 'the highest tier first'
like "$(sed -n 1p clone.queue)" "^$HIGH +critical +[0-9]+[mhd] +user:bbb +refs/heads/main\$" 'id, tier, age, agent, ref'
like "$(grep "$THREE" clone.queue)" 'and 1 more' 'further refs are counted'
is "$(LC_ALL=C grep -c '[^[:print:]]' clone.queue)" 0 'nothing unprintable'
rg queue --repo srv.git
is "$(sed 's/ [0-9]*[mhd] / /' "$OUTFILE")" "$(sed 's/ [0-9]*[mhd] / /' clone.queue)" 'the server prints the same'
in_clone queue --format json
is "$(jq -r '.schema, (.pending|length), .pending[0].id' "$OUTFILE" | tr '\n' ' ')" "1 3 $HIGH " 'JSON: in the same order'
is "$(jq -r '.pending[0]|keys_unsorted|join(",")' "$OUTFILE")" 'id,state,tier,score,agent,ref,refs,created,expires' 'with these keys'
is "$(jq -r ".pending[]|select(.id == \"$LOW\")|[.state,.tier,.score,.agent,.ref,.refs]|@csv" "$OUTFILE")" \
	'"open","medium",20,"user:aaa","refs/heads/main",1' 'and these values'
is "$(jq -r '.pending[0]|(.expires|fromdate) - (.created|fromdate)' "$OUTFILE")" 14400 'critical lives four hours'

# ---- show ----
in_clone show "$HIGH"
is "$STATUS" 0 'show is exit 0'
says 'show has the tier, the agent, the ref, who must sign and the findings' "pending    $HIGH, open" 'tier       critical' 'user:bbb' \
	'ref        refs/heads/main' 'needs      2 persons with roles maintainer, security' GATE-RULES .refgate/policy.yml
rg show "$HIGH" --repo srv.git
cp "$OUTFILE" server.show
in_clone show "$HIGH"
is "$OUT" "$(cat server.show)" 'clone and server print the same'
in_clone show "$HIGH" --format json
is "$(jq -r '.id, .schema, .tier, .refs[0].ref' "$OUTFILE" | tr '\n' ' ')" "$HIGH 1 critical refs/heads/main " 'JSON is the record'
is "$(jq -S . "$OUTFILE")" "$(git -C srv.git cat-file blob "refs/refgate/pending/$HIGH" | jq -S .)" 'exactly'
in_clone show 00000000
is "$STATUS" 1 'show of what nobody knows is exit 1'

# ---- diff ----
in_clone diff "$LOW"
is "$STATUS" 0 'diff is exit 0'
says 'and has the change' '+plain' '# refs/heads/main'
in_clone diff "$LOW" --stat
says '--stat names the file' plain
git -C agent checkout -q -f --detach origin/main
printf 'evil \033[2J text\n' >agent/esc
git -C agent add esc
git -C agent commit -qm esc
push_as ddd agent origin HEAD:main
in_clone diff "$(json .id)"
is "$(LC_ALL=C grep -c "$(printf '\033')" "$OUTFILE")" 0 'escape sequences of a push are not printed raw'
done_testing
