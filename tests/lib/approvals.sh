# Sourced after testlib.sh by the tests of approvals, of the record and of faults.
# shellcheck shell=sh disable=SC2034,SC2153,SC2154
#
# Servers         people_server NAME [init arguments] <policy.yml    its own policy; allowed_signers is $T/NAME.rules/allowed_signers:
#                 signer RULES PERSON KEY [OPTIONS]                  ... filled by this before
#                 holding_server NAME PERSONS APPROVALS [LINE]       holds all above low for so many of them; LINE: one more of the policy
# Pushes          hold_on SERVER DIR [REF] [ACTOR]   a commit of its own, pushed, must be held: sets ID, OLD, NEW; a snap follows
# Statements      statement SERVER ID PERSON ROLE [DECISION] >FILE   as `show --statement` prints it on the server
#                 sign_text FILE KEY [NAMESPACE]                     FILE.signed: text and armor
#                 hand_in DIR ID KEY FILE [REMOTE]                   git push of FILE as the statement of KEY on ID
#                 fp KEY                                             lower-case hex SHA-256 of the public key blob
#                 quiet SERVER                       waits for the upkeep behind a release
# Assertions      released SERVER NAME REF OID                       $OUT says so, the ref is there, the pending is closed
#                 open_still SERVER ID NAME                          nothing moved since snap, the pending is open
# Programs        fault_build DIR    a refgate that fails on demand (fault.c) and its worker in DIR; 1 where it cannot be linked
#                 soft_key           builds the provider of software security keys (softkey.c); 1 where it cannot

# signer RULES PERSON KEY [OPTIONS]
signer() {
	mkdir -p "$1"
	printf '%s %s%s\n' "$2" "${4:+$4 }" "$(cut -d ' ' -f 1,2 "$3.pub")" >>"$1/allowed_signers"
}

# people_server NAME [init arguments] <policy.yml
people_server() {
	_ps=$1
	shift
	mkdir -p "$_ps.rules"
	cat >"$_ps.rules/policy.yml"
	_keys && new_repo "$_ps" || return 1
	if "$RG" init "$_ps.git" --identity env:TEST_ACTOR --policy "$_ps.rules" "$@" >"$T/.init" 2>&1; then
		return 0
	fi
	not_ok "refgate init of $_ps" "$(tail -n 5 "$T/.init")"
	return 1
}

