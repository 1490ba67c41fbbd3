#!/bin/sh
# doctor tries the ways around the hooks (HOLES 26) and moves nothing by it. What it calls bad is shown to move a ref around them, what it calls
# closed to move none.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/sshd.sh"
need_sshd
gated srv serve || done_testing
gated it\'s serve
let_in codex
KEYS=$SSH_DIR/authorized_keys

doctor() { # SERVER [arguments]
	_s=$1
	shift
	rg doctor "$_s.git" --authorized-keys "$KEYS" "$@"
}
# rows NAME RESULT...: the results of these rows, as JSON has them, each one once
rows() { "$RG" doctor "$1.git" --authorized-keys "$KEYS" --format json | jq -r --arg n "$2" '[.rows[]|select(.name == $n).result]|unique|join(" ")'; }
log_of() { sha256sum <"$1.git/refgate/audit/log.jsonl"; }

# ---- a gate that stands ----

snap srv
LOG=$(log_of srv)
doctor srv
is "$STATUS" 0 'a gate behind serve is well'
unlike "$OUT" '^(bad|warn) ' 'nothing to mend'
for what in 'local: other accounts' 'local: the group' 'ssh: serve' 'ssh: keys' 'http ' 'git daemon' 'hooks: place' 'hooks: file system' 'hooks: start'; do
	like "$OUT" "^ok +$what" "$what is looked at"
done
like "$OUT" "^ok +ssh: serve +git-upload-pack '/srv.git': taken" 'serve takes a fetch'
for line in "git -c core.hooksPath=/dev/null receive-pack 'srv.git'" "git-receive-pack --help" "git-receive-pack 'srv.git'; sh" "git-receive-pack '../srv.git'"; do
	printf '%s\n' "$OUT" | grep -q -x -F "ok   ssh: serve             $line: refused" && ok "serve refuses: $line" || not_ok "serve refuses: $line" "$OUT"
done
like "$OUT" '^note not tried +a push' 'and says what it cannot try'
unmoved srv 'no ref moved'
clean_left srv
is "$(log_of srv)" "$LOG" 'the log has nothing of it'
doctor "it's"
is "$STATUS" 0 'a name with a quote in it is asked for as git asks'
"$RG" doctor srv.git --authorized-keys "$KEYS" --format json >json
is "$(jq -r '[.schema, .bad, (.rows|length > 30), ([.rows[]|has("name") and has("result") and has("tried") and has("found") and has("mend")]|all)]|tojson' json)" \
	'[1,0,true,true]' 'JSON has the same table'

# ---- ssh: what is refused, and a key that is not tied ----

start_sshd
new_ssh_clone codex srv "$T/agent"
A=$T/agent
commit_file "$A" src/a.c 'int a;'
snap srv
ssh_push codex "$A" --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin HEAD:main
isnt "$STATUS" 0 'the same line by a real client is refused'
unmoved srv 'and moved nothing'
let_in_with loose 'sh -c \"$SSH_ORIGINAL_COMMAND\"'
doctor srv
is "$STATUS" 1 'a key with another command is found'
like "$OUT" "^bad +ssh: keys +$KEYS:2 \(loose\): its forced command is not" 'by its line and its comment'
like "$OUT" "^ok +ssh: keys +$KEYS:1 \(codex\): refgate serve, restricted" 'beside the one that is well'
snap srv
git -C "$A" config remote.origin.url "loose:$ROOT/srv.git"
ssh_push loose "$A" --receive-pack='git -c core.hooksPath=/dev/null receive-pack' origin HEAD:refs/heads/around
like "$OUT" 'fail to run proc-receive hook' 'git itself asks for the second wall where the first is passed'
unmoved srv 'and no ref moved'
on loose "git -C $ROOT/srv.git update-ref refs/heads/around refs/heads/main"
is "$(oid srv.git refs/heads/around)" "$(oid srv.git refs/heads/main)" 'but who has a shell needs no push'
admin srv update-ref -d refs/heads/around
sed -i 2d "$KEYS"
doctor srv
is "$STATUS" 0 'without it all is well again'

