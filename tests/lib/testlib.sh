# Sourced by tests/e2e/*.sh: a scratch folder, servers and clones in it, pushes, and assertions in TAP.
# shellcheck shell=sh disable=SC2034,SC3043
#
#   . "$(dirname "$0")/../lib/testlib.sh"
#   new_server srv                      # $T/srv.git, gated: actor from $TEST_ACTOR, maintainer alice (key $T/alice)
#   new_clone srv agent                 # $T/agent, a clone of it, commits by codex-bot
#   commit_file agent README more
#   snap srv; push_as codex-bot agent origin HEAD:main
#   held srv 'a push to main is held'   # exit code, JSON line, refs, fsck, what is left behind: one TAP line
#   done_testing
#
# All names of servers and clones are relative to the scratch folder $T, which is the working folder of the script.
#
# Setting up      new_server NAME [init arguments]  (bob is added with: --maintainer "bob:$T/bob.pub")
#                 new_clone SERVER NAME [USER]   commit_file DIR PATH CONTENT [MESSAGE]   ident DIR NAME   oid DIR REV
# Doing           push_as ACTOR DIR ARGS...      rg ARGS...      run COMMAND...      approve_as PERSON DIR ID...
#                 raw_push ACTOR SERVER CAPABILITIES PACK|- 'OLD NEW REF'...   (pkt-lines straight into git receive-pack)
#                 admin SERVER ARGS...   git on the server, around the gate
#                 each but the last sets $STATUS (exit code), $OUT (text) and the file $OUTFILE (the same bytes, unchanged)
# Looking         json FILTER        the last JSON line that the gate printed, through jq -r
#                 refs_of SERVER     every ref with its value, HEAD and symbolic refs included
#                 pendings SERVER    ids of the open pendings        record SERVER ID FILTER   the pending record through jq -r
#                 log_count SERVER FILTER   lines of the audit log for which the jq filter is true
#                 objects_of SERVER  how many objects lie in the store
# Assertions      ok NAME   not_ok NAME [WHY]   is GOT WANT NAME   isnt GOT WANT NAME   like GOT REGEX NAME   unlike ...
#                 yes NAME COMMAND...   no NAME COMMAND...   skip NAME REASON
# Whole pushes    snap SERVER, then a push, then one of
#                 landed SERVER NAME REF OID [REF OID]...      refused SERVER NAME [TEXT]...      held SERVER NAME [PENDINGS [REF OID]...]
#                 unmoved SERVER NAME   clean_left SERVER [NAME]   json_line NAME VERDICT   printable NAME
# End             done_testing

set -u
umask 022

TEST_FILE=$0
PROJECT=$(cd "$(dirname "$0")" && while [ ! -f Makefile ] && [ "$PWD" != / ]; do cd ..; done && pwd)
BUILD=${REFGATE_BUILD:-$PROJECT/build}
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
RG=$BUILD/refgate

TESTS=0
FAILURES=0
FINISHED=
STATUS=0
OUT=

T=$(mktemp -d "${TMPDIR:-/tmp}/refgate-test.XXXXXX") || exit 1
# /tmp may be a link; git and refgate print real paths.
T=$(cd "$T" && pwd -P)
OUTFILE=$T/.out
# Commands to run at the end, one a line, newest first (stop a server that this script started, by its pid).
AT_END=

at_end() {
	AT_END="$*
$AT_END"
}

_leave() {
	_code=$?
	trap - EXIT
	eval "$AT_END"
	cd /
	if [ -n "${REFGATE_KEEP-}" ]; then
		echo "# kept: $T"
	else
		rm -rf "$T"
	fi
	if [ -z "$FINISHED" ]; then
		echo "not ok $((TESTS + 1)) - ${TEST_FILE##*/} ended before its plan (exit $_code)"
		exit 1
	fi
	exit "$_code"
}
trap _leave EXIT
trap 'exit 130' INT TERM HUP

