#!/bin/sh
# tests/run counts what tests say, and believes no test that ends without saying what it should.
. "$(dirname "$0")/../lib/testlib.sh"

RUN=$PROJECT/tests/run

# script NAME: the body from stdin
script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$1"
	chmod +x "$1"
}

# counts NAME WANT-LINE WANT-EXIT FILES...
counts() {
	_name=$1
	_want=$2
	_exit=$3
	shift 3
	run env REFGATE_MUST_WORK="${MUST-}" REFGATE_TEST_SECONDS="${SECONDS_EACH:-60}" "$RUN" "$@"
	is "$(tail -n 1 "$OUTFILE") ($STATUS)" "$_want ($_exit)" "$_name"
}

script good <<'END'
echo 'ok 1 - one'; echo 'ok 2 - two'; echo '1..2'
END
script bad <<'END'
echo 'ok 1 - one'; echo 'not ok 2 - the broken thing'; echo '# why it broke'; echo '1..2'; exit 1
END
script skips <<'END'
echo 'ok 1 - one'; echo 'ok 2 - two # SKIP no such kernel'; echo '1..2'
END
script short <<'END'
echo '1..3'; echo 'ok 1 - one'; echo 'ok 2 - two'
END
script silent <<'END'
exit 0
END
script dies <<'END'
echo 'ok 1 - one'; echo '1..1'; kill -SEGV $$
END
script lies <<'END'
echo 'not ok 1 - one'; echo '1..1'; exit 0
END
script slow <<'END'
echo 'ok 1 - one'; echo '1..1'; sleep 60
END

counts 'two that pass' '2 passed, 0 failed, 0 skipped' 0 good
counts 'one of them fails' '3 passed, 1 failed, 0 skipped' 1 good bad
like "$OUT" 'the broken thing' 'the output of a failing test is shown'
like "$OUT" '# why it broke' 'with its reasons'
counts 'a skip is counted as one' '1 passed, 0 failed, 1 skipped' 0 skips
like "$OUT" '# skipped: .*no such kernel' 'the reason of a skip is printed'
MUST=1
counts 'REFGATE_MUST_WORK=1: a skip is a failure' '1 passed, 1 failed, 0 skipped' 1 skips
MUST=
counts 'fewer tests than planned' '2 passed, 1 failed, 0 skipped' 1 short
counts 'a test that says nothing' '0 passed, 1 failed, 0 skipped' 1 silent
counts 'a test that dies' '1 passed, 1 failed, 0 skipped' 1 dies
counts 'a test that fails with exit 0' '0 passed, 2 failed, 0 skipped' 1 lies
SECONDS_EACH=1
counts 'a test that hangs' '1 passed, 1 failed, 0 skipped' 1 slow
SECONDS_EACH=
counts 'a test that is not there' '2 passed, 1 failed, 0 skipped' 1 good "$T/nowhere"
counts 'all of them' '7 passed, 7 failed, 1 skipped' 1 good bad skips short silent dies lies "$T/nowhere"

# Without arguments it finds what there is: no test is forgotten because nobody listed it.
mkdir -p tree/tests/e2e tree/tests/lint tree/tests/unit tree/build/unit
cp "$RUN" tree/tests/run
cp good tree/tests/e2e/t0001-one.sh
cp good tree/tests/lint/two.sh
touch tree/tests/unit/test_three.c tree/tests/unit/worker_test_four.c tree/tests/lint/lib
cp good tree/build/unit/test_three
run env -u REFGATE_BUILD -u REFGATE_MUST_WORK tree/tests/run
is "$(tail -n 1 "$OUTFILE")" '6 passed, 1 failed, 0 skipped' 'scripts, lints and unit programs are found, and one that was not built is missed'
cp good tree/build/unit/worker_test_four
run env -u REFGATE_BUILD -u REFGATE_MUST_WORK tree/tests/run
is "$(tail -n 1 "$OUTFILE")" '8 passed, 0 failed, 0 skipped' 'all of them'
run env -u REFGATE_BUILD -u REFGATE_MUST_WORK tree/tests/run --unit
is "$(tail -n 1 "$OUTFILE")" '4 passed, 0 failed, 0 skipped' '--unit takes the unit programs alone'
done_testing
