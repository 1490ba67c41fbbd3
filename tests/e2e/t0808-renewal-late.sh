#!/bin/sh
# A renewal takes time to judge. What its actor pushed meanwhile is newer, and is not superseded by it; what was closed meanwhile stays closed.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv
new_clone srv one
new_clone srv two
new_clone srv maint alice

commit_file one a 1
push_as agent-one one origin HEAD:main
first=$(json .id)
git -C two pull -q "$T/one" HEAD
commit_file two b 1
push_as agent-two two origin HEAD:main
older=$(json .id)

# The upkeep behind the release would renew at once: it waits in front of git until it is told to go on.
mkdir bin
real=$(command -v git)
cat >bin/git <<EOF
#!/bin/sh
case " \$* " in
*" merge-base --is-ancestor "*)
	: >"$T/at"
	i=0
	while [ ! -e "$T/go" ] && [ \$i -lt 400 ]; do sleep 0.05; i=\$((i + 1)); done
	;;
esac
exec "$real" "\$@"
EOF
chmod +x bin/git
(PATH=$T/bin:$PATH && approve_here alice srv "$first")
OUT=$(cat "$OUTFILE")
like "$OUT" '^released refs/heads/main' 'the first push is released'
i=0
while [ ! -e at ] && [ $i -lt 400 ]; do sleep 0.05; i=$((i + 1)); done
yes 'the renewal of the second has begun' test -e at
commit_file two b 2
push_as agent-two two origin HEAD:main
newer=$(json .id)
is "$(json .verdict)" hold 'its actor pushes a newer one, held'
: >go
quiet srv
is "$(pendings srv)" "$newer" 'the newer one is open, alone'
is "$(git -C srv.git rev-parse -q --verify "refs/pending/$newer/heads/main")" "$(oid two HEAD)" 'and its commits are what is reviewed'
rg wait --repo srv.git --timeout 1 "$older"
is "$STATUS" 1 'the older one is closed'
done_testing
