#!/bin/sh
# What the maintainer signs is what he saw: a gate that shows a record which does not agree with the objects it serves, another repository
# id or another log than before, gets no signature. The records here are forged on the server itself.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice
hold_on srv agent
approve_as alice maint "$ID"
released srv '(an honest release)' refs/heads/main "$NEW"
hold_on srv agent
git -C srv.git cat-file blob "refs/refgate/pending/$ID" >honest
ref=refs/refgate/pending/$ID

# forge JQ-FILTER: the record in force is the honest one through the filter
forge() {
	jq -c "$@" honest >forged
	git -C srv.git update-ref "$ref" "$(git -C srv.git hash-object -w --stdin <forged)"
	snap srv
}

# unsigned NAME TEXT: approve from the clone refuses by itself, before anything is signed or sent
unsigned() {
	n=$(log_count srv .)
	approve_as alice maint "$ID"
	is "$STATUS" 1 "$1: not approved"
	says '... and says what does not agree' "$2"
	unlike "$OUT" 'Signing data' '... and signed nothing'
	is "$(log_count srv .)" "$n" '... the server heard nothing'
	unmoved srv '... and nothing moved'
}

other=$(oid srv.git main)
line() { # KEY VALUE: the statement with that line set
	forge --arg k "$1" --arg v "$2" '.statement |= ([split("\n")[] | if startswith($k + " ") then $k + " " + $v else . end] | join("\n"))'
}
line tree "$(oid srv.git "main^{tree}")"
unsigned 'another tree' '`tree` does not agree with the objects'
line new "$other"
unsigned 'another new value' '`new` does not agree'
line old "$(oid srv.git main~1)"
unsigned 'another old value' '`old` does not agree'
line ref refs/heads/release/1.0
unsigned 'another ref' '`ref` does not agree'
line commits "sha256:$(printf %064d 0)"
unsigned 'another digest of the commits' '`commits` does not agree'
line pending 00000000
unsigned 'another id in the text' '`pending` does not agree'
line repo-id "$(printf %032d 0)"
unsigned 'another repository id than before' 'it was'
says 'with the way out, if it is meant' 'git config --unset refgate.origin.repoid'
line log 'refgate/x notanumber AAAA'
unsigned 'a log line out of form' log
forge '.refs[0].new = "'"$other"'"'
unsigned 'a record whose ref has another new value than its text' 'does not agree'
forge '.id = "00000000"'
unsigned 'a record under another id' 00000000
forge 'del(.statement)'
approve_as alice maint "$ID"
isnt "$STATUS" 0 'a record without a text: not approved'
unmoved srv 'and nothing moved'
forge '.needs = []'
approve_as alice maint "$ID"
isnt "$STATUS" 0 'a record that asks for nobody: not approved'
unmoved srv 'nor does it release anything'
approve_here alice srv "$ID"
isnt "$STATUS" 0 'on the server neither'
unmoved srv 'and nothing moved'
# New and tree agree with each other but not with what lies at refs/pending.
evil=$(git -C srv.git -c user.name=e -c user.email=e@e commit-tree -p "$other" -m evil "$(oid srv.git "main^{tree}")" </dev/null)
forge --arg e "$evil" --arg t "$(oid srv.git "main^{tree}")" \
	'.refs[0].new = $e | .statement |= ([split("\n")[] | if startswith("new ") then "new " + $e elif startswith("tree ") then "tree " + $t else . end] | join("\n"))'
approve_as alice maint "$ID"
isnt "$STATUS" 0 'a record that names a commit which is not at refs/pending: not approved'
is "$(oid srv.git main)" "$other" 'and nothing moved'

# ---- the diff ----
forge '.refs[0].base = .refs[0].new'
run sh -c "cd maint && '$RG' diff $ID"
says 'a base that would hide the change is not believed' "+line $_serial" "# refs/heads/main $OLD..$NEW"
forge '.refs[0].base = null'
run sh -c "cd maint && '$RG' diff $ID"
says 'nor is one that is missing needed' "+line $_serial" "# refs/heads/main $OLD..$NEW"
git -C agent checkout -q -f --detach "$NEW"
commit_file agent fresh-branch 'fresh line'
push_as codex-bot agent origin HEAD:refs/heads/release/9
NEWREF=$(json .id)
run sh -c "cd maint && '$RG' diff $NEWREF"
says 'a new branch is shown against the policy ref' '+fresh line' "+line $_serial"
git -C srv.git cat-file blob "refs/refgate/pending/$NEWREF" | jq -c '.refs[0].base = .refs[0].new' >forged
git -C srv.git update-ref "refs/refgate/pending/$NEWREF" "$(git -C srv.git hash-object -w --stdin <forged)"
run sh -c "cd maint && '$RG' diff $NEWREF"
says 'and whole when its base is no known history' '+fresh line' '+hello'
deny_here alice srv "$NEWREF"

# ---- the log that the clone has seen ----
kept=$(git -C maint config refgate.origin.checkpoint)
isnt "$kept" '' 'the clone keeps the checkpoint it saw last'
git -C srv.git update-ref "$ref" "$(git -C srv.git hash-object -w --stdin <honest)"
log=$(jq -r .statement honest | sed -n 's/^log //p')
git -C maint config refgate.origin.checkpoint "$(echo "$log" | sed 's/ [^ ]*$//') $(head -c 32 /dev/zero | base64)"
snap srv
unsigned 'a log of the same size with another root' 'its record was rewritten'
git -C maint config refgate.origin.checkpoint "$log"

# ---- fetched objects that are not there ----
mv "srv.git/refs/pending/$ID" "$T/pending.away"
snap srv
approve_as alice maint "$ID"
if [ "$STATUS" = 0 ]; then
	# The objects were fetched before, so that all of it could be checked all the same.
	is "$(oid srv.git main)" "$NEW" 'a pending whose objects are known already is approved'
else
	unmoved srv 'a pending whose refs are gone is not approved'
fi
mkdir -p "srv.git/refs/pending"
[ "$(oid srv.git main)" = "$NEW" ] || mv "$T/pending.away" "srv.git/refs/pending/$ID"
if [ "$(oid srv.git main)" != "$NEW" ]; then
	approve_as alice maint "$ID"
	released srv 'the honest record is signed and released' refs/heads/main "$NEW"
else
	hold_on srv agent
	approve_as alice maint "$ID"
	released srv 'an honest record is signed and released' refs/heads/main "$NEW"
fi
log_verifies srv
done_testing
