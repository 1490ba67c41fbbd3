#!/bin/sh
# After a recovery (HOLES 23) `queue` tells everybody until two persons, or all there are, have ratified it with the ordinary `approve`. The gate's
# upkeep, later pushes and a denial do not end that.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"
. "$PROJECT/tests/lib/pty.sh"

need_pty
_keys
for k in carol dave; do ssh-keygen -q -t ed25519 -N '' -C "$k" -f "$T/$k"; done
ME=$(id -un)
recovery() { "$RG" queue --repo "$1.git" --format json | jq -r "(.recoveries // [])$2"; }

# ---- two persons ----

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint carol
rg queue --repo srv.git
is "$OUT" 'nothing waits' 'no recovery, no banner'
is "$(recovery srv '|tojson')" '[]' 'nor in JSON'
git -C agent fetch -q && git -C agent checkout -q --detach origin/main &&
	commit_file agent .refgate/rules/more.yml "$(printf 'version: 1\nrules: [{id: PAY-code, paths: [pay/*], points: 30, message: money}]')"
push_as codex-bot agent origin HEAD:main
OLDER=$(json .id)
run "$RG" approve "$OLDER" --repo srv.git --yes --as alice --role security --key "$T/alice"
says 'a change of the rules is signed by one of two' 'still needed: 1 of role'
TIP=$(oid srv.git main)
hold_on srv agent refs/heads/release/1.0
typed_rg recover init srv.git --recover --lost alice --lost bob --maintainer "carol:$T/carol.pub" --maintainer "dave:$T/dave.pub"
is "$STATUS" 0 'recovered'
NOW=$(oid srv.git main)
R=$(recovery srv '[0].id')
BY="recovered on $(recovery srv '[0].at' | cut -c1-10) by $ME"
rg queue --repo srv.git
like "$OUT" "^$BY: 0 of 2 persons ratified; .*refgate approve $R" 'queue says who recovered, when, and that nobody ratified it'
like "$OUT" 'nothing waits' 'and nothing else is held'
is "$(recovery srv '[0]|[.by, .ref, .new, .needed, (.ratified|length), (.denied|length)]|tojson')" "[\"$ME\",\"refs/heads/main\",\"$NOW\",2,0,0]" \
	'so does its JSON'
run sh -c "cd maint && '$RG' queue"
like "$OUT" "^$BY: 0 of 2 persons ratified" 'and a clone sees it'
rg show "$R" --repo srv.git --statement --as carol
says 'the statement names the commit and the rules' "ref refs/heads/main" "$TIP" "$NOW" "$(git -C srv.git rev-parse main^{tree})" \
	"policy sha256:$(jq -r 'select(.ev == "policy_recovered").policy' srv.git/refgate/audit/log.jsonl)" "pending $R" \
	"agent recovery by $ME"
rg diff "$R" --repo srv.git
says 'and the diff shows it' '+carol ' '+++ b/.refgate/policy.yml'

# Who cannot sign cannot ratify.
snap srv
for who in alice bob; do
	run "$RG" approve "$R" --repo srv.git --yes --as "$who" --key "$T/$who"
	isnt "$STATUS" 0 "$who, whose key is revoked, cannot"
done
run "$RG" approve "$R" --repo srv.git --yes --as carol --key "$T/mallory"
isnt "$STATUS" 0 'nor can a key of nobody'
unmoved srv 'and no ref moved'
is "$(recovery srv '[0].ratified|length')" 0 'nobody is counted'

# One person, from a clone; the same person again; a signature on another text.
approve_as carol maint "$R"
is "$STATUS" 0 'carol ratifies from a clone'
says 'one more is needed' 'still needed: 1 more person'
rg queue --repo srv.git
like "$OUT" "^$BY: 1 of 2 persons ratified \(carol\)" 'queue counts her'
run sh -c "cd maint && '$RG' queue"
like "$OUT" "^$BY: 1 of 2 persons ratified \(carol\)" 'so does a clone'
approve_here carol srv "$R"
is "$(recovery srv '[0].ratified|tojson')" '["carol"]' 'twice the same person is one'
is "$(log_count srv '.ev == "ratified" and .person == "carol" and .pending == "'"$R"'"')" 2 'the log has each signature'
statement srv "$R" dave maintainer >st && sed -i "s/$NOW/$TIP/" st && sign_text st "$T/dave"
hand_in maint "$R" "$T/dave" st.signed
isnt "$STATUS" 0 'a signature on another commit is refused'
is "$(recovery srv '[0].ratified|tojson')" '["carol"]' 'and does not count'

