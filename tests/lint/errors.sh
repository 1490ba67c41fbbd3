#!/bin/sh
# docs/ERRORS.md is what the table of codes says, and every code is named by a test that provokes it.
. "$(dirname "$0")/lib"

page()
{
	"$build/lint/errlist" >"$T/page" || { echo "$build/lint/errlist cannot run: make check builds it"; return; }
	diff -u "$1/docs/ERRORS.md" "$T/page"
}

# Not to be had by a test: /proc would have to vanish between two reads of it.
out_of_reach='GATE_E_IDENTITY'

provoked()
{
	"$build/lint/errlist" | sed -n 's/^| `\(GATE_E_[A-Z]*\)`.*/\1/p' | grep -vw "$out_of_reach" | while read -r code; do
		grep -rqw "$code" "$1/tests/unit" "$1/tests/e2e" || echo "$code: no test under tests/unit or tests/e2e names it"
	done
}

clean "docs/ERRORS.md is what make docs writes" page "$root"
clean "each error code is named by a test" provoked "$root"
tree t
sed -i '/GATE_E_WALL/d' "$T/t/docs/ERRORS.md"
caught "a code that the page does not have" "GATE_E_WALL" page "$T/t"
grep -rlw GATE_E_WALL "$T/t/tests" | xargs -r sed -i 's/GATE_E_WALL/GATE_E_GONE/g'
caught "a code that no test provokes" "GATE_E_WALL: no test" provoked "$T/t"
finish
