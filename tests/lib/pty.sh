# Sourced after testlib.sh by the tests of what asks on a terminal.
# shellcheck shell=sh disable=SC2034,SC2154
#
#   need_pty                       # a skip and the end where `script` (util-linux, bsdutils) is not
#   on_tty ANSWER COMMAND...       # runs it on a terminal of its own, on which ANSWER is typed; sets $STATUS, $OUT, $OUTFILE as run does
#   typed_rg ANSWER ARGS...        # the same for refgate

need_pty() {
	command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null && return 0
	skip "${TEST_FILE##*/}" 'needs script (package bsdutils)'
	done_testing
}

on_tty() {
	_answer=$1
	shift
	_line=
	for _w in "$@"; do
		_line="$_line '$(printf '%s' "$_w" | sed "s/'/'\\\\''/g")'"
	done
	printf '%s\n' "$_answer" | SHELL=/bin/sh script -qec "$_line" /dev/null >"$OUTFILE" 2>&1
	STATUS=$?
	# What is typed ends the line of a question only where it is echoed.
	OUT=$(LC_ALL=C tr -d '\000\r' <"$OUTFILE" | sed 's,\[y/N\] ,&\
,')
	printf '%s\n' "$OUT" >"$OUTFILE"
}

typed_rg() {
	_typed=$1
	shift
	on_tty "$_typed" "$RG" "$@"
}
