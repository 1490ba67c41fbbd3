#!/bin/sh
# The push of an open pending once more, judged while the pending is open and placed when it is over: what was denied or released does not
# come back under its id. The host's update hook, which is asked between the two, holds the push up.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys && new_repo srv || done_testing
mkdir -p srv.git/hooks
cat >srv.git/hooks/update <<EOF
#!/bin/sh
mv "$T/arm" "$T/there" 2>/dev/null || exit 0
i=0
while [ ! -f "$T/go" ] && [ \$i -lt 1000 ]; do
	sleep 0.02
	i=\$((i + 1))
done
exit 0
EOF
chmod +x srv.git/hooks/update
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'a gate beside an update hook'
new_clone srv agent

# again COMMAND...: the push that is held as $ID comes again, and COMMAND is run between its judging and its placing
again() {
	rm -f "$T/there" "$T/go"
	: >"$T/arm"
	TEST_ACTOR=codex-bot git -C agent push -q origin HEAD:refs/heads/main >push.out 2>&1 &
	_ag=$!
	_n=0
	while [ ! -f "$T/there" ] && [ $_n -lt 1000 ]; do
		sleep 0.02
		_n=$((_n + 1))
	done
	"$@"
	: >"$T/go"
	wait $_ag
	code=$?
	quiet srv
}
# over WHAT: the pending is so once, nothing came back, and the push was told
over() {
	isnt "$code" 0 "the push of what was $1 is refused"
	like "$(cat push.out)" "pending $ID was closed meanwhile" 'and told why'
	is "$(pendings srv)" '' 'it does not come back'
	is "$(git -C srv.git for-each-ref refs/pending refs/refgate/pending)" '' 'nor one of its refs'
	rg gc srv.git
	is "$(log_count srv ".pending == \"$ID\" and .ev == \"$1\"")" 1 "the log says once that it was $1"
}
hold_on srv agent
again deny_here alice srv "$ID"
over denied
push_as codex-bot agent origin HEAD:refs/heads/main
is "$(json .verdict)" hold 'pushed anew it is held anew'
isnt "$(json .id)" "$ID" 'under an id of its own'
ID=$(json .id)
again approve_here alice srv "$ID"
over released
is "$(oid srv.git main)" "$NEW" 'the ref stands where it was released to'
hold_on srv agent
again true
is "$(pendings srv)" "$ID" 'one that is open still stays as it is'
done_testing
