#!/bin/sh
# make demo: the run ends well, README.md shows what it prints, the server that stays can be played with; other repositories.
. "$(dirname "$0")/../lib/testlib.sh"

DEMO=$PROJECT/demo/run
export TMPDIR="$T"

# Ids, oids, digests, times and places of one run become letters.
masked() {
	_id=$(sed -n 's/.*held for approval as \([a-z0-9]*\).*/\1/p' "$1" | head -n 1)
	sed -e "s#[^ ]*/refgate-demo\.[A-Za-z0-9]*#DEMO#g" -e "s/\b${_id:-none}\b/ID/g" -e 's/\b[0-9a-f]\{7,64\}\b/HEX/g' \
		-e 's/[0-9]\{4\}-[0-9][0-9]-[0-9][0-9]T[0-9:]*Z/TIME/g' -e 's# [A-Za-z0-9+/]\{43\}=# ROOT#' "$1"
}

# demo NAME [DEMO_REPO]: runs it; $OUTFILE is what it printed
demo() {
	run env DEMO_REPO="${2-}" REFGATE_BUILD="$BUILD" "$DEMO"
	cp "$OUTFILE" "$1.out"
	PLACE=$(sed -n 's/^# The server stays in \(.*\)\. To play with it:$/\1/p' "$OUTFILE")
}

# A small repository: what the demo prints does not depend on which one it is, once ids are masked.
git init -q -b main sample
ident sample maria
commit_file sample README.md 'a sample' 'first commit'

demo sample "$T/sample"
is "$STATUS" 0 'the demo ends well'
sed -n '/^<!-- demo: begin -->$/,/^<!-- demo: end -->$/p' "$PROJECT/README.md" | sed '1d;$d' | sed '1d;$d' >block
yes 'README.md has a block' [ -s block ]
masked block >want
masked sample.out >got
if diff -u want got >differs; then
	ok 'README.md shows what the demo prints'
else
	not_ok 'README.md shows what the demo prints' "make readme writes it anew:
$(cat differs)"
fi
# The comparison can fail: a changed verdict, a missing line.
sed 's/critical, 200 points/low, 1 points/' block >other
masked other | cmp -s - got && not_ok 'a block with another verdict differs' || ok 'a block with another verdict differs'
sed '/ missing$/d' block >other
masked other | cmp -s - got && not_ok 'a block without the proof differs' || ok 'a block without the proof differs'

# What stays behind: the three lines are tried as they stand.
like "$PLACE" "^$T/refgate-demo\." 'the server stays in a folder of its own'
yes 'its log verifies' "$RG" log verify --repo "$PLACE/srv/app.git"
is "$(git -C "$PLACE/srv/app.git" log -1 --format=%s main)" 'Update left-pad' 'the signed commit is on main'
sed -n 's/^#   //p' sample.out >lines
is "$(grep -c . lines)" 3 'three lines say how to play'
{
	sed -n 1p lines
	sed -n 2p lines
	echo 'refgate queue --repo srv/app.git >queue.now'
	sed -n 3p lines | sed 's/approve ID/approve --yes $(refgate queue | cut -d" " -f1)/'
} >play
run sh play
is "$STATUS" 0 'the three lines work'
like "$OUT" 'held for approval as' 'the push of the second line is held'
like "$OUT" 'released refs/heads/main ' 'the third line releases it'
is "$(ls -A "$HOME")" '' 'nothing was written to the home of the caller'
rm -rf "$PLACE"

# Other repositories: another branch, no branch, half a history, one with rules of its own.
git -C sample branch -m trunk
demo trunk "$T/sample"
is "$STATUS" 0 'a branch of another name'
like "$OUT" '^released refs/heads/trunk ' 'the branch of another name is released'
rm -rf "$PLACE"

git -C sample checkout -q --detach
demo detached "$T/sample"
is "$STATUS" 0 'a detached HEAD'
rm -rf "$PLACE"
git -C sample checkout -q trunk

commit_file sample README.md 'more' 'second commit'
git clone -q --depth 1 "file://$T/sample" shallow
demo shallow "$T/shallow"
is "$STATUS" 0 'a shallow clone'
is "$(git -C "$PLACE/srv/app.git" rev-parse --is-shallow-repository)" false 'its server has a whole history'
rm -rf "$PLACE"

commit_file sample .refgate/policy.yml 'version: 1' 'rules of its own'
demo rules "$T/sample"
is "$STATUS" 0 'a repository with a .refgate/ of its own'
rm -rf "$PLACE"

mkdir empty
demo none "$T/empty"
isnt "$STATUS" 0 'no repository: the demo stops'
like "$OUT" 'DEMO_REPO has no commit' 'and says why'
demo nowhere "$T/nowhere"
isnt "$STATUS" 0 'no such folder: the demo stops'
like "$OUT" 'DEMO_REPO=.*/nowhere is no folder' 'and says why'
is "$(ls -d "$T"/refgate-demo.* 2>/dev/null)" '' 'and leaves nothing'

# Where the gate does not stand, the demo fails instead of telling its story.
mkdir fake
cat >fake/refgate <<END
#!/bin/sh
[ "\$1" = init ] && { mkdir -p "\$2/refgate"; exit 0; }
exec "$RG" "\$@"
END
chmod +x fake/refgate
cp "$BUILD/refgate-worker" fake/
run env DEMO_REPO="$T/sample" REFGATE_BUILD="$T/fake" "$DEMO"
isnt "$STATUS" 0 'a server without the gate: the demo fails'
like "$OUT" 'demo: the private key was not rejected' 'and says what did not hold'
unlike "$OUT" '^# The server stays' 'and does not go on'
done_testing
