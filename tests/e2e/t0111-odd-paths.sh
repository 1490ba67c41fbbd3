#!/bin/sh
# Paths that are no UTF-8, that hold control characters, quotes, line ends, invisible characters: the JSON line stays valid and
# on one line, and nothing raw is printed. Ref names of that kind are refused.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice
b() { printf "$1"; }

# put PATH CONTENT: a file of any name whatever, straight into the index
put() {
	printf '100644 %s\t%s\0' "$(printf '%s\n' "$2" | git -C agent hash-object -w --stdin)" "$1" | git -C agent update-index -z --index-info
}
commit() {
	git -C agent update-ref refs/heads/odd "$(git -C agent commit-tree -p "$(oid agent origin/main)" -m "${1:-odd}" "$(git -C agent write-tree)")"
}
latin=$(b 'caf\351')/.mcp.json
esc=$(b 'red\033[31m\007')/.mcp.json
quote=$(b 'say "hi"\\n')/.mcp.json
lines=$(b 'two\nlines')/.mcp.json
rtl=$(b 'left\342\200\256right')/.mcp.json
utf=$(b 'caf\303\251')/.mcp.json
half=$(b 'half\303')/.mcp.json
c1=$(b 'c1\302\233m')/.mcp.json

put "$latin" '{"mcpServers":{"x":{"command":"./x"}}}'
commit
snap srv
push_as codex-bot agent origin odd:refs/heads/agent/odd
held srv 'a path that is no UTF-8 is held for what it is' 1
printable 'nothing raw is printed of it'
is "$(json '.findings[0].path')" 'caf\xe9/.mcp.json' 'in JSON its bad byte is \xHH'
is "$(json '.findings[0].escaped')" true 'with "escaped":true beside it'
like "$OUT" 'caf\\xe9/.mcp.json' 'and on the terminal too'
is "$(record srv "$ID" '[.findings[]|select(.id=="AGT-RUN")][0].path')" 'caf\xe9/.mcp.json' 'in the record as well'
jq -e . srv.git/refgate/audit/log.jsonl >/dev/null 2>&1
is $? 0 'every line of the log is JSON'
approve_as alice maint "$ID"
is "$(oid srv.git refs/heads/agent/odd)" "$(oid agent odd)" 'it is released by approval'
is "$(git -C srv.git ls-tree -r -z --name-only refs/heads/agent/odd | tr '\000' '\n' | LC_ALL=C grep -a -c "^$(b 'caf\351')/")" 1 'with its name as it was'
clean_left srv

n=0
for p in "$esc" "$quote" "$lines" "$rtl" "$utf" "$half" "$c1"; do
	n=$((n + 1))
	git -C agent read-tree origin/main
	put "$p" '{"mcpServers":{"x":{"command":"./x"}}}'
	commit "odd $n"
	snap srv
	push_as codex-bot agent origin "odd:refs/heads/odd/$n"
	held srv "odd path $n is held" "$n"
	printable "odd path $n is printed without a raw byte"
done
like "$(json_text)" 'c1\\u009bm' 'a C1 control character is escaped in JSON too'
run env TEST_ACTOR=alice "$RG" queue --repo srv.git
is "$STATUS" 0 'queue works'
run env TEST_ACTOR=alice "$RG" show --repo srv.git "$ID"
is "$STATUS" 0 'show works'
printable 'show prints nothing raw'
run env TEST_ACTOR=alice "$RG" show --repo srv.git "$ID" --format json
is "$(jq -r .id <"$OUTFILE" 2>/dev/null)" "$ID" 'show --format json is JSON'

# The same with a private key at the path: rejected, the path escaped, nothing of the key printed.
git -C agent read-tree origin/main
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
printf '100644 %s\t%s\0' "$(git -C agent hash-object -w leak 2>/dev/null || git -C agent hash-object -w "$T/leak")" "$(b 'k\377\033]0;x\007ey')" |
	git -C agent update-index -z --index-info
commit
snap srv
push_as codex-bot agent origin odd:refs/heads/agent/key
refused srv 'a private key at such a path is rejected'
printable 'without a raw byte'
like "$(json_text)" '"k\\\\xff\\u001b\]0;x\\u0007ey"' 'and the path is told'
no 'no line of the key is printed' grep -a -q -F -f leak "$OUTFILE"

# A commit message and an author of that kind.
git -C agent read-tree origin/main
put .mcp.json '{"mcpServers":{"x":{"command":"./x"}}}'
c=$({ git -C agent cat-file commit origin/main | sed '/^parent/d; /^$/,$d' | sed "s/^\(author\|committer\) [^<]*</\1 $(b 'n\033[1m\351') </"
	printf '\nmessage \033[31m \351\n'; } | git -C agent hash-object -t commit -w --stdin --literally)
git -C agent update-ref refs/heads/odd "$c"
snap srv
push_as codex-bot agent --force origin odd:refs/heads/agent/message
printable 'nothing raw is printed of a commit with such names and such a message'
approve_as alice maint "$(json .id)"
printable 'nor when it is approved'

# Ref names.
git -C agent update-ref refs/heads/odd "$(oid agent origin/main)"
n=0
for r in "$(b 'caf\351')" "$(b 'left\342\200\256right')" "$(b 'zero\342\200\213width')"; do
	n=$((n + 1))
	snap srv
	push_as codex-bot agent origin "odd:refs/heads/$r"
	# What git itself prints of the name is git's; the gate's lines are looked at.
	LC_ALL=C grep -a 'refgate:' "$OUTFILE" >"$OUTFILE.gate"
	mv "$OUTFILE.gate" "$OUTFILE"
	refused srv "ref name $n is refused"
	printable "ref name $n is printed without a raw byte"
done
snap srv
push_as codex-bot agent origin "odd:refs/heads/$(b 'caf\303\251')"
is "$STATUS" 0 'a branch name in UTF-8 is fine'
done_testing