# RESULT LINE...: one line of the file each; KEY stands for the key
key_line() {
	_want=$1
	_text=$(printf '%s' "$2" | sed "s,KEY,$(cat "$T/codex.pub"),")
	printf '# a comment\n\n%s\n' "$_text" >lines
	_got=$("$RG" doctor srv.git --authorized-keys lines --format json | jq -r '[.rows[]|select(.name == "ssh: keys")|.result + " " + .tried]|join(",")')
	case $_got in
	"$_want lines:3 ("*) ok "$_want: $2" ;;
	*) not_ok "$_want: $2" "$_got" ;;
	esac
}
S='refgate serve --as codex --root /srv/git'
key_line ok "restrict,command=\"$S\" KEY"
key_line ok "command=\"/opt/x/bin/$S\",restrict KEY"
key_line ok "COMMAND=\"$S\",Restrict KEY"
key_line ok "no-pty,no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-user-rc,command=\"$S\" KEY"
key_line ok "restrict,from=\"10.0.0.1,*.corp\",command=\"$RG serve --as 'codex' --root /srv/git\" KEY"
key_line warn "command=\"$S\" KEY"
key_line warn "no-pty,command=\"$S\" KEY"
key_line warn "restrict,pty,command=\"$S\" KEY"
key_line warn "restrict,user-rc,command=\"$S\" KEY"
key_line warn "restrict,environment=\"A=b\",command=\"$S\" KEY"
key_line bad 'KEY'
key_line bad 'restrict KEY'
key_line bad 'restrict,from="10.0.0.1" KEY'
key_line bad 'restrict,command="" KEY'
key_line bad 'restrict,command="/bin/sh" KEY'
key_line bad 'restrict,command="git-shell -c \"$SSH_ORIGINAL_COMMAND\"" KEY'
key_line bad "restrict,command=\"$S; \$SSH_ORIGINAL_COMMAND\" KEY"
key_line bad "restrict,command=\"$S || sh\" KEY"
key_line bad "restrict,command=\"not$S\" KEY"
key_line bad 'restrict,command="refgate serve --as codex" KEY'
key_line bad 'restrict,command="refgate queue --as codex --root /" KEY'
key_line bad "restrict,command=\"$S\",command=\"sh\" KEY"
key_line bad "restrict,environment=\"command=\\\"$S\\\"\" KEY"
key_line bad "restrict,command=\"$S KEY"
key_line bad 'no key at all'
rg doctor srv.git --authorized-keys gone
like "$OUT" '^warn ssh: keys +gone: ' 'a file that cannot be read is told'
git -C srv.git config refgate.identity env:GL_USER
rg doctor srv.git --authorized-keys lines
like "$OUT" '^warn ssh: keys +lines:3' 'on a host with its own way in it is a warning'
like "$OUT" '^note ssh: serve +refgate.identity does not list it' 'and serve is not tried'
git -C srv.git config refgate.identity serve

# ---- the local path ----

