#!/bin/sh
# Approving with git and ssh-keygen alone: the commands that `show ID --how` prints are run as they stand, and the same is done with the
# record alone; what `show --statement` prints is, byte for byte, what approve signs.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice
mkdir bin
for c in sh git ssh-keygen sed cat base64 od tr true; do ln -s "$(command -v "$c")" "bin/$c"; done

# how_on WHERE ARGS...: prints the commands, then runs them where no refgate can be found
how_on() {
	_where=$1
	shift
	sh -c 'cd "$1" && shift && exec "$@"' - "$_where" "$RG" show "$@" --how >"$T/how" 2>"$T/how.err" || { cat "$T/how.err"; return 1; }
	run env PATH="$T/bin:/usr/lib/git-core" KEY="$KEY" sh -c 'cd "$1" && . "$2"' - "$_where" "$T/how"
}

# ---- from a clone ----
hold_on srv agent
KEY=$T/alice
how_on maint "$ID" --as alice
released srv 'the three commands release, with no refgate on the PATH' refs/heads/main "$NEW"
is "$(grep -c -E '^(git|ssh-keygen) ' how)" 3 'they are three commands'
unlike "$(cat how)" refgate\ show 'and none of them is refgate'
yes 'ssh-keygen verifies what was signed with allowed_signers of the repository' sh -c "
	git -C srv.git cat-file blob main:.refgate/allowed_signers >allowed &&
	ssh-keygen -Y verify -f allowed -I alice -n approval.v1@refgate -s maint/$ID.txt.sig <maint/$ID.txt"

hold_on srv agent
how_on maint "$ID" --as alice --decision deny -m "it's \\not\\ \"this\" & that"
is "$STATUS" 0 'the commands of --decision deny work too, with a reason of odd signs'
says 'and say who denied' 'denied by alice'
like "$(cat "maint/$ID.txt")" "^reason it's .not. \"this\" & that\$" 'the reason stands in the text as it was given'
is "$(oid srv.git main)" "$OLD" 'nothing moved'

# ---- names that need care: a quote and a backslash in the agent's, a quote in the ref's ----
hold_on srv agent 'refs/heads/release/a"b' 'we"ird\agent'
how_on maint "$ID" --as bob --role maintainer
isnt "$STATUS" 0 "bob's name under alice's key is refused"
open_still srv "$ID" 'and moves nothing'
KEY=$T/bob
how_on maint "$ID" --as bob --role maintainer
released srv 'quotes and backslashes in names survive the way by hand' 'refs/heads/release/a"b' "$NEW"
like "$(cat "maint/$ID.txt")" '^agent user:we"ird\\x5cagent$' 'the text has the agent escaped'

# ---- on the server, by the folder ----
hold_on srv agent
KEY=$T/alice
run "$RG" show "$ID" --repo srv.git --how --as alice
cp "$OUTFILE" how
run env PATH="$T/bin:/usr/lib/git-core" KEY="$KEY" sh -c "cd maint && . ../how"
released srv 'the commands printed on the server work from a clone' refs/heads/main "$NEW"

# ---- a key that only the agent holds ----
eval "$(ssh-agent -s)" >/dev/null
at_end "kill $SSH_AGENT_PID 2>/dev/null"
ssh-add -q "$T/alice" 2>/dev/null
mkdir pub
cp alice.pub pub/alice.pub
hold_on srv agent
KEY=$T/pub/alice.pub
how_on maint "$ID" --as alice
released srv 'KEY may be a public key whose other half the ssh-agent holds' refs/heads/main "$NEW"
unset SSH_AUTH_SOCK

# ---- show --statement is what approve signs ----
hold_on srv agent refs/heads/release/1.0
R10=$ID
approve_as alice maint "$ID"
is "$STATUS" 0 'approved for the comparison'
# The statements of a closed pending lie in the archive, under the key's fingerprint.
git -C srv.git cat-file blob "refs/refgate/archive:$(fp "$T/alice")" | sed '/^-----BEGIN/,$d' >signed
hold_on srv agent refs/heads/release/1.0
statement srv "$ID" alice >here
run sh -c "cd maint && '$RG' show $ID --statement --as alice -m 'looked at it' >../there"
is "$STATUS" 0 'show --statement works in a clone'
is "$(sed 's/ .*//' signed | tr '\n' ' ')" "$(sed 's/ .*//' there | tr '\n' ' ')" 'the same lines in the same order as approve signed'
is "$(sed -n '1,3p' signed)" "$(sed -n '1,3p' there)" 'the same protocol and repository'
is "$(sed '/^reason /d; /^not-/d' there)" "$(sed '/^not-/d' here)" 'clone and server print the same, but for time and reason'
is "$(tail -c 1 here | od -An -tx1 | tr -d ' ')" 0a 'it ends with a line end'
# The same second: what is printed, signed as it is, is taken, so it is the one form that the server makes.
sign_text "$T/there" "$T/alice"
hand_in maint "$ID" "$T/alice" there.signed
released srv 'the bytes printed in the clone, signed as they are, release' refs/heads/release/1.0 "$NEW"
is "$(git -C srv.git cat-file blob "refs/refgate/archive:$(fp "$T/alice")" | sed '/^-----BEGIN/,$d' | cmp - there && echo same)" same \
	'and are kept byte for byte'
hold_on srv agent refs/heads/release/1.0
statement srv "$ID" alice maintainer >here
sign_text "$T/here" "$T/alice"
hand_in maint "$ID" "$T/alice" here.signed
released srv 'so do those printed on the server' refs/heads/release/1.0 "$NEW"
isnt "$R10" "$ID" 'ids differ'

# ---- from the record alone, as a stranger to refgate would ----
hold_on srv agent refs/heads/release/1.0
git -C maint fetch -q origin "refs/refgate/pending/$ID"
git -C maint cat-file blob FETCH_HEAD | jq -r .statement >part
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
later=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
awk -v now="$now" -v later="$later" '
	NF == 0 { next }
	{ print }
	/^repo / { print "decision approve" }
	/^tier / { print "role maintainer" }
	/^agent / { print "signer bob\nnot-before " now "\nnot-after " later }' part >text
sign_text "$T/text" "$T/bob"
hand_in maint "$ID" "$T/bob" text.signed
released srv 'a text put together from the JSON record releases' refs/heads/release/1.0 "$NEW"

# ---- what is asked wrongly ----
hold_on srv agent
run "$RG" show "$ID" --repo srv.git --statement
is "$STATUS" 2 '--statement without --as is a usage error'
run "$RG" show "$ID" --repo srv.git --statement --as alice --decision maybe
is "$STATUS" 2 'an unknown decision is a usage error'
run "$RG" show zzzzzzzz --repo srv.git --how
is "$STATUS" 1 'no such pending is exit 1'
log_verifies srv
done_testing
