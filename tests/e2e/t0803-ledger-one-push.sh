#!/bin/sh
# HOLES 27: two halves in one push, each on a branch of its own, weigh as much as two pushes.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
new_server srv --policy "$T/rules"
new_clone srv agent
git -C agent checkout -q -b one origin/main
commit_file agent pay/one 1
git -C agent checkout -q -b two origin/main
commit_file agent door/one 1
git -C agent checkout -q -b both one && git -C agent merge -q -m both two
snap srv
push_as lone agent origin both:agent/both
held srv 'both halves on one branch are held' 1
snap srv
push_as lone agent origin one:agent/one two:agent/two
isnt "$STATUS" 0 'both halves on two branches of one push do not land unsigned'
n=0
for b in one two; do oid srv.git refs/heads/agent/$b >/dev/null && n=$((n + 1)); done
yes 'at most one of them landed' test "$n" -le 1
done_testing
