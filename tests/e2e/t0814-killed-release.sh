#!/bin/sh
# HOLES 16: the server dies between the release's entry in the log and the ref's move. The approval that the log calls spent releases nothing more;
# a new one does.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv
new_clone srv agent
new_clone srv maint alice
new_clone srv agent2 mallory
hold_on srv agent
mkdir bin
real=$(command -v git)
cat >bin/git <<EOF
#!/bin/sh
case " \$* " in
*" update-ref "*"refgate: release"*) kill -9 \$PPID; exit 1 ;;
esac
exec "$real" "\$@"
EOF
chmod +x bin/git
(PATH=$T/bin:$PATH && approve_here alice srv "$ID") 2>/dev/null
is "$(log_count srv '.ev == "released"')" 1 'the release is in the log'
is "$(oid srv.git refs/heads/main)" "$OLD" 'and main did not move'
old=$(git -C srv.git cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype)' | awk '$2=="blob"{print $1}' |
	while read -r o; do git -C srv.git cat-file blob "$o" | grep -q '^decision approve$' && echo "$o"; done | head -n 1)
git -C srv.git cat-file blob "$old" | git -C agent2 hash-object -w --stdin >/dev/null
push_as mallory agent2 origin "$old:refs/approvals/$ID/$(fp alice)"
is "$(oid srv.git refs/heads/main)" "$OLD" 'the same statement, handed in by somebody, moves nothing'
is "$(log_count srv '.ev == "released"')" 1 'and no second release is in the log'
yes 'the log verifies' "$RG" log verify --repo srv.git
done_testing
