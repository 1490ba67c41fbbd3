#!/bin/sh
# Every fuzz target reads its seeds, as they are and changed in a few hundred ways, without falling over. No seeds is a failure:
# a target that is never fed shows nothing.
. "$(dirname "$0")/../lib/testlib.sh"

for _source in "$PROJECT"/tests/fuzz/fuzz_*.c; do
	_name=$(basename "$_source" .c)
	_name=${_name#fuzz_}
	run "$BUILD/fuzz/$_name" "$PROJECT/tests/fuzz/seeds/$_name"
	is "$STATUS" 0 "$_name"
done
done_testing
