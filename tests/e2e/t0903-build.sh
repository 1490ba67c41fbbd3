#!/bin/sh
# The Makefile's switches: DEVELOPER=1, V=1, O=, other flags, compile_commands.json, help, format.
. "$(dirname "$0")/../lib/testlib.sh"

command -v "${CC:-cc}" >/dev/null || { skip 'the build' 'no C compiler'; done_testing; }

# A copy to spoil; one object is enough to see a switch.
mkdir tree
(cd "$PROJECT" && tar -cf - --exclude=./build --exclude='./build-*' --exclude=./.git .) | tar -xf - -C tree
obj=out/obj/base/num.o
build() {
	rm -f "tree/$obj"
	run make -C tree O=out "$@" "$obj"
}

build DEVELOPER=1
is "$STATUS" 0 'DEVELOPER=1 builds'
like "$OUT" '^  CC  ' 'a line for each step'
build V=1
like "$OUT" '-fstack-protector-strong .*-c base/num.c' 'V=1 shows the command, hardened'
like "$OUT" '-D_FORTIFY_SOURCE=' 'and fortified'
echo 'static int spare;' >>tree/base/num.c
build
is "$STATUS" 0 'a warning is a warning'
like "$OUT" 'spare' 'that is shown'
build DEVELOPER=1
isnt "$STATUS" 0 'DEVELOPER=1 makes it an error'
no 'and gives no object' [ -e "tree/$obj" ]
sed -i '$d' tree/base/num.c
# Flags that change make objects again; the same flags do not.
build
run make -C tree O=out "$obj"
unlike "$OUT" 'CC' 'nothing changed: nothing is made'
run make -C tree O=out CFLAGS=-O1 "$obj"
like "$OUT" 'CC +base/num.c' 'other flags: made again'
# In one tick of the clock both would be as old as each other, which is no change to make.
until [ tree/base/num.h -nt "tree/$obj" ]; do touch tree/base/num.h; done
run make -C tree O=out CFLAGS=-O1 "$obj"
like "$OUT" 'CC +base/num.c' 'a header changed: made again'
no 'nothing is built outside O=' [ -e tree/build ]

run make -C tree O=out compile_commands.json
is "$STATUS" 0 'compile_commands.json is made'
is "$(jq -r '.[] | select(.file == "repo/refs.c") | .command' tree/compile_commands.json | grep -c -- '-c repo/refs.c$')" 1 'and holds the command of a file'
is "$(jq -r '.[].file' tree/compile_commands.json | sort | uniq -d | head -n 3)" '' 'each file once'
is "$(jq -r '.[].file' tree/compile_commands.json | grep -v -e ^tests -e ^bench | sort | tr '\n' ' ')" \
	"$(cd tree && find . -name '*.c' | sed 's/^..//' | grep -v -e ^tests/ -e ^bench/ -e ^out/ | sort | tr '\n' ' ')" 'and no file is missing'

run make -C tree help
is "$STATUS" 0 'make help'
sed -n 's/^\.PHONY: *//p' tree/Makefile tree/Makefile.tests | tr ' ' '\n' | grep -v -e FORCE -e '^all$' -e '^help$' | while read -r target; do
	printf '%s\n' "$OUT" | grep -qw "$target" || echo "$target"
done >unnamed
is "$(cat unnamed)" '' 'names every target'

if command -v clang-format >/dev/null; then
	cp tree/tests/unit/test_base.c before.c
	printf 'int   gate_x( void );\n' >>tree/base/num.h
	run make -C tree format
	is "$STATUS" 0 'make format'
	yes 'it formats' grep -q '^int gate_x(void);$' tree/base/num.h
	is "$(grep '^#include' tree/tests/unit/test_base.c)" "$(grep '^#include' before.c)" 'and leaves the order of includes alone'
else
	echo '# clang-format is not here: make format is not tried'
fi
done_testing
