#!/bin/sh
# HOLES 27: pushes judged at once must not each overlook what the others bring. The repository's own update hook makes sure that the
# pushes meet: it lets nobody go on before all of them have come so far, or have ended.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/ledger.sh"

ledger_rules
new_repo srv
mkdir meet
cat >srv.git/hooks/update <<EOF
#!/bin/sh
: >"$T/meet/here.\$\$"
i=0
while [ "\$(ls "$T/meet" | wc -l)" -lt 2 ] && [ \$i -lt 200 ]; do sleep 0.05; i=\$((i + 1)); done
exit 0
EOF
chmod +x srv.git/hooks/update
rg init srv.git --identity env:TEST_ACTOR --policy "$T/rules"
is "$STATUS" 0 'init'
new_clone srv one
new_clone srv two
commit_file one pay/one 1
commit_file two door/two 1
(TEST_ACTOR=lone git -C one push -q origin HEAD:agent/one >one.out 2>&1; echo $? >one.code; : >meet/ended.1) &
(TEST_ACTOR=lone git -C two push -q origin HEAD:agent/two >two.out 2>&1; echo $? >two.code; : >meet/ended.2) &
wait
landed=0
for b in one two; do oid srv.git refs/heads/agent/$b >/dev/null && landed=$((landed + 1)); done
is "$landed" 1 'of two halves that were judged at once, one lands'
yes 'the other is told to push again, or is held' grep -E -q 'push again|held for approval' one.out two.out
done_testing
