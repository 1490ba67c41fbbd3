#!/bin/sh
# Every command of the table has --help with an example, and stands in man/refgate.1 and in README.md's table.
. "$(dirname "$0")/lib"

commands()
{
	"$1" help | sed -n 's/^  \([a-z][a-z-]*\)  *[a-z].*/\1/p'
}

help_text()
{
	[ "$(commands "$1" | wc -l)" -ge 10 ] || echo "refgate help lists no commands"
	commands "$1" | while read -r c; do
		"$1" "$c" --help >"$T/help" 2>&1 || echo "$c --help: exit $?"
		head -n 1 "$T/help" | grep -q "^usage: refgate $c" || echo "$c --help: no usage line"
		awk '/^example:/ { seen = 1; next } seen && /^ +[^ ]/ { found = 1 } END { exit !found }' "$T/help" || echo "$c --help: no example"
	done
	for option in help --help; do
		"$1" $option >/dev/null 2>&1 || echo "$option: exit $?"
	done
}

# page TREE EXE: each command has its heading, and each of its own options is named below it.
page()
{
	commands "$2" | while read -r c; do
		grep -q "^\.SS .*\b$c\b" "$1/man/refgate.1" || echo "man/refgate.1: no .SS for $c"
		grep -q "^| .*\`[^|]*\b$c\b[^|]*\`" "$1/README.md" || echo "README.md: no row of the table for $c"
		"$2" "$c" --help | sed -n '/^example:/,$d; s/^  \(--*[a-z-]*\) .*/\1/p' | while read -r o; do
			grep -qF -- "$(echo "$o" | sed 's/-/\\-/g')" "$1/man/refgate.1" || echo "man/refgate.1: $c: no $o"
		done
	done
	sed -n 's/^\.SS \([a-z, ]*\).*/\1/p' "$1/man/refgate.1" | tr ', ' '\n\n' | grep . | while read -r c; do
		commands "$2" | grep -qx "$c" || echo "man/refgate.1: $c is no command of this refgate"
	done
}

formatted()
{
	command -v man >/dev/null 2>&1 && command -v groff >/dev/null 2>&1 || return 0
	groff -man -ww -Tutf8 -z "$1/man/refgate.1" 2>&1
}

clean "each command has --help with usage and example" help_text "$build/refgate"
clean "man/refgate.1 and README.md have every command, man every option" page "$root" "$build/refgate"
clean "man/refgate.1 is well formed" formatted "$root"

cat >"$T/fake" <<'END'
#!/bin/sh
[ "$1" = help ] && { for c in a b c d e f g h i queue wave; do echo "  $c        does it"; done; exit 0; }
echo "usage: refgate $1"; echo; [ "$1" = wave ] || { echo "example:"; echo "  refgate $1"; }
END
chmod +x "$T/fake"
caught "a command without an example" "wave --help: no example" help_text "$T/fake"
caught "a command that the man page lacks" "man/refgate.1: no .SS for wave" page "$root" "$T/fake"
caught "a command that the man page has and refgate has not" "wait is no command" page "$root" "$T/fake"
tree t
sed -i '/update-only/d; /update\\-only/d' "$T/t/man/refgate.1"
caught "an option that the man page lacks" "init: no --update-only" page "$T/t" "$build/refgate"
finish
