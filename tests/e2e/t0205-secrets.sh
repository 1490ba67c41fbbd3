#!/bin/sh
# HOLES 5: a private key is rejected wherever it would enter history, never held, and never printed or kept.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }
ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/leak"
ssh-keygen -q -t rsa -b 2048 -m PEM -N '' -C '' -f "$T/pem"
cat leak pem | sed '/-----/d' | fold -w 16 | grep -x '.\{16\}' >parts

# try NAME REF: the branch `here` is pushed to REF
try() {
	snap srv
	push_as codex-bot agent --force origin "here:$2"
	refused srv "$1" SEC-TXT
	_begin
	grep -a -q -F -f parts "$OUTFILE" && _because 'a part of the key was printed'
	grep -r -a -q -F -f parts srv.git && _because 'a part of the key lies in the repository'
	[ "$(json .verdict)" = reject ] || _because 'not rejected'
	[ "$(json '[.findings[]|select(.deny)]|length > 0')" = true ] || _because 'no finding of deny'
	_end "$1: nothing of it is shown or kept"
}
start() { g checkout -q -B here origin/main && g clean -q -fdx; }

for ref in refs/heads/agent/x refs/heads/main; do
	start
	cp leak agent/id && g add id && g commit -q -m one && g rm -q id && g commit -q -m two
	commit_file agent z z
	try "an OpenSSH key in an intermediate commit to $ref" "$ref"
	start
	cp pem agent/deploy && g add deploy && g commit -q -m one && g mv deploy deploy2 && g commit -q -m two && g rm -q deploy2 && g commit -q -m three
	try "an RSA key in an intermediate commit to $ref" "$ref"
	start
	g checkout -q -b side && commit_file agent s s && g checkout -q here && commit_file agent t t
	g merge -q --no-commit side >/dev/null 2>&1
	cp leak agent/id && g add id && g commit -q -m merge && g rm -q id && g commit -q -m clean
	g branch -q -D side
	try "a key in a merge commit to $ref" "$ref"
done

start
commit_file agent m m "$(printf 'message\n\n%s' "$(cat leak)")"
try 'a key in a commit message' refs/heads/agent/x
start
commit_file agent m m
c=$({ g cat-file commit HEAD | sed '/^$/,$d'; sed 's/^/ /' leak | sed '1s/^ /gpgsig /'; printf '\nmessage\n'; } | g hash-object -t commit -w --stdin)
g update-ref refs/heads/here "$c"
try 'a key in a header of a commit' refs/heads/agent/x
start
{ head -c 3000 /dev/urandom; printf '\000\001\002'; cat leak; head -c 3000 /dev/urandom; } >agent/blob.bin
g add blob.bin && g commit -q -m binary
try 'a key in a binary file' refs/heads/agent/x
start
rm -f agent/l && ln -s -- "$(cat leak)" agent/l && g add l && g commit -q -m link
try 'a key as the target of a link' refs/heads/agent/x
start
sed 's/$/\r/' leak >agent/crlf && g add crlf && g commit -q -m crlf
try 'a key with CRLF line ends' refs/heads/agent/x
start
sed 's/^/    /' pem >agent/config.yml && g add config.yml && g commit -q -m indented
try 'an indented key in a configuration file' refs/heads/agent/x
start
printf 'KEY="%s"\n' "$(sed ':a;N;$!ba;s/\n/\\n/g' pem)" >agent/app.conf && g add app.conf && g commit -q -m escaped
try 'a key on one line with \n in it' refs/heads/agent/x
start
mkdir -p agent/deep/er/still && cp leak agent/deep/er/still/x && g add -A && g commit -q -m deep && g mv deep/er/still/x y && g commit -q -m moved
try 'a key in a deep folder, moved on' refs/heads/agent/x
start
cp leak agent/id && chmod +x agent/id && g add id && g commit -q -m exec
try 'a key in an executable file' refs/heads/agent/x

# Tags.
start
commit_file agent t t
g tag -f -a -F "$T/leak" ann here >/dev/null 2>&1
snap srv
push_as codex-bot agent --force origin refs/tags/ann
refused srv 'a key in the message of an annotated tag' SEC-TXT
g tag -f -a -m "inner: $(cat leak)" inner here >/dev/null 2>&1
g tag -f -a -m outer outer inner >/dev/null
snap srv
push_as codex-bot agent --force origin refs/tags/outer
refused srv 'a key in the message of a tag inside a tag' SEC-TXT
no 'no part of them lies in the repository' grep -r -a -q -F -f parts srv.git

# A likely one is not held either, because held means readable.
start
commit_file agent .env 'DB_PASSWORD=correct-horse-battery-staple'
for ref in refs/heads/agent/x refs/heads/main; do
	snap srv
	push_as codex-bot agent --force origin "here:$ref"
	refused srv "a file of credentials to $ref is rejected, not held" SEC-FILE .env
done

# What could not be looked through is not held either: held means readable.
start
head -c 70000000 /dev/zero >agent/huge && g add huge && g commit -q -m huge
snap srv
push_as codex-bot agent --force origin here:refs/heads/main
refused srv 'a file too large to be scanned is rejected, not held' GATE-LIMIT huge
is "$(json '.findings[]|select(.id=="GATE-LIMIT").deny')" true 'as a deny'

# The twins: what only looks like one.
start
ssh-keygen -q -t ed25519 -N 'a good passphrase' -f "$T/locked"
cp leak.pub agent/id.pub
printf 'Paste it between -----BEGIN OPENSSH PRIVATE KEY----- and the end line.\n' >agent/HOWTO.md
g add -A && g commit -q -m 'public key and a how-to'
snap srv
push_as codex-bot agent --force origin here:refs/heads/agent/x
landed srv 'a public key and a how-to about keys land' refs/heads/agent/x "$(oid agent here)"
done_testing