# Nothing of the caller's git or gate comes in.
for _v in $(env | sed -n 's/^\(GIT_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$_v"; done
unset TEST_ACTOR SSH_AUTH_SOCK SSH_ASKPASS DISPLAY XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_DATA_HOME NO_COLOR PAGER REMOTE_USER
mkdir "$T/home"
HOME=$T/home
PATH=$BUILD:$PATH
LC_ALL=C
TZ=UTC
GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
GIT_AUTHOR_DATE='1700000000 +0000'
GIT_COMMITTER_DATE='1700000000 +0000'
export HOME PATH LC_ALL TZ GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT GIT_AUTHOR_DATE GIT_COMMITTER_DATE
cd "$T" || exit 1

ZERO=0000000000000000000000000000000000000000

# ---- TAP ----

ok() {
	TESTS=$((TESTS + 1))
	printf 'ok %d - %s\n' "$TESTS" "$1"
}

# What follows the name is shown as diagnostics: a reason, then the last output.
not_ok() {
	TESTS=$((TESTS + 1))
	FAILURES=$((FAILURES + 1))
	printf 'not ok %d - %s\n' "$TESTS" "$1"
	[ $# -lt 2 ] || diag "$2"
}

diag() {
	printf '%s\n' "$1" | LC_ALL=C tr -c '\n\t -~' '?' | cut -c 1-600 | head -n 40 | sed 's/^/#   /'
}

skip() {
	TESTS=$((TESTS + 1))
	if [ -n "${REFGATE_MUST_WORK-}" ]; then
		FAILURES=$((FAILURES + 1))
		printf 'not ok %d - %s: skipped where everything must work: %s\n' "$TESTS" "$1" "$2"
	else
		printf 'ok %d - %s # SKIP %s\n' "$TESTS" "$1" "$2"
	fi
}

is() {
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got:    $1
wanted: $2"
	fi
}

isnt() {
	if [ "$1" != "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got: $1, and that is what it must not be"
	fi
}

# like TEXT EXTENDED-REGEX NAME
like() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		ok "$3"
	else
		not_ok "$3" "no match for: $2
in: $1"
	fi
}

unlike() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		not_ok "$3" "a match for: $2
in: $1"
	else
		ok "$3"
	fi
}

# yes NAME COMMAND...: the command must succeed; no NAME COMMAND...: it must fail.
yes() {
	_name=$1
	shift
	if "$@" >"$T/.yes" 2>&1; then ok "$_name"; else not_ok "$_name" "failed: $* ($(tail -n 3 "$T/.yes"))"; fi
}

no() {
	_name=$1
	shift
	if "$@" >"$T/.yes" 2>&1; then not_ok "$_name" "must fail: $*"; else ok "$_name"; fi
}

done_testing() {
	echo "1..$TESTS"
	FINISHED=1
	[ "$FAILURES" = 0 ]
	exit
}

# ---- what is needed ----

for _c in git ssh-keygen jq; do
	command -v "$_c" >/dev/null && continue
	skip "${TEST_FILE##*/}" "needs $_c"
	done_testing
done
if [ ! -x "$RG" ]; then
	not_ok "${TEST_FILE##*/}" "no $RG: build first, or set REFGATE_BUILD"
	done_testing
fi

# ---- setting up ----

_keys() {
	for _k in alice bob mallory; do
		[ -f "$T/$_k" ] || ssh-keygen -q -t ed25519 -N '' -C "$_k" -f "$T/$_k" || return 1
	done
}

ident() {
	git -C "$1" config user.name "$2"
	git -C "$1" config user.email "$2@example.com"
	git -C "$1" config commit.gpgsign false
	git -C "$1" config advice.detachedHead false
	git -C "$1" config advice.nestedTag false
}

# A bare repository with one commit on main and release/1.0, not gated yet.
new_repo() {
	git init -q --bare -b main "$1.git" &&
		git init -q -b main "$1.seed" && ident "$1.seed" seed &&
		echo hello >"$1.seed/README" && mkdir "$1.seed/src" && echo 'int main(void) { return 0; }' >"$1.seed/src/main.c" &&
		git -C "$1.seed" add -A && git -C "$1.seed" commit -q -m 'first commit' &&
		git -C "$1.seed" push -q "$T/$1.git" main main:release/1.0 && rm -rf "$1.seed"
}

# new_server NAME [init arguments]
new_server() {
	_name=$1
	shift
	_keys && new_repo "$_name" || return 1
	if "$RG" init "$_name.git" --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub" "$@" >"$T/.init" 2>&1; then
		return 0
	fi
	not_ok "refgate init of $_name" "$(tail -n 5 "$T/.init")"
	return 1
}

# new_clone SERVER NAME [USER]
new_clone() {
	git clone -q "$T/$1.git" "$2" 2>"$T/.clone" || { cat "$T/.clone"; return 1; }
	ident "$2" "${3:-codex-bot}"
}

# commit_file DIR PATH CONTENT [MESSAGE]
commit_file() {
	case $2 in
	*/*) mkdir -p "$1/${2%/*}" ;;
	esac
	printf '%s\n' "$3" >"$1/$2" && git -C "$1" add -f -- "$2" && git -C "$1" commit -q -m "${4:-change $2}"
}

oid() {
	git -C "$1" rev-parse -q --verify "$2"
}

# ---- doing ----

run() {
	"$@" >"$OUTFILE" 2>&1 </dev/null
	STATUS=$?
	OUT=$(LC_ALL=C tr -d '\000' <"$OUTFILE")
}

rg() {
	run "$RG" "$@"
}

# push_as ACTOR DIR ARGS...: git push from a clone
push_as() {
	_actor=$1
	_dir=$2
	shift 2
	run env TEST_ACTOR="$_actor" git -C "$_dir" push "$@"
}

# approve_as PERSON DIR ID...: with the key of that name, from a clone; the client's state lies beside the key
approve_as() {
	_person=$1
	_dir=$2
	shift 2
	mkdir -p "$T/home.$_person"
	run env HOME="$T/home.$_person" TEST_ACTOR="$_person" sh -c 'cd "$1" && shift && exec "$@"' - "$_dir" \
		"$RG" approve "$@" --yes --as "$_person" --key "$T/$_person" -m 'looked at it'
}

deny_as() {
	_person=$1
	_dir=$2
	shift 2
	mkdir -p "$T/home.$_person"
	run env HOME="$T/home.$_person" TEST_ACTOR="$_person" sh -c 'cd "$1" && shift && exec "$@"' - "$_dir" \
		"$RG" deny "$@" --yes --as "$_person" --key "$T/$_person" -m 'not this'
}

# raw_push ACTOR SERVER CAPABILITIES PACK|- LINE...: what a client of its own making may send. The report is in $T/.report.
raw_push() {
	_actor=$1
	_server=$2
	_caps=$3
	_pack=$4
	shift 4
	: >"$T/.raw"
	_first=1
	for _l in "$@"; do
		case $_l in
		shallow\ *)
			printf '%04x%s' $((${#_l} + 4)) "$_l" >>"$T/.raw"
			continue
			;;
		esac
		if [ -n "$_first" ]; then
			printf '%04x%s\0%s' $((${#_l} + ${#_caps} + 5)) "$_l" "$_caps" >>"$T/.raw"
			_first=
		else
			printf '%04x%s' $((${#_l} + 4)) "$_l" >>"$T/.raw"
		fi
	done
	printf 0000 >>"$T/.raw"
	[ "$_pack" = - ] || cat "$_pack" >>"$T/.raw"
	TEST_ACTOR=$_actor git receive-pack "$T/$_server.git" <"$T/.raw" >"$T/.report" 2>"$OUTFILE"
	STATUS=$?
	OUT=$(LC_ALL=C tr -d '\000' <"$OUTFILE")
	# After the advertisement's flush packet comes the report.
	REPORT=$(LC_ALL=C tr -d '\000' <"$T/.report" | grep -a -o -E '(unpack |ok |ng )(ok|refs/|[a-z]).*$' | sed 's/^00[0-9a-f][0-9a-f]//')
	# receive-pack ends well whatever it answered; git push would not.
	case $REPORT in
	*'ng '* | *'unpack '[!o]*) STATUS=1 ;;
	esac
}

# admin SERVER ARGS...: git on the server itself, around the gate
admin() {
	_s=$1
	shift
	git -C "$_s.git" -c user.name=admin -c user.email=admin@example.com "$@"
}

# ---- looking ----

json_text() {
	LC_ALL=C sed -n 's/^\(remote: \)\{0,1\}refgate: \({.*}\) *$/\2/p' "$OUTFILE" | tail -n 1
}

json() {
	json_text | jq -r "$1" 2>/dev/null
}

refs_of() {
	GIT_NO_REPLACE_OBJECTS=1 git -C "$1.git" for-each-ref --format='%(objectname) %(refname) %(symref)' 2>&1
	printf 'HEAD %s\n' "$(cat "$1.git/HEAD")"
}

# Without what a hold may add: the pending refs, their records, the archive of closed ones, the leaves of the log.
_targets() {
	refs_of "$1" | grep -v -E ' refs/(pending|refgate/(pending|archive|approvals|log))[/ ]'
}

pendings() {
	git -C "$1.git" for-each-ref --format='%(refname)' refs/refgate/pending | sed 's,.*/,,'
}

record() {
	git -C "$1.git" cat-file blob "refs/refgate/pending/$2" 2>/dev/null | jq -r "$3"
}

log_count() {
	jq -c "select($2)" "$1.git/refgate/audit/log.jsonl" 2>/dev/null | grep -c .
}

objects_of() {
	git -C "$1.git" count-objects -v | awk '$1 == "count:" || $1 == "in-pack:" { n += $2 } END { print n + 0 }'
}

# ---- whole pushes ----

# quiet SERVER: waits until nothing works on it in the background any more (a release starts upkeep)
quiet() {
	printf '%s' "$T/$1.git" >"$T/.quiet"
	_q=0
	while [ "$_q" -lt 500 ] && LC_ALL=C grep -q -a -s -F -f "$T/.quiet" /proc/[0-9]*/cmdline; do
		sleep 0.02
		_q=$((_q + 1))
	done
}

snap() {
	quiet "$1"
	refs_of "$1" >"$T/.snap.$1"
	_targets "$1" >"$T/.targets.$1"
	objects_of "$1" >"$T/.objects.$1"
	pendings "$1" >"$T/.pendings.$1"
}

_begin() {
	WHY=
}

_because() {
	WHY="$WHY$*
"
}

_end() {
	if [ -z "$WHY" ]; then
		ok "$1"
	else
		not_ok "$1" "$WHY--- exit $STATUS, last output:
$(tail -n 12 "$OUTFILE" 2>/dev/null)"
	fi
}

# Nothing of the push itself stays: decisions in flight, quarantines, locks, half-written files, broken links between objects.
_check_left() {
	quiet "$1"
	_g=$1.git
	[ -z "$(ls -A "$_g/refgate/inflight" 2>/dev/null)" ] || _because "refgate/inflight is not empty: $(ls "$_g/refgate/inflight")"
	[ -z "$(ls -A "$_g/refgate/serve" 2>/dev/null)" ] || _because "refgate/serve is not empty"
	_l=$(find "$_g" \( -name '*.lock' ! -name settle.lock -o -name 'incoming-*' -o -name 'tmp_objdir-*' -o -name 'tmp_pack_*' -o \
		-name 'tmp_idx_*' -o -name '*.tmp' -o -name '.tmp*' \) ! -path '*/audit/*' 2>/dev/null)
	[ -z "$_l" ] || _because "left behind: $_l"
	_l=$(git -C "$_g" fsck --connectivity-only --no-dangling 2>&1 | grep -v -e '^Checking' -e '^notice: ') && [ -n "$_l" ] &&
		_because "fsck: $_l"
	_l=$(pendings "$1" | while read -r _p; do record "$1" "$_p" '.refs[]|select(.pending != null).pending' |
		while read -r _r; do git -C "$_g" rev-parse -q --verify "$_r" >/dev/null || echo "$_p has no $_r"; done; done)
	[ -z "$_l" ] || _because "record without its ref: $_l"
	_l=$(git -C "$_g" for-each-ref --format='%(refname)' refs/pending | cut -d / -f 3 | sort -u |
		while read -r _p; do git -C "$_g" rev-parse -q --verify "refs/refgate/pending/$_p" >/dev/null || echo "$_p"; done)
	[ -z "$_l" ] || _because "refs/pending without a record: $_l"
}

_check_same() {
	refs_of "$1" >"$T/.now"
	cmp -s "$T/.snap.$1" "$T/.now" || _because "refs differ: $(diff "$T/.snap.$1" "$T/.now")"
}

_check_json() {
	_n=$(LC_ALL=C grep -a -c -E '^(remote: )?refgate: \{' "$OUTFILE")
	[ "$_n" = 1 ] || _because "$_n JSON lines instead of 1"
	_j=$(json_text)
	[ -n "$_j" ] || { _because "no JSON line"; return; }
	LC_ALL=C grep -a -E '^(remote: )?refgate: ' "$OUTFILE" | tail -n 1 | grep -q -E '^(remote: )?refgate: \{' ||
		_because "the JSON line is not the last that the gate prints"
	[ "$(printf '%s' "$_j" | wc -c)" -le 8192 ] || _because "the JSON line is over 8 KiB: $(printf '%s' "$_j" | wc -c)"
	printf '%s' "$_j" | sed 's/"\([^"\\]\|\\.\)*"/S/g' | grep -q '[[:space:]]' && _because "white space in the JSON line"
	printf '%s' "$_j" | jq -e '
		(keys - ["schema","verdict","id","tier","score","refs","findings","more","next","more_refs","error","text"]) == [] and
		.schema == 1 and (.verdict | IN("reject", "hold")) and
		((.verdict == "hold" and (.id | type == "string" and test("^[0-9a-hjkmnp-tv-z]{8}$"))) or (.verdict == "reject" and .id == null)) and
		(.tier | IN("low", "medium", "high", "critical")) and (.score | type == "number") and (.more | type == "number") and
		(.next | type == "string" and length > 0) and
		([.refs[] | (has("ref") and has("verdict") and has("pending")) and (.verdict | IN("accept", "hold", "reject"))] | all) and
		([.findings[] | has("id") and has("tier") and has("points") and has("path") and has("line")] | all) and
		([.findings[].points] | . == (sort | reverse))' >/dev/null 2>&1 || _because "the JSON line is not as the contract says: $_j"
	[ "$(printf '%s' "$_j" | jq -r .verdict)" = "$1" ] || _because "verdict $(printf '%s' "$_j" | jq -r .verdict) instead of $1"
	_check_printed
}

# Nothing that a terminal would obey, and nothing that is no UTF-8. (C1 control characters are \302\200 to \302\237.)
_check_printed() {
	LC_ALL=C grep -a -q "$(printf '[\001-\010\013-\037\177]')" "$OUTFILE" && _because 'control bytes were printed'
	LC_ALL=C grep -a -q "$(printf '\302[\200-\237]')" "$OUTFILE" && _because 'C1 control characters were printed'
	if command -v iconv >/dev/null; then
		iconv -f UTF-8 -t UTF-8 "$OUTFILE" >/dev/null 2>&1 || _because 'what was printed is no UTF-8'
	fi
}

# printable NAME: the last output has nothing raw in it
printable() {
	_begin
	_check_printed
	_end "$1"
}

# json_line NAME VERDICT
json_line() {
	_begin
	_check_json "$2"
	_end "$1"
}

# unmoved SERVER NAME: every ref is as at the last snap
unmoved() {
	_begin
	_check_same "$1"
	_end "$2"
}

# clean_left SERVER [NAME]: nothing left behind, no pending open, objects connected
clean_left() {
	_begin
	_check_left "$1"
	[ -z "$(pendings "$1")" ] || _because "open pendings: $(pendings "$1")"
	_end "${2:-$1: nothing is left behind}"
}

# refused SERVER NAME [TEXT]...: exit code, JSON, every ref as before, no new object, nothing left; each TEXT stands in the answer
refused() {
	_s=$1
	_n0=$2
	shift 2
	_begin
	[ "$STATUS" != 0 ] || _because "the exit code is 0"
	_check_json reject
	_check_same "$_s"
	_check_left "$_s"
	[ "$(objects_of "$_s")" = "$(cat "$T/.objects.$_s")" ] || _because "objects stayed: $(cat "$T/.objects.$_s") before, $(objects_of "$_s") now"
	for _t in "$@"; do
		grep -a -q -F -- "$_t" "$OUTFILE" || _because "the answer does not say: $_t"
	done
	_end "$_n0"
}

# held SERVER NAME [PENDINGS [REF OID]...]: exit code, JSON with an id, record and pending refs there, PENDINGS open in all; no
# target moved but those REFs, which landed beside it
held() {
	_s=$1
	_n0=$2
	_p0=${3-}
	shift 2
	[ $# = 0 ] || shift
	_begin
	[ "$STATUS" != 0 ] || _because "the exit code is 0"
	_check_json hold
	_check_moved "$_s" "$@"
	_check_left "$_s"
	ID=$(json .id)
	pendings "$_s" | grep -q -x -e "$ID" || _because "no record of $ID"
	[ -z "$_p0" ] || [ "$(pendings "$_s" | grep -c .)" = "$_p0" ] || _because "$(pendings "$_s" | grep -c .) pendings instead of $_p0"
	_end "$_n0"
}

# landed SERVER NAME REF OID [REF OID]...: exit code 0, these refs are at these values (zero: gone), nothing else moved
landed() {
	_s=$1
	_n0=$2
	shift 2
	_begin
	[ "$STATUS" = 0 ] || _because "the exit code is $STATUS"
	LC_ALL=C grep -a -q -E '^(remote: )?refgate: \{' "$OUTFILE" && _because "a JSON line of refusal"
	_check_moved "$_s" "$@"
	[ "$(pendings "$_s")" = "$(cat "$T/.pendings.$_s")" ] || _because "the open pendings are others than before"
	_check_left "$_s"
	_end "$_n0"
}

# These refs moved to these values, and no other did (pendings aside).
_check_moved() {
	_s=$1
	shift
	: >"$T/.moved"
	while [ $# -ge 2 ]; do
		_now=$(git -C "$_s.git" rev-parse -q --verify "$1" || echo "$ZERO")
		[ "$_now" = "$2" ] || _because "$1 is at $_now, not at $2"
		printf ' %s \n' "$1" >>"$T/.moved"
		shift 2
	done
	_targets "$_s" | grep -v -F -f "$T/.moved" >"$T/.now"
	grep -v -F -f "$T/.moved" "$T/.targets.$_s" >"$T/.before"
	cmp -s "$T/.before" "$T/.now" || _because "other refs differ: $(diff "$T/.before" "$T/.now")"
}
