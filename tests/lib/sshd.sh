# Sourced behind testlib.sh: a real OpenSSH server on loopback with `refgate serve` as forced command, and clients with keys of their own.
# shellcheck shell=sh disable=SC2034,SC2154
#
#   . "$(dirname "$0")/../lib/testlib.sh"
#   . "$PROJECT/tests/lib/sshd.sh"
#   need_sshd                            # a skip and the end where there is no sshd
#   gated srv serve --maintainer ...     # $ROOT/srv.git behind the identity sources named
#   let_in codex                         # a key $T/codex, and its line in authorized_keys: serve --as codex --root $T/root
#   start_sshd 'AcceptEnv GL_*'          # more lines of sshd_config, one an argument
#   new_ssh_clone codex srv $T/agent     # clone of codex:srv.git
#   ssh_push codex $T/agent ARGS...      # sets $STATUS, $OUT, $OUTFILE as push_as does
#   on codex 'git-upload-pack ...'       # what this key may run, as the client would send it
#
# The working folder becomes $ROOT, the folder that `serve` opens, so that testlib's names of servers hold; clones are named by their
# whole path ($T/agent). The server runs as the present user, on a port that was free, and is stopped by its own process id.

SSHD=
ROOT=$T/root
SSH_DIR=$T/ssh
PORT=
SSHD_PID=

need_sshd() {
	for _s in "$(command -v sshd)" /usr/sbin/sshd /usr/local/sbin/sshd; do
		[ -x "$_s" ] && SSHD=$_s && break
	done
	if [ -z "$SSHD" ] || ! command -v ssh >/dev/null; then
		skip "${TEST_FILE##*/}" "needs sshd and ssh (packages openssh-server, openssh-client)"
		done_testing
	fi
	# sshd runs the forced command through the account's own shell.
	_shell=$(getent passwd "$(id -un)" | cut -d: -f7)
	case ${_shell##*/} in
	'' | nologin | false | sync)
		skip "${TEST_FILE##*/}" "the account $(id -un) has no login shell"
		done_testing
		;;
	esac
	# sshd started by root wants its empty folder, which a package's service makes at boot.
	if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
		mkdir -p -m 755 /run/sshd && echo "# made /run/sshd, which sshd started by root needs"
	fi
	mkdir -p "$ROOT" "$SSH_DIR"
	: >"$SSH_DIR/authorized_keys"
	ssh-keygen -q -t ed25519 -N '' -C host -f "$SSH_DIR/host_key"
	cd "$ROOT" || exit 1
}

# gated NAME SOURCES [init arguments]: $ROOT/NAME.git, with the identity sources named
gated() {
	_name=$1
	_sources=$2
	shift 2
	_keys && mkdir -p "$ROOT" && (cd "$T" && new_repo "root/$_name") || return 1
	if "$RG" init "$ROOT/$_name.git" --identity "$_sources" --maintainer "alice:$T/alice.pub" "$@" >"$T/.init" 2>&1; then
		return 0
	fi
	not_ok "refgate init of $_name" "$(tail -n 5 "$T/.init")"
	return 1
}

# key_of NAME: a key pair $T/NAME
key_of() {
	[ -f "$T/$1" ] || ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$T/$1"
}

