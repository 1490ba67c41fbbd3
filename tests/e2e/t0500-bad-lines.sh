#!/bin/sh
# What git would never say, said to the hooks: malformed ref lines, arguments and pkt-lines. Exit 1, one line of JSON that says what was
# wrong, and nothing moved, stored or left.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv || done_testing
new_clone srv agent
commit_file agent a a
NEW=$(oid agent HEAD)
OLD=$(oid srv.git main)
snap srv
before=$(find srv.git -type f | sort | xargs sha256sum | sha256sum)
same() {
	is "$(find srv.git -type f | sort | xargs sha256sum | sha256sum)" "$before" "$1"
}

# hook NAME INPUT-FILE ARGS...: as git starts it, in the repository
hook() {
	_hn=$1
	_hi=$2
	shift 2
	(cd srv.git && TEST_ACTOR=codex-bot GIT_DIR=. exec "$RG" hook "$_hn" "$@") <"$_hi" >"$T/hook.out" 2>"$OUTFILE"
	STATUS=$?
	OUT=$(cat "$OUTFILE")
}

# bad NAME TEXT: pre-receive with what stands in $T/in is refused, and says TEXT
bad() {
	hook pre-receive "$T/in"
	is "$STATUS" 1 "$1: refused"
	json_line "$1: one line of JSON" reject
	says "$1: says what is wrong" "$2"
}

hook pre-receive /dev/null
is "$STATUS" 0 'no lines at all: nothing to decide'
is "$OUT" '' 'and nothing to say'
m='a ref line of the push is malformed'
echo garbage >in && bad 'a word' "$m"
echo "$OLD $NEW" >in && bad 'no ref' "$m"
echo "$OLD $NEW " >in && bad 'an empty ref' "$m"
echo "$OLD  $NEW refs/heads/main" >in && bad 'two spaces' "$m"
echo "$OLD	$NEW	refs/heads/main" >in && bad 'tabs' "$m"
echo "$(echo "$OLD" | cut -c 1-39) $NEW refs/heads/main" >in && bad 'an id too short' "$m"
echo "${OLD}0 $NEW refs/heads/main" >in && bad 'an id too long' "$m"
echo "$(echo "$OLD" | tr a-f A-F) $(echo "$NEW" | sed 's/./A/') refs/heads/main" >in && bad 'an id in capitals' "$m"
echo "$(echo "$OLD" | sed 's/./g/') $NEW refs/heads/main" >in && bad 'an id of no hex' "$m"
echo "$OLD$(echo "$OLD" | cut -c 1-24) $NEW$(echo "$OLD" | cut -c 1-24) refs/heads/main" >in && bad 'ids of SHA-256' "$m"
printf '%s %s refs/heads/ma\000in\n' "$OLD" "$NEW" >in && bad 'a NUL' 'a ref line of the push holds a NUL byte'
printf '%s %s refs/heads/%01100d\n' "$OLD" "$NEW" 0 >in && bad 'a ref name of 1100 characters' 'a ref name of the push is over'
{ echo "$OLD $NEW refs/heads/main"; echo garbage; } >in && bad 'a good line and a bad one' "$m"
awk -v o="$ZERO" -v n="$NEW" 'BEGIN { for (i = 0; i < 200001; i++) print o, n, "refs/heads/b" i }' >in && bad '200,001 refs' 'push fewer at once'
head -c 300000 /dev/urandom | tr '\000' x >in && bad 'noise' 'malformed'
# In form, and not of a push: without git's receive-pack there is nothing to tie a decision to.
echo "$OLD $NEW refs/heads/main" >in && bad 'a good line outside of a push' 'no git receive-pack is running this hook'
same 'pre-receive changed no file, the record included'

# ---- update, post-receive, proc-receive ----
hook update /dev/null
is "$STATUS" 1 'update without arguments is refused'
hook update /dev/null refs/heads/main "$OLD"
is "$STATUS" 1 'update with two is refused'
hook update /dev/null refs/heads/main x y
is "$STATUS" 1 'update with values that are none is refused'
hook update /dev/null refs/heads/main "$OLD" "$NEW"
is "$STATUS" 1 'update outside of a push is refused'
echo garbage >in
hook post-receive in
is "$STATUS" 1 'post-receive with garbage fails'
isnt "$OUT" '' 'and says so'
same 'they changed no file'
pkt() { printf '%04x%s' $((${#1} + 4)) "$1"; }
i=0
for text in '' 'zzzz' '0001' '0003' 'ffff' '0008abc' "$(pkt version=2)0000" "$(pkt version=1)" "$(pkt version=1)0000$(pkt garbage)0000" \
	"$(pkt version=1)0000$(pkt "$OLD $NEW refs/heads/main")" "0000"; do
	i=$((i + 1))
	printf '%s' "$text" >in
	hook proc-receive in
	is "$STATUS" 1 "proc-receive, malformed talk $i: refused"
	json_line "proc-receive, malformed talk $i: one line of JSON" reject
done
printf '%s' "$(pkt version=1)0000$(pkt "$OLD $NEW refs/heads/main")0000" >in
hook proc-receive in
is "$STATUS" 1 'proc-receive in form, outside of a push: refused'
same 'it changed no file'
rg hook no-such-hook
is "$STATUS" 1 'a hook that there is not is refused'
rg hook
isnt "$STATUS" 0 'no hook named is refused'

# ---- a repository that is none, or not gated ----
git init -q --bare plain.git
(cd plain.git && echo "$OLD $NEW refs/heads/main" | GIT_DIR=. "$RG" hook pre-receive) >out 2>&1
is "$?" 1 'a repository without refgate: refused'
like "$(cat out)" 'refgate is not installed here; run `refgate init' 'with what to do'
(cd home && echo "$OLD $NEW refs/heads/main" | GIT_DIR=. "$RG" hook pre-receive) >out 2>&1
is "$?" 1 'no repository: refused'
unmoved srv 'nothing moved in all this'
clean_left srv
done_testing
