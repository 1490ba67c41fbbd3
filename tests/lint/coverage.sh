#!/bin/sh
# docs/COVERAGE.md is true: every rule of the packs stands in it once, every signal in it is a rule, and every test that it names is there.
. "$(dirname "$0")/lib"

# look ROOT: what is wrong
look() {
	(
		cd "$1" || exit 1
		sed -n 's/^  - id: \([A-Z0-9-]*\).*/\1/p' rules/packs/*.yml | sort -u >"$T/rules"
		sed -n 's/^| \([A-Z]*-[A-Z0-9-]*\) |.*/\1/p' docs/COVERAGE.md | sort >"$T/page"
		uniq -d "$T/page" | sed 's/$/: stands on the page twice/'
		sort -u "$T/page" | comm -13 - "$T/rules" | sed 's/$/: a rule that the page lacks/'
		sort -u "$T/page" | comm -23 - "$T/rules" | sed 's/$/: no rule of the packs/'
		# the tests' column: the third of the signals' rows, the last of the tables' rows
		awk -F'|' '/^\| [A-Z]+-[A-Z0-9-]+ \|/ { print $4 } /^\| [a-z].* \|/ || /^\| OSV/ { print $4 }' docs/COVERAGE.md | tr ' ' '\n' |
			grep -E '^(t[0-9]{4}|(worker_)?test_[a-z_]+)$' | sort -u | while read -r t; do
			case $t in
			t[0-9]*) set -- tests/e2e/"$t"-*.sh ;;
			*) set -- tests/unit/"$t".c ;;
			esac
			[ -e "$1" ] || echo "$t: no such test"
		done
	)
}

clean "docs/COVERAGE.md has every rule, and tests that are there" look "$root"
mkdir -p "$T/fake/rules/packs" "$T/fake/docs" "$T/fake/tests/unit" "$T/fake/tests/e2e"
printf '  - id: A-ONE\n  - id: A-TWO\n' >"$T/fake/rules/packs/a.yml"
printf '| A-ONE | built | test_gone | |\n' >"$T/fake/docs/COVERAGE.md"
caught "a rule that the page lacks" "A-TWO: a rule that the page lacks" look "$T/fake"
caught "a test that is not there" "test_gone: no such test" look "$T/fake"
finish
