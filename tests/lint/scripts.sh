#!/bin/sh
# Shell scripts parse as POSIX sh (those that say bash, as bash), can be executed, and those that are tests end with a plan.
. "$(dirname "$0")/lib"

scripts()
{
	text_files "$1" | (cd "$1" && while read -r f; do
		head -c 64 "$f" | head -n 1 | tr -d '\0' | grep -qE '^#!/(usr/)?bin/(env )?(ba|da)?sh' && echo "$f"
	done)
}

parse()
{
	scripts "$1" | (cd "$1" && while read -r f; do
		case $(head -n 1 "$f") in
		*bash*) bash -n "$f" ;;
		*) { command -v dash >/dev/null && dash -n "$f"; } || sh -n "$f" ;;
		esac 2>&1 | sed "s#^#$f: #"
		[ -x "$f" ] || echo "$f: is not executable"
	done)
}

plans()
{
	(cd "$1" && for f in tests/e2e/t*.sh tests/lint/*.sh; do
		[ -f "$f" ] || continue
		grep -qE '^(finish|done_testing|plan|test_done)\b|1\.\.' "$f" || echo "$f: prints no plan"
	done)
}

# A test may stop what it started, by its number; never whatever has a name.
kills()
{
	(cd "$1" && grep -nE '\b(pkill|killall|skill)\b|kill .*-1( |$)' -r tests demo bench .ci packaging 2>/dev/null | grep -v '^tests/lint/scripts.sh:')
}

clean "scripts parse and can be executed" parse "$root"
clean "tests print a plan" plans "$root"
clean "no script stops processes by name" kills "$root"
tree t
printf '#!/bin/sh\nif true; then\n' >"$T/t/demo/x"
caught "a script that does not parse" "demo/x" parse "$T/t"
printf '#!/bin/sh\necho ok 1 - x\n' >"$T/t/tests/e2e/t9998-x.sh"
caught "a script that is not executable" "t9998-x.sh: is not executable" parse "$T/t"
caught "a test without a plan" "t9998-x.sh: prints no plan" plans "$T/t"
printf '#!/bin/sh\npkill sshd\n' >"$T/t/tests/e2e/t9997-y.sh"
caught "a script that stops by name" "t9997-y.sh" kills "$T/t"
finish