nobody() {
	setpriv --reuid 65534 --regid "${GROUP:-65534}" --clear-groups env -u GIT_DIR HOME=/ GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' "$@"
}
# around: what a local user would do; the new ref's value, or nothing
around() {
	nobody git -C "$ROOT/srv.git" update-ref refs/heads/around refs/heads/main >/dev/null 2>&1
	git -C srv.git rev-parse -q --verify refs/heads/around
	git -C srv.git update-ref -d refs/heads/around
}
if [ "$(id -u)" = 0 ] && nobody true 2>/dev/null; then
	cp -a srv.git whole
	chmod 755 "$T" && chmod -R o+rX srv.git
	is "$(around)" '' 'a local user cannot move a ref of a folder that is not his'
	is "$(rows srv 'local: other accounts')" ok 'and doctor says so'
	chmod -R o+w srv.git/refs srv.git/objects srv.git/logs
	isnt "$(around)" '' 'where he may write, he can'
	doctor srv
	is "$STATUS" 1 'and doctor says so'
	like "$OUT" "^bad +local: other accounts +writing as .*: writable: .*$ROOT/srv.git/(refs|objects).*in all; .*chmod go-w" 'with the places and what to do'
	chmod 700 "$T"
	is "$(rows srv 'local: other accounts')" ok 'which he may not even reach, when a folder above is closed'
	is "$(around)" '' 'and indeed'
	chmod 755 "$T" && chmod -R go-w srv.git
	for f in config HEAD hooks/update hooks refgate; do
		chmod o+rwx "srv.git/$f"
		is "$(rows srv 'local: other accounts')" bad "$f writable for others is bad"
		chmod o-w "srv.git/$f"
	done
	is "$(rows srv 'local: other accounts')" ok 'with all of it closed it is well'
	chmod 777 "$ROOT"
	is "$(rows srv 'local: other accounts')" bad 'a folder above that others may write is bad'
	chmod 1777 "$ROOT"
	is "$(rows srv 'local: other accounts')" ok 'one with the sticky bit is not'
	chmod 755 "$ROOT"
	chgrp -R 12345 srv.git && chmod -R g+w srv.git/refs
	is "$(rows srv 'local: other accounts') $(rows srv 'local: the group')" 'ok bad' 'what the group may write is bad for the group'
	chgrp -R 0 srv.git && chmod -R g-w srv.git
	mkdir -p "$T/pool/info" && echo "$T/pool" >srv.git/objects/info/alternates
	is "$(rows srv 'local: alternates')" ok 'a shared object store is looked at'
	chmod 777 "$T/pool"
	is "$(rows srv 'local: alternates')" bad 'and bad where others write'
	rm -rf srv.git && mv whole srv.git

	# Who is not root sees the mode bits.
	chmod 755 "$T"
	cp -a srv.git own.git && chown -R 65534:65534 own.git
	# A copy: the build may lie where nobody else may look.
	cp "$BUILD/refgate" "$BUILD/refgate-worker" "$T/"
	run nobody "$T/refgate" doctor own.git --authorized-keys /dev/null
	like "$OUT" '^ok +local: other accounts +the mode bits' 'as the owner, the bits tell'
	chmod -R o+w own.git/refs
	run nobody "$T/refgate" doctor own.git --authorized-keys /dev/null
	like "$OUT" '^bad +local: other accounts +the mode bits.*own.git/refs' 'and tell of a folder that is open'
else
	skip 'the local path as another account' 'needs root and setpriv'
fi

# ---- http, git daemon ----

setting() { # WHAT RESULT NAME: after git config of the arguments behind
	is "$(rows srv "$1")" "$2" "$3"
}
git -C srv.git config http.receivepack true
setting http warn 'http.receivepack=true takes pushes of everybody'
git -C srv.git config http.receivepack false
setting http ok 'false takes none'
git -C srv.git config --unset http.receivepack
: >srv.git/git-daemon-export-ok
setting 'git daemon' ok 'an export for fetches is no way in'
git -C srv.git config daemon.receivepack true
setting 'git daemon' bad 'one for pushes is'
rm srv.git/git-daemon-export-ok
setting 'git daemon' warn 'daemon.receivepack alone may be'
git -C srv.git config refgate.identity os-user
setting 'git daemon' bad 'and is with os-user'
git -C srv.git config refgate.identity serve
git -C srv.git config --unset daemon.receivepack

# ---- hooks ----

git -C srv.git config core.hooksPath "$T/none"
setting 'hooks: place' bad 'core.hooksPath elsewhere is bad'
git -C srv.git config --unset core.hooksPath
setting 'hooks: place' ok 'without it all is well'
mv srv.git/hooks/update update.kept
printf '#!/bin/sh\nexit 0\n' >srv.git/hooks/update && chmod 755 srv.git/hooks/update
setting 'hooks: start' bad 'another update hook is found by starting it'
mv update.kept srv.git/hooks/update
chmod 644 srv.git/hooks/update
setting 'hooks: start' bad 'one that cannot be executed too'
chmod 755 srv.git/hooks/update
setting 'hooks: start' ok 'ours answers'
if unshare -m true 2>/dev/null; then
	run unshare -m --propagation private sh -c "mount --bind srv.git/hooks srv.git/hooks && mount -o remount,bind,noexec srv.git/hooks && exec '$RG' doctor srv.git --authorized-keys /dev/null"
	like "$OUT" '^bad +hooks: file system +the mount option noexec: .*/srv.git/hooks' 'a mount with noexec is bad'
	like "$OUT" '^bad +hooks: start' 'and a hook does not start there'
else
	skip 'a mount with noexec' 'no mount namespace of its own (unshare -m)'
fi
doctor srv
is "$STATUS" 0 'in the end all is as it was'
is "$(log_of srv)" "$LOG" 'and the log has nothing of it all'
done_testing
