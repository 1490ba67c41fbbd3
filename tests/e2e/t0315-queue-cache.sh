#!/bin/sh
# The queue's cache (refgate/cache/queue): whatever becomes of it, the queue shows what the records say, on the server and in a clone.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv || done_testing
new_clone srv agent
new_clone srv maint someone
cache=srv.git/refgate/cache/queue
theirs=maint/.git/refgate/cache/queue

in_clone() {
	run sh -c 'cd maint && exec "$@"' - "$RG" "$@"
}
# queues NAME: on the server and in the clone as if neither had a cache
queues() {
	_begin
	rg queue --repo srv.git --format json
	cp "$OUTFILE" q.here
	in_clone queue --format json
	cp "$OUTFILE" q.there
	rm -rf $cache $theirs
	rg queue --repo srv.git --format json
	cp "$OUTFILE" q.fresh
	cmp -s q.here q.fresh || _because "the server shows $(cat q.here), and $(cat q.fresh) without a cache"
	cmp -s q.there q.fresh || _because "the clone shows $(cat q.there), and $(cat q.fresh) without a cache"
	[ "$(jq '.pending|length' q.here)" = "$2" ] || _because "not $2: $(cat q.here)"
	_end "$1"
}

git -C agent checkout -q --detach origin/main
commit_file agent one one
push_as aaa agent origin HEAD:main
A=$(json .id)
is "$(cut -f 3 $cache)" "$A" 'a hold adds its line'
queues 'one waits' 1
git -C agent checkout -q -f --detach origin/main
commit_file agent two two
push_as "$(printf 'ccc\033[31m\tx')" agent origin HEAD:refs/heads/release/1.0 HEAD:main
B=$(json .id)
is "$(cut -f 3 $cache | tr '\n' ' ')" "$A $B " 'the next one too'
queues 'two wait, one of them on two refs, by an actor whose name is not to be printed' 2
is "$(LC_ALL=C grep -c '[^[:print:]]' q.here)" 0 'nothing unprintable from the cache'
is "$(git -C maint for-each-ref refs/refgate-client)" '' 'nothing stays in the clone'

# ---- the clone asks for what it does not know ----
in_clone queue
GIT_TRACE2_EVENT=$T/trace in_clone queue
is "$(grep -c '"name":"fetch"' "$T/trace")" 0 'what the clone knows is not fetched again'
is "$(grep -c '"name":"ls-remote"' "$T/trace")" 1 'the refs are looked at once'

# ---- damage ----
cp $cache whole
for damage in 'head -c -20' 'sed s/heads/headz/' 'sed s/aaa/bbb/' 'tr 01 10' 'head -c 3' 'sed p' 'cut -f 1-5' 'tr \\t \\0' 'sed s/^/x/'; do
	sh -c "$damage" <whole >$cache
	cp $cache "$theirs"
	queues "a cache after $damage" 2
done
printf '\0\0\0\0\0\0\0\0' >>$cache
queues 'zeros behind a crash' 2
rm -f $cache "$theirs"
mkdir $cache "$theirs"
queues 'a folder in its place' 2
queues 'none' 2
rm -f $cache
rg queue --repo srv.git
is "$(wc -l <$cache)" 2 'and it is made again'
cp $cache whole

# ---- states ----
hold_on srv agent refs/heads/main ccc
approve_here alice srv "$ID"
released srv 'a third is released' refs/heads/main "$NEW"
queues 'the others are stale or gone' "$(pendings srv | wc -l)"
is "$(jq -r '[.pending[].state]|unique|join(" ")' q.here)" "$(jq -r '[.pending[].state]|unique|join(" ")' q.there)" 'both say the same of them'
rg gc srv.git
queues 'after gc' "$(pendings srv | wc -l)"

# ---- lines of what closed ----
i=0
while [ $i -lt 300 ]; do
	sed -n "1s/^......./$(printf %07x $i)/p" whole
	i=$((i + 1))
done >lines
cat lines >>$cache
rg queue --repo srv.git
[ "$(wc -l <$cache)" -le 256 ]
is "$?" 0 'lines of what closed long ago are dropped'
done_testing
