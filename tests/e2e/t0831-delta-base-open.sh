#!/bin/sh
# The twins of t0830: a delta may stand on whatever could be fetched, and on what the same agent sent before. That is what git's thin packs do
# with every push.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv other other-bot
new_clone srv maint alice
g() { git -C agent "$@"; }
noise() {
	awk -v s="$1" 'BEGIN { srand(s); for (i = 0; i < 600; i++) print rand() rand() rand() }'
}
thin() {
	yes "$1 stands on deltas ($(wc -c <"$1") bytes)" test "$(wc -c <"$1")" -lt "${2:-2000}"
}
# send PACK NEW REF WHAT: by another agent than the one that brought the base
send() {
	snap srv
	raw_push other-bot srv ' report-status' "$1" "$ZERO $2 $3"
	landed srv "$4" "$3" "$2"
}

# Two versions of a file in the history of main, brought in around the gate.
noise 1 >agent/f && noise 2 >agent/g && g add f g && g commit -q -m one
noise 3 >agent/f && g add f && g commit -q -m two
admin srv fetch -q "$T/agent" HEAD:refs/heads/main --update-head-ok
"$RG" doctor srv.git --acknowledge refs/heads/main || not_ok 'acknowledge'
main=$(oid srv.git refs/heads/main)

# git's own push, small and large.
g checkout -q -b work "$main"
echo x >>agent/f && g commit -q -a -m small
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/work
landed srv 'a push whose delta stands on the file of the parent' refs/heads/agent/work "$(oid agent HEAD)"
mkdir agent/many && (cd agent/many && for i in 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do echo "$i$j" >"$i$j"; done; done)
echo y >>agent/f && g add many f && g commit -q -m large
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/work
landed srv 'the same among 150 objects' refs/heads/agent/work "$(oid agent HEAD)"

# Several commits that change one file: only the first stands on what the server has.
for i in 1 2 3; do echo "$i" >>agent/g && g commit -q -a -m "g $i"; done
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/work
landed srv 'several commits of one file' refs/heads/agent/work "$(oid agent HEAD)"

# The base stands under another path, and in no tree of the parent at all.
g checkout -q -b moved "$main" && g mv g elsewhere && echo x >>agent/elsewhere && g commit -q -a -m moved
printf '%s\n^%s\n' "$(oid agent HEAD)" "$main" | g pack-objects -q --revs --thin --stdout >moved.pack
send moved.pack "$(oid agent HEAD)" refs/heads/agent/moved 'a file that moved and changed'
g checkout -q -b back "$main" && g checkout -q "$main~1" -- f && echo x >>agent/f && g commit -q -a -m back
g reset -q "$(g commit-tree -p "$main" -m back 'HEAD^{tree}')"
printf '%s\n^%s\n^%s\n' "$(oid agent HEAD)" "$(g commit-tree -m orphan "$main~1^{tree}")" "$main" | g pack-objects -q --revs --thin --shallow --stdout >back.pack
thin back.pack
send back.pack "$(oid agent HEAD)" refs/heads/agent/back 'a delta that stands on an old version of the file'

# What a pending shows, while it is open and when it was denied.
g checkout -q -b held "$main" && noise 4 >agent/page && g add page && g commit -q -m page
held=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'a pending' 1
first=$ID
g checkout -q -b onheld && echo x >>agent/page && g commit -q -a -m more
n=$(g commit-tree -p "$main" -m n 'HEAD^{tree}')
printf '%s\n^%s\n^%s\n' "$n" "$held" "$main" | g pack-objects -q --revs --thin --shallow --stdout >page.pack
thin page.pack
send page.pack "$n" refs/heads/agent/page 'a delta that stands on what an open pending shows'
git -C srv.git update-ref -d refs/heads/agent/page

# The agent's own: the same push again is the same pending; the next version of it supersedes.
g checkout -q held
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
is "$ID $(json .id)" "$first $first" 'the same push again is the same pending'
unmoved srv 'and nothing moved'
echo y >>agent/page && g commit -q -a -m 'page again'
printf '%s\n^%s\n' "$(oid agent HEAD)" "$held" | g pack-objects -q --revs --thin --stdout >again.pack
thin again.pack
raw_push codex-bot srv ' report-status' again.pack "$main $(oid agent HEAD) refs/heads/main"
isnt "$(json .id)" "$first" 'a delta that stands on the version that was held before is held anew'
is "$(pendings srv)" "$(json .id)" 'and supersedes'
deny_as alice maint "$(json .id)"
send page.pack "$n" refs/heads/agent/page2 'what a pending showed until it was superseded and denied'

# A branch that is gone since.
g checkout -q -b short "$main" && noise 5 >agent/note && g add note && g commit -q -m note
push_as codex-bot agent origin HEAD:refs/heads/agent/short
push_as codex-bot agent origin :refs/heads/agent/short
note=$(oid agent HEAD)
echo x >>agent/note && g commit -q -a -m note2
n=$(g commit-tree -p "$main" -m n 'HEAD^{tree}')
printf '%s\n^%s\n^%s\n' "$n" "$note" "$main" | g pack-objects -q --revs --thin --shallow --stdout >note.pack
thin note.pack
send note.pack "$n" refs/heads/agent/note 'what a branch showed that was deleted just now'

# A clone that knows a branch which the gate does not protect builds on it; the store was packed anew meanwhile.
git -C srv.git gc -q --prune=now
git -C other fetch -q origin && git -C other checkout -q -b mine origin/agent/work && echo z >>other/f && git -C other commit -q -a -m mine
snap srv
push_as other-bot other origin HEAD:refs/heads/agent/mine
landed srv "a new branch on another agent's, after gc" refs/heads/agent/mine "$(oid other HEAD)"
done_testing
