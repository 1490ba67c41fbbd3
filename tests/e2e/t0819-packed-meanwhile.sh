#!/bin/sh
# git pack-refs (gc, the gate's own upkeep) may move a loose ref into packed-refs at any moment: what was loose when we looked and is packed when we
# read is still there, signatures and denials above all.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv
new_clone srv agent
hold_on srv agent
mkdir bin
real=$(command -v git)
# Packs all refs before each look at an object; everything else is git's own.
cat >bin/git <<EOF
#!/bin/sh
case " \$* " in
*" cat-file "*) env -u GIT_DIR "$real" -C "$T/srv.git" pack-refs --all ;;
esac
exec "$real" "\$@"
EOF
chmod +x bin/git
PATH=$T/bin:$PATH
approve_here alice srv "$ID"
PATH=${PATH#*:}
released srv 'the signature counts though its ref was packed meanwhile' refs/heads/main "$NEW"
done_testing
