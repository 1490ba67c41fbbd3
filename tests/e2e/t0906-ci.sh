#!/bin/sh
# .ci/run runs make check from a clean checkout, nothing left over from another build, with skips turned into failures.
. "$(dirname "$0")/../lib/testlib.sh"

mkdir bin project project/.ci project/build
cp "$PROJECT/.ci/run" project/.ci/run
git init -q -b main project
ident project ci
echo all: >project/Makefile
git -C project add Makefile .ci
git -C project commit -q -m one
echo stale >project/build/refgate
echo dirty >>project/Makefile
cat >bin/make <<END
#!/bin/sh
echo "\$*" >>"$T/make.log"
{ pwd; echo "must=\${REFGATE_MUST_WORK-}"; ls -A; cat Makefile; cat; } >"$T/seen"
exit \$(cat "$T/code")
END
chmod +x bin/make
PATH=$T/bin:$PATH

echo 0 >code
run sh -c 'echo typed | project/.ci/run'
is "$STATUS" 0 'CI passes when make check does'
like "$(cat make.log)" '(^| )check$' 'it runs make check'
like "$(cat seen)" '^must=1$' 'with REFGATE_MUST_WORK=1'
unlike "$(cat seen)" '^build$' 'without a build of before'
unlike "$(cat seen)" 'dirty' 'from what is committed'
unlike "$(cat seen)" 'typed' 'and reads nothing from stdin'
no 'its checkout is gone afterwards' [ -e "$(head -n 1 seen)" ]
echo 2 >code
run project/.ci/run
isnt "$STATUS" 0 'CI fails when make check does'
done_testing
