#!/bin/sh
# Every C identifier with external linkage begins with gate_; the exceptions are main, and the stand-ins for libgit2's network code.
. "$(dirname "$0")/lib"

look()
{
	find "$1/obj" -name '*.o' ! -path '*/obj/tests/*' ! -path '*/obj/bench/*' | sort | xargs -d '\n' nm -A -g --defined-only |
		awk -v base="$1/obj/" '{
			split($1, at, ":"); file = substr(at[1], length(base) + 1); name = $NF
			if (name ~ /^gate_/ || (name == "main" && file ~ /(^|_)main\.o$/) || (name ~ /^git_/ && file == "worker/nonet.o")) next
			print file ": " name " has external linkage and does not begin with gate_"
		}'
}

plant()
{
	mkdir -p "$T/b/obj/$(dirname "$1")"
	echo "$2" | ${CC:-cc} -x c -c - -o "$T/b/obj/$1"
}

[ -f "$build/obj/main.o" ] || { echo "# $build holds no objects: run make first"; report "not ok" "the objects are there"; }
clean "identifiers with external linkage begin with gate_" look "$build"
plant base/x.o 'int gate_fine(void) { return 0; } static int own(void) { return 1; } int helper(void) { return own(); }'
caught "a function" "base/x.o: helper" look "$T/b"
plant rules/y.o 'int counter = 7; const char *const gate_name = "";'
caught "a variable" "rules/y.o: counter" look "$T/b"
plant base/z.o 'int git_transport_local(void) { return 0; }'
caught "a libgit2 name outside worker/nonet.c" "base/z.o: git_transport_local" look "$T/b"
plant gate/w.o 'int main(void) { return 0; }'
caught "a main outside a main file" "gate/w.o: main" look "$T/b"
finish
