#!/bin/sh
# Each header compiles alone, with the strict warnings, and has a guard of its own.
. "$(dirname "$0")/lib"

look()
{
	c_files "$1" | grep '\.h$' | grep -v '^tests/' | (cd "$1" && while read -r h; do
		printf '#include "%s"\n' "$h" | ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -I. -include base/banned.h -Wall -Wextra -Wshadow -Wstrict-prototypes \
			-Werror -fsyntax-only -x c - 2>"$T/cc" || { echo "$h does not compile alone:"; head -n 3 "$T/cc"; }
		guard=GATE_$(echo "${h%.h}" | tr 'a-z/' 'A-Z_')_H
		grep -q "^#ifndef $guard\$" "$h" && grep -q "^#define $guard\$" "$h" || echo "$h: the guard should be $guard"
	done)
}

clean "each header compiles alone and is guarded by its own name" look "$root"
tree t
# Only what the planted cases look at: compiling all of them once more shows nothing new.
only()
{
	find "$T/t" -name '*.h' ! -name banned.h ! -path "$T/t/base/err.h" ! -path "$T/t/base/mem.h" ! -path "$T/t/$1" -delete
}
only base/buf.h
sed -i 's/^#include .base\/err.h.$//; s/^#include <stdbool.h>$//; s/^#include .base\/mem.h.$//' "$T/t/base/buf.h"
caught "a header that needs another one first" "base/buf.h does not compile alone" look "$T/t"
tree t
only base/when.h
sed -i 's/GATE_BASE_WHEN_H/GATE_BASE_BUF_H/' "$T/t/base/when.h"
caught "a guard that two headers could share" "the guard should be GATE_BASE_WHEN_H" look "$T/t"
finish