# What goes on meanwhile ends nothing: a denial, upkeep, pushes that move the ref, init run again.
deny_here dave srv "$R"
is "$STATUS" 0 'a denial is taken'
says 'and told what it does not do' 'denied by dave: the recovery stands'
rg queue --repo srv.git
like "$OUT" '1 of 2 persons ratified \(carol\), denied by dave' 'and shown'
is "$(oid srv.git main)" "$NOW" 'it moves nothing'
is "$(log_count srv '.ev == "ratification_denied" and .person == "dave"')" 1 'and is recorded'
hold_on srv agent
is "$(recovery srv '[0].id')" "$R" 'a push to the same ref does not take its place'
approve_here carol srv "$ID"
released srv 'the policy ref moves on' refs/heads/main "$NEW"
rg gc srv.git
rg init srv.git
is "$(recovery srv '[0].id')" "$R" 'the banner stays through a release, gc and init'
hold_on srv agent refs/heads/main "recovery by $ME"
is "$(recovery srv '[0].id')" "$R" 'and through a push by somebody of its name'
deny_here carol srv "$ID"

# The second person. (A later statement of a key is one of a later second.)
sleep 1.1
approve_here dave srv "$R"
is "$STATUS" 0 'dave ratifies it after all'
says 'and that is enough' "recovery $R is ratified by carol, dave"
rg queue --repo srv.git
is "$OUT" 'nothing waits' 'the banner is gone'
is "$(git -C srv.git for-each-ref "refs/refgate/pending/$R" "refs/pending/$R" "refs/refgate/approvals/$R")" '' 'with all its refs'
is "$(log_count srv '.ev == "recovery_ratified" and .pending == "'"$R"'" and .by == "carol, dave"')" 1 'the log has the end of it'
approve_here carol srv "$R"
is "$STATUS" 1 'it is ratified once'
log_verifies srv
clean_left srv

# Voided for good: neither the older pending nor alice's signature on it came back.
no 'what alice had signed before is not open' sh -c "git -C srv.git for-each-ref refs/refgate/pending refs/refgate/approvals | grep -q '$OLDER'"
no 'and landed nowhere' git -C srv.git cat-file -e main:.refgate/rules/more.yml

# ---- all there are: one person, and an unborn branch whose first rules name nobody ----

git init -q --bare -b main young.git
rg init young.git --identity env:TEST_ACTOR
like "$OUT" 'init REPO --recover --maintainer' 'init without people says how to name some'
typed_rg recover init young.git --recover --maintainer "carol:$T/carol.pub"
is "$STATUS" 0 'an unborn branch is recovered too'
is "$(git -C young.git for-each-ref refs/heads)" '' 'its branch stays unborn'
like "$(git -C young.git cat-file blob refs/refgate/bootstrap:policy.yml)" '^  carol:' 'the rules that wait for it name her'
R=$(recovery young '[0].id')
rg queue --repo young.git
like "$OUT" '0 of 1 person ratified' 'one person is all there are'
run "$RG" approve "$R" --repo young.git --yes --as carol --key "$T/carol"
says 'who ratifies it' "recovery $R is ratified by carol"
git clone -q young.git first 2>/dev/null
ident first codex-bot
commit_file first README hello
push_as codex-bot first origin HEAD:main
is "$(json .verdict)" hold 'and a first push is held for her'
run "$RG" approve "$(json .id)" --repo young.git --yes --as carol --key "$T/carol"
is "$STATUS" 0 'and released by her'
like "$(git -C young.git cat-file blob main:.refgate/policy.yml)" '^  carol:' 'the branch has her rules'

# ---- two recoveries ----

new_server twice || done_testing
typed_rg recover init twice.git --recover --lost alice --maintainer "carol:$T/carol.pub"
typed_rg recover init twice.git --recover --lost carol --maintainer "dave:$T/dave.pub"
is "$STATUS" 0 'a second recovery, before the first was ratified'
is "$(recovery twice '|length')" 2 'queue shows both'
for r in $(recovery twice '[].id'); do run "$RG" approve "$r" --repo twice.git --yes --as dave --key "$T/dave"; done
is "$(recovery twice '|length')" 0 'and whoever there is now ratifies both'

# ---- rules that moved around the gate: what lies below is not taken for decided by the recovery ----

new_server moved || done_testing
new_clone moved admin admin
git -C admin checkout -q -b x origin/main && commit_file admin around 'nobody judged this' && git -C admin push -q "$T/moved.git" HEAD:refs/heads/x 2>/dev/null
git -C moved.git fetch -q "$T/admin" x && git -C moved.git update-ref refs/heads/main FETCH_HEAD
typed_rg recover init moved.git --recover --lost alice --maintainer "carol:$T/carol.pub"
says 'a tip that no decision put there stays one' 'still does' 'doctor --acknowledge refs/heads/main'
new_clone moved agent2
commit_file agent2 work 1
snap moved
push_as codex-bot agent2 origin HEAD:main
refused moved 'and takes no push' 'doctor --acknowledge refs/heads/main'
rg doctor moved.git --acknowledge refs/heads/main
is "$STATUS" 0 'until an admin, who can again, acknowledges it'
push_as codex-bot agent2 origin HEAD:main
is "$(json .verdict)" hold 'then it does'
done_testing
