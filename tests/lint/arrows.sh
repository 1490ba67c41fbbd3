#!/bin/sh
# The arrows between the rooms (docs/ARCHITECTURE.md): a folder includes only folders to its right; a third-party header stands in
# one folder.
. "$(dirname "$0")/lib"

# room: the rooms it may include. main.c is the one file that sees both tables.
rooms='
base:
formats:    base
rules:      formats base
classifier: rules formats base
repo:       base
sandbox:    base
approval:   base
audit:      base
gate:       classifier rules formats repo sandbox approval audit base
hooks:      gate classifier rules formats repo sandbox approval audit base
cli:        gate classifier rules formats repo sandbox approval audit base
worker:     classifier rules formats repo sandbox base
main.c:     cli hooks base
tests:      gate hooks cli worker classifier rules formats repo sandbox approval audit base tests
bench:      gate hooks cli worker classifier rules formats repo sandbox approval audit base bench
'
# header: its room. A name that ends in / stands for all below it.
foreign='
git2.h: repo
zlib.h: repo
sha1.h: repo
git2/: repo
yaml.h: formats
pcre2.h: rules
seccomp.h: sandbox
linux/seccomp.h: sandbox
linux/landlock.h: sandbox
jansson.h: base
sodium.h: base
sodium/: base
utf8proc.h: base
minizip/: base
cmocka.h: tests
'
# What the C library and the kernel bring. Another header is somebody else'\''s, and needs its line above.
own='arpa assert ctype dirent endian errno fcntl fnmatch ftw glob grp inttypes libgen limits linux locale math net netdb netinet poll pwd sched
setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings sys syslog termios time
unistd utime wchar'

look()
{
	c_files "$1" | (cd "$1" && xargs -d '\n' awk -v rooms="$rooms" -v foreign="$foreign" -v own="$own" '
		BEGIN {
			n = split(rooms, l, "\n")
			for (i = 1; i <= n; i++) {
				k = split(l[i], w, "[: ]+")
				known[w[1]] = k > 0
				for (j = 2; j <= k; j++) may[w[1], w[j]] = 1
			}
			n = split(foreign, l, "\n")
			for (i = 1; i <= n; i++) if (split(l[i], w, ": ") == 2) place[w[1]] = w[2]
			n = split(own, l, "[ \n]+")
			for (i = 1; i <= n; i++) system_header[l[i]] = 1
		}
		FNR == 1 {
			room = FILENAME
			if (sub(/\/.*/, "", room) == 0 && room != "main.c") room = "?"
			if (!(room in known)) print FILENAME ": this folder is no room: give it a line in tests/lint/arrows.sh"
		}
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, q, "\"")
			to = q[2]
			at = FILENAME ":" FNR ": "
			if (to !~ /\//) { if (room != "tests" && room != "bench") print at to ": an include names its room"; next }
			sub(/\/.*/, "", to)
			if (to != room && !((room, to) in may)) print at room " may not include " to
			next
		}
		/^[ \t]*#[ \t]*include[ \t]*</ {
			split($0, q, /[<>]/)
			h = q[2]; top = h; sub(/\/.*/, "", top); dir = top "/"
			at = FILENAME ":" FNR ": "
			where = h in place ? place[h] : (h ~ /\// && dir in place) ? place[dir] : ""
			stem = top; sub(/\.h$/, "", stem)
			if (where != "") { if (where != room) print at "<" h "> stands in " where "/ only" }
			else if (!(stem in system_header)) print at "<" h "> belongs to no room: give it a line in tests/lint/arrows.sh"
			next
		}
		/^[ \t]*#[ \t]*include/ { print FILENAME ":" FNR ": an include that cannot be read" }')
}

# plant FILE LINE WORDS: a copy of the tree with one line more is found out.
plant()
{
	echo "$2" >>"$T/t/$1"
	caught "$1 with $2" "$3" look "$T/t"
	sed -i '$d' "$T/t/$1"
}

clean "rooms include only rooms to their right, third-party headers stand in one room" look "$root"
tree t
plant cli/cmd_gc.c '#include "hooks/hook.h"' "cli may not include hooks"
plant hooks/update.c '#include "cli/cli.h"' "hooks may not include cli"
plant base/buf.h '#include "formats/yaml.h"' "base may not include formats"
plant classifier/score.h '#include "repo/repo.h"' "classifier may not include repo"
plant classifier/deps/locks.c '#include "gate/judge.h"' "classifier may not include gate"
plant worker/work.h '#include "gate/judge.h"' "worker may not include gate"
plant audit/log.c '#include "approval/statement.h"' "audit may not include approval"
plant gate/judge.c '#include <git2.h>' "<git2.h> stands in repo/ only"
plant cli/cli.c '#include <git2/sys/odb_backend.h>' "<git2/sys/odb_backend.h> stands in repo/ only"
plant rules/policy.c '#include <yaml.h>' "<yaml.h> stands in formats/ only"
plant worker/work.h '#include <linux/landlock.h>' "<linux/landlock.h> stands in sandbox/ only"
plant gate/judge.c '#include <sodium.h>' "<sodium.h> stands in base/ only"
plant base/io.c '#include <lzma.h>' "<lzma.h> belongs to no room"
plant base/io.c '#include "io.h"' "an include names its room"
mkdir "$T/t/helpers" && echo '#include "base/io.h"' >"$T/t/helpers/x.c"
caught "a folder that is no room" "helpers/x.c: this folder is no room" look "$T/t"
finish
