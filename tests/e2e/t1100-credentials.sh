#!/bin/sh
# A credential is rejected wherever it would enter history, and no byte of it is shown or kept. It is made here, from parts: none
# stands in this file.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
g() { git -C agent "$@"; }

# A token of GitHub's form with a sum that does not hold, which is how most made-up ones are; still refused.
body=$(head -c 4000 /dev/urandom | base64 -w0 | tr -dc 'A-Za-z0-9' | cut -c 1-36)
token=$(printf '%s%s' gh p_)$body
printf '%s\n' "$body" | fold -w 9 | grep -x '.\{9\}' >parts

# try NAME REF: what is pushed to REF is refused
try() {
	name=$1
	shift
	snap srv
	push_as codex-bot agent --force origin "$@"
	refused srv "$name" SEC-TXT
	_begin
	grep -a -q -F -f parts "$OUTFILE" && _because 'a part of it was printed'
	grep -r -a -q -F -f parts srv.git && _because 'a part of it lies in the repository'
	[ "$(json .verdict)" = reject ] || _because 'not rejected'
	_end "$name: nothing of it is shown or kept"
}
start() { g checkout -q -f -B here origin/main && g clean -q -fdx; }
commit() { g add -A && g commit -q -m "${1:-one}"; }

start; echo "t = $token" >agent/f; commit; g rm -q f; commit two; commit_file agent z z
try 'added, then removed' here:refs/heads/agent/x

start; g checkout -q -b side; commit_file agent s s; g checkout -q here; commit_file agent t t
g merge -q --no-commit side >/dev/null 2>&1; echo "t = $token" >agent/f; commit merge; g rm -q f; commit clean; g branch -q -D side
try 'in an evil merge' here:refs/heads/agent/x

start; echo x >agent/f; commit "fix

$token"
try 'in a commit message' here:refs/heads/agent/x

start; echo x >agent/f; g add f; GIT_AUTHOR_NAME="bot $token" g commit -q -m one
try 'in an author' here:refs/heads/agent/x

start; echo x >"agent/$token.txt"; commit
try 'in the name of a file' here:refs/heads/agent/x

start; ln -s "/tmp/$token" agent/link; commit
try 'in the target of a link' here:refs/heads/agent/x

start; printf '[submodule "x"]\n\tpath = x\n\turl = https://bot:%s@git.example/x\n' "$token" >agent/.gitmodules; commit
try 'in a url of .gitmodules' here:refs/heads/agent/x

start; echo x >agent/f; commit; g tag -a -m "release $token" v1
try 'in the message of a tag' v1:refs/tags/v1
g tag -d v1 >/dev/null

start; printf '\000\000t = %s\n' "$token" >agent/f; commit
try 'behind a NUL byte' here:refs/heads/agent/x

start; printf 't = %s\n' "$token" | iconv -t UTF-16 >agent/f; commit
try 'in UTF-16' here:refs/heads/agent/x

start; printf 'data:\n  t: %s\n' "$(printf 'k: %s' "$token" | base64 -w0)" >agent/f; commit
try 'in base64' here:refs/heads/agent/x

start; printf 't = "%s" # gitleaks:allow pragma: allowlist secret\n' "$token" >agent/f
printf 'version: 1\nknown: []\n' >agent/.gitleaksignore; commit
try 'beside a comment that says it is allowed' here:refs/heads/agent/x

done_testing
