#!/bin/sh
# HOLES 27: what lands unsigned adds up, whatever the branch is called: a quote in the name, which JSON writes otherwise, is no way around.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
carried() { log_count "$1" '.ev == "ledger" and (.ledger | fromjson.k == "add")'; }
n=0
# Each name on a server of its own, so that one does not count for the next.
for name in agent/plain 'agent/a"b' 'agent/ü' 'agent/"x",y' 'agent/a<b>&c'; do
	n=$((n + 1))
	new_server "srv$n" --policy "$T/rules"
	new_clone "srv$n" "agent$n"
	commit_file "agent$n" pay/one 1
	snap "srv$n"
	push_as lone "agent$n" origin "HEAD:refs/heads/$name"
	landed "srv$n" "the first half lands on $name" "refs/heads/$name" "$(oid "agent$n" HEAD)"
	is "$(carried "srv$n")" 1 "and is carried from $name"
	git -C "agent$n" checkout -q -b two origin/main
	commit_file "agent$n" door/one 1
	snap "srv$n"
	push_as lone "agent$n" origin HEAD:refs/heads/agent/second
	held "srv$n" "the second half is held after $name" 1
done
done_testing
