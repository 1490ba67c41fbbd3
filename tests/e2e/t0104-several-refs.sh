#!/bin/sh
# Several refs in one push: accepted ones land, held ones form one pending, one reject refuses them all.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

commit_file agent a one
a=$(oid agent HEAD)
commit_file agent b two
b=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin "$a:refs/heads/agent/a" "$b:refs/heads/agent/b"
landed srv 'two open branches land together' refs/heads/agent/a "$a" refs/heads/agent/b "$b"

snap srv
push_as codex-bot agent origin "$a:refs/heads/agent/c" "$b:refs/heads/main" "$b:refs/heads/release/1.0" :refs/heads/agent/a
held srv 'accepted ones land, held ones are one pending' 1 refs/heads/agent/c "$a" refs/heads/agent/a "$ZERO"
is "$(record srv "$ID" '[.refs[].ref]|join(" ")')" 'refs/heads/main refs/heads/release/1.0' 'the record has both held refs, and only them'
is "$(json '[.refs[]|select(.verdict=="accept").ref]|sort|join(" ")')" 'refs/heads/agent/a refs/heads/agent/c' 'the JSON line tells which landed'
is "$(json '[.refs[]|select(.verdict=="hold").pending]|unique|join(" ")')" "$ID" 'and the pending of those that did not'
is "$(json '[.refs[]|select(.verdict=="accept").pending]|unique|length')" 1 'a landed one has no pending'
like "$OUT" "\[remote rejected\] .* -> main \(held for approval as $ID\)" 'git shows the held ref as such'
like "$OUT" '\[new branch\] .* -> agent/c' 'and the landed one as landed'
snap srv
approve_as alice maint "$ID"
is "$(echo "$OUT" | grep -c '^released refs/heads/')" 2 'one approval releases both'
is "$(oid srv.git refs/heads/main) $(oid srv.git refs/heads/release/1.0)" "$b $b" 'both are at their commits'
clean_left srv

# One reject refuses all; the accepted and the held do not move either.
git -C agent checkout -q -B more "$b"
commit_file agent c three
c=$(oid agent HEAD)
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
cp leak agent/deploy && git -C agent add deploy && git -C agent commit -q -m 'deploy'
k=$(oid agent HEAD)
snap srv
push_as codex-bot agent origin "$c:refs/heads/agent/d" "$c:refs/heads/main" "$k:refs/heads/agent/k"
refused srv 'one reject refuses the whole push' refs/heads/agent/k 'may be pushed alone'
is "$(json '[.refs[]|select(.verdict=="reject").ref]|join(" ")')" refs/heads/agent/k 'the JSON line names the ref that is in the way'
no 'the key is not on the server' git -C srv.git cat-file -e "$(oid agent "$k:deploy")"
no 'nor the harmless commit beside it' git -C srv.git cat-file -e "$c"
snap srv
push_as codex-bot agent origin "$c:refs/heads/agent/d"
landed srv 'the others may indeed be pushed alone' refs/heads/agent/d "$c"

# A wrong name, which git itself would refuse for that one ref alone.
snap srv
push_as codex-bot agent origin "$c:refs/heads/agent/e" "$c:refs/refgate/x"
refused srv 'a ref in a hidden room refuses the whole push' refs/refgate/x

# The same ref twice in one push: only a client of its own making sends that.
snap srv
raw_push codex-bot srv ' report-status' - "$c $a refs/heads/agent/d" "$c $b refs/heads/agent/d"
unmoved srv 'one ref twice in one push moves nothing'
is "$(ls -A srv.git/refgate/inflight)" '' 'and leaves no decision in flight'
done_testing