# let_in NAME [AS [serve arguments]]: the key NAME may push as AS (default NAME) and nothing else
let_in() {
	_key=$1
	_as=${2:-$1}
	[ $# -lt 2 ] || shift
	shift
	key_of "$_key"
	printf 'restrict,command="%s serve --as %s --root %s%s" %s\n' "$RG" "$_as" "$ROOT" "${*:+ $*}" "$(cat "$T/$_key.pub")" \
		>>"$SSH_DIR/authorized_keys"
	_client_host "$_key"
}

# let_in_with NAME COMMAND: another forced command
let_in_with() {
	key_of "$1"
	printf 'restrict,command="%s" %s\n' "$2" "$(cat "$T/$1.pub")" >>"$SSH_DIR/authorized_keys"
	_client_host "$1"
}

_client_host() {
	grep -q -x "Host $1" "$SSH_DIR/config" 2>/dev/null || printf 'Host %s\n\tIdentityFile %s\n' "$1" "$T/$1" >>"$SSH_DIR/config"
}

_client_config() {
	printf 'Host *\n\tHostName 127.0.0.1\n\tPort %s\n\tUser %s\n\tIdentitiesOnly yes\n\tIdentityAgent none\n\tBatchMode yes\n' "$PORT" "$(id -un)"
	printf '\tUserKnownHostsFile %s\n\tGlobalKnownHostsFile /dev/null\n\tStrictHostKeyChecking yes\n\tLogLevel ERROR\n' "$SSH_DIR/known_hosts"
	printf '\tConnectTimeout 20\n\tControlPath none\n'
}

_server_config() {
	printf 'Port %s\nListenAddress 127.0.0.1\nHostKey %s\nPidFile %s\nAuthorizedKeysFile %s\n' "$PORT" "$SSH_DIR/host_key" "$SSH_DIR/pid" \
		"$SSH_DIR/authorized_keys"
	# Without PAM sshd takes a password field that begins with ! for a locked account; keys are let in all the same.
	case $(getent shadow "$(id -un)" 2>/dev/null | cut -d: -f2) in
	'!'*) printf 'UsePAM yes\n' ;;
	*) printf 'UsePAM no\n' ;;
	esac
	printf 'StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPubkeyAuthentication yes\n'
	printf 'PermitRootLogin forced-commands-only\nPermitUserEnvironment no\nPrintMotd no\nLogLevel VERBOSE\nMaxStartups 100\n'
	# git behind sshd sees this home and not the tester's
	printf 'SetEnv HOME=%s\n' "$HOME"
	for _l in "$@"; do
		printf '%s\n' "$_l"
	done
}

_free_port() {
	od -An -N2 -tu2 /dev/urandom | awk '{ print 20000 + $1 % 40000 }'
}

# start_sshd [line of sshd_config]...
start_sshd() {
	_try=0
	while [ $_try -lt 20 ]; do
		_try=$((_try + 1))
		PORT=$(_free_port)
		_server_config "$@" >"$SSH_DIR/sshd_config"
		: >"$SSH_DIR/log"
		"$SSHD" -D -e -f "$SSH_DIR/sshd_config" 2>"$SSH_DIR/log" </dev/null >/dev/null &
		SSHD_PID=$!
		_wait=0
		while [ $_wait -lt 200 ] && kill -0 "$SSHD_PID" 2>/dev/null; do
			if grep -q 'Server listening on 127.0.0.1' "$SSH_DIR/log"; then
				at_end stop_sshd
				printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 "$SSH_DIR/host_key.pub")" >"$SSH_DIR/known_hosts"
				_client_config >"$SSH_DIR/defaults"
				printf 'Include %s\nInclude %s\n' "$SSH_DIR/config" "$SSH_DIR/defaults" >"$SSH_DIR/client"
				GIT_SSH_COMMAND="ssh -F $SSH_DIR/client"
				export GIT_SSH_COMMAND
				return 0
			fi
			sleep 0.05
			_wait=$((_wait + 1))
		done
		stop_sshd
		grep -q 'Address already in use' "$SSH_DIR/log" || break
	done
	not_ok 'sshd starts' "$(tail -n 5 "$SSH_DIR/log")"
	done_testing
}

stop_sshd() {
	[ -n "$SSHD_PID" ] || return 0
	kill "$SSHD_PID" 2>/dev/null
	wait "$SSHD_PID" 2>/dev/null
	SSHD_PID=
}

# on KEY COMMAND [ssh options]...: what a client sends by hand; nothing on its input
on() {
	_key=$1
	_command=$2
	shift 2
	run ssh -F "$SSH_DIR/client" "$@" "$_key" "$_command"
}

# new_ssh_clone KEY SERVER DIR [USER]
new_ssh_clone() {
	git clone -q "$1:$2.git" "$3" 2>"$T/.clone" || { cat "$T/.clone"; return 1; }
	ident "$3" "${4:-$1}"
}

# ssh_push KEY DIR ARGS...: `origin` of DIR is replaced by the same path through this key
ssh_push() {
	_key=$1
	_dir=$2
	shift 2
	_url=$(git -C "$_dir" config remote.origin.url)
	git -C "$_dir" config remote.origin.url "$_key:${_url#*:}"
	run git -C "$_dir" push "$@"
}

# ssh_approve KEY DIR PERSON ID...: PERSON's signature from a clone, handed in through KEY
ssh_approve() {
	_key=$1
	_dir=$2
	_person=$3
	shift 3
	_url=$(git -C "$_dir" config remote.origin.url)
	git -C "$_dir" config remote.origin.url "$_key:${_url#*:}"
	approve_as "$_person" "$_dir" "$@"
}