# holding_server NAME PERSONS APPROVALS [LINE]: the persons sign with the keys of their names
holding_server() {
	_keys
	_hs=
	for _p in $2; do
		signer "$1.rules" "$_p" "$T/$_p"
		_hs="$_hs$_p: {roles: [maintainer]}, "
	done
	people_server "$1" <<-EOP
		version: 1
		protected: [refs/heads/main, refs/heads/release/*]
		people: {${_hs%, }}
		tiers:
		  low: {action: accept}
		  medium: {action: hold, approvals: $3}
		  high: {action: hold, approvals: $3}
		  critical: {action: hold, approvals: $3}
		${4:-}
	EOP
}

# quiet SERVER: waits until nothing works behind it any more (a release starts `refgate gc` in the background)
quiet() {
	printf '%s' "$T/$1.git" >"$T/.quiet"
	_q=0
	while [ "$_q" -lt 500 ] && LC_ALL=C grep -q -a -s -F -f "$T/.quiet" /proc/[0-9]*/cmdline; do
		sleep 0.02
		_q=$((_q + 1))
	done
}

_serial=0

# hold_on SERVER DIR [REF] [ACTOR]: one more commit on what REF is at now (or main, where it is not yet), pushed there, and held
hold_on() {
	quiet "$1"
	_ho_ref=${3:-refs/heads/main}
	_serial=$((_serial + 1))
	OLD=$(git -C "$1.git" rev-parse -q --verify "$_ho_ref" || echo "$ZERO")
	_base=$OLD
	[ "$_base" != "$ZERO" ] || _base=$(git -C "$1.git" rev-parse refs/heads/main)
	git -C "$2" fetch -q origin && git -C "$2" checkout -q -f --detach "$_base" &&
		commit_file "$2" "work-$_serial" "line $_serial" || return 1
	NEW=$(oid "$2" HEAD)
	snap "$1"
	push_as "${4:-codex-bot}" "$2" origin "HEAD:$_ho_ref"
	ID=$(json .id)
	_targets "$1" >"$T/.now"
	cmp -s "$T/.targets.$1" "$T/.now" || not_ok "a push that is held moves $_ho_ref"
	snap "$1"
	[ "$(json .verdict)" = hold ] && return 0
	not_ok "a push to $_ho_ref is held" "$OUT"
	return 1
}

statement() {
	"$RG" show "$2" --repo "$1.git" --statement --as "$3" ${4:+--role "$4"} ${5:+--decision "$5"}
}

# sign_text FILE KEY [NAMESPACE]
sign_text() {
	rm -f "$1.sig"
	ssh-keygen -q -Y sign -f "$2" -n "${3:-approval.v1@refgate}" "$1" 2>/dev/null && cat "$1" "$1.sig" >"$1.signed"
}

fp() {
	cut -d ' ' -f 2 "$1.pub" | base64 -d | sha256sum | cut -d ' ' -f 1
}

# hand_in DIR ID KEY FILE [REMOTE]
hand_in() {
	_blob=$(git -C "$1" hash-object -w "$(cd "$(dirname "$4")" && pwd)/$(basename "$4")")
	run git -C "$1" push "${5:-origin}" "$_blob:refs/approvals/$2/$(fp "$3")"
}

# approve_here PERSON SERVER ID...: on the server
approve_here() {
	_who=$1
	_srv=$2
	shift 2
	rg approve "$@" --repo "$_srv.git" --yes --as "$_who" --key "$T/$_who" -m 'looked at it'
}

deny_here() {
	_who=$1
	_srv=$2
	shift 2
	rg deny "$@" --repo "$_srv.git" --yes --as "$_who" --key "$T/$_who" -m 'not this'
}

# released SERVER NAME REF OID: the last command said so, and so it is
released() {
	quiet "$1"
	_begin
	[ "$STATUS" = 0 ] || _because "the exit code is $STATUS"
	grep -a -q -E "(^|refgate: )released $3 [0-9a-f]{40}\.\.$4" "$OUTFILE" || _because "not said: released $3 ..$4"
	[ "$(git -C "$1.git" rev-parse -q --verify "$3" || echo "$ZERO")" = "$4" ] ||
		_because "$3 is at $(git -C "$1.git" rev-parse -q --verify "$3")"
	pendings "$1" | grep -q -x "$ID" && _because "$ID is open still"
	[ -z "$(git -C "$1.git" for-each-ref "refs/pending/$ID" "refs/refgate/approvals/$ID")" ] || _because "refs of $ID stayed"
	[ "$(log_count "$1" ".ev == \"released\" and .pending == \"$ID\"")" = 1 ] || _because "the log has no one released line for $ID"
	_check_left "$1"
	_end "$2"
}

# open_still SERVER ID NAME: targets as at the last snap, the pending open
open_still() {
	quiet "$1"
	_begin
	_targets "$1" >"$T/.now"
	cmp -s "$T/.targets.$1" "$T/.now" || _because "refs differ: $(diff "$T/.targets.$1" "$T/.now")"
	pendings "$1" | grep -q -x "$2" || _because "$2 is not open any more"
	_check_left "$1"
	_end "$3"
}

# says NAME TEXT...: each TEXT stands in the last output
says() {
	_sn=$1
	shift
	_begin
	for _t in "$@"; do
		grep -a -q -F -- "$_t" "$OUTFILE" || _because "not said: $_t"
	done
	_end "$_sn"
}

log_verifies() {
	rg log verify --repo "$1.git"
	is "$STATUS" 0 "${2:-$1: the log verifies}"
}

# ---- programs ----

WRAPPED='time pwrite fdatasync fsync ftruncate rename mkdir unlink write open openat'

# fault_build DIR
fault_build() {
	_objects="$BUILD/obj/main.o $BUILD/librefgate.a"
	[ -f "$BUILD/obj/main.o" ] && [ -f "$BUILD/librefgate.a" ] && command -v "${CC:-cc}" >/dev/null || return 1
	_wrap=$(for _w in $WRAPPED; do printf ' -Wl,--wrap=%s' "$_w"; done)
	_libs='libsodium jansson yaml-0.1 libpcre2-8 libseccomp minizip zlib libmd libutf8proc'
	mkdir -p "$1" && cp "$BUILD/refgate-worker" "$1/" || return 1
	for _how in '-fPIE -static-pie:--static' '-fPIE -pie:' '-fPIE -pie -fsanitize=address,undefined:'; do
		# shellcheck disable=SC2046,SC2086
		"${CC:-cc}" -std=gnu11 -O1 ${_how%:*} -o "$1/refgate" "$BUILD/obj/main.o" "$PROJECT/tests/lib/fault.c" "$BUILD/librefgate.a" \
			$_wrap $(pkg-config ${_how#*:} --libs $_libs) >"$T/.link" 2>&1 && return 0
	done
	return 1
}

soft_key() {
	[ -x /usr/lib/openssh/ssh-sk-helper ] || [ -x /usr/libexec/ssh-sk-helper ] || return 1
	# shellcheck disable=SC2046
	(cd "$PROJECT" && "${CC:-cc}" -shared -fPIC -D_GNU_SOURCE -I. -o "$T/softkey.so" tests/lib/softkey.c base/crypto.c base/buf.c base/err.c \
		$(pkg-config --libs libsodium)) >"$T/.link" 2>&1 || return 1
	SSH_SK_PROVIDER=$T/softkey.so
	export SSH_SK_PROVIDER
}

# Runs the rest of the calling script in a mount namespace of its own, so that what it mounts harms nobody; 1 where that cannot be.
in_own_mounts() {
	[ -z "${REFGATE_OWN_MOUNTS-}" ] || return 0
	command -v unshare >/dev/null && unshare -m true 2>/dev/null || return 1
	REFGATE_OWN_MOUNTS=1
	export REFGATE_OWN_MOUNTS
	cd / && rm -rf "$T"
	exec unshare -m --propagation private sh "$PROJECT/tests/e2e/${TEST_FILE##*/}"
}
