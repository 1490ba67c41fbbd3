#!/bin/sh
# The ledger is as long as people work. What is older than `ledger:` days, or far more than anybody carries, must not stop the pushes of others.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
new_server srv --policy "$T/rules"
new_clone srv agent
commit_file agent pay/one 1
push_as mallory agent origin HEAD:refs/heads/agent/one
is "$STATUS" 0 'a medium change lands'
# two years of the same, by the same actor
line=$(cat srv.git/refgate/ledger)
printf '%s\n' "$line" | sed 's/"t":[0-9]*/"t":1000000000/' >old
i=0
while [ $i -lt 17 ]; do cat old old >old2 && mv old2 old; i=$((i + 1)); done
cat old >>srv.git/refgate/ledger
printf '# %s bytes\n' "$(wc -c <srv.git/refgate/ledger)"
git -C agent checkout -q -b two origin/main
commit_file agent pay/two 1
snap srv
push_as stranger agent origin HEAD:refs/heads/agent/two
landed srv "another actor's medium change lands behind a long ledger" refs/heads/agent/two "$(oid agent HEAD)"
done_testing
