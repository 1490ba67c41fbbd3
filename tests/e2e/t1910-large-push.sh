#!/bin/sh
# A push of thousands of objects is read from the front of its pack to the end before the walk; what is found is the same, with the commit and
# the path where it stands.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
new_clone srv agent codex-bot
ssh-keygen -q -t ed25519 -N '' -f leak -C deploy

# Six hundred commits, each with a new version of two texts: three objects and more a commit, deltas upon deltas. $2: in commit 300, what
# becomes of the texts.
history() {
	awk -v ref="$1" -v main="$(oid agent origin/main)" 'BEGIN {
		for (i = 0; i < 600; i++) {
			printf "commit refs/heads/%s\ncommitter codex-bot <codex-bot@example.com> %d +0000\ndata 4\nwork\n", ref, 1700000000 + i
			if (i == 0) print "from " main
			for (k = 1; k <= 2; k++) {
				text = ""
				for (l = 0; l < 40; l++) text = text "line " l " of " ref " " k ", version " (l == i % 40 ? i : 0) "\n"
				printf "M 100644 inline src/d%d/f%d.txt\ndata %d\n%s\n", i % 7, k, length(text), text
			}
		}
	}' | git -C agent fast-import --quiet --force
}

# One commit more on top: FILE is written at PATH; and one that takes it away again.
in_and_out() {
	{
		printf 'commit refs/heads/%s\ncommitter codex-bot <codex-bot@example.com> 1700001000 +0000\ndata 2\nin\nfrom refs/heads/%s^0\n' "$1" "$1"
		printf 'M 100644 inline %s\ndata %s\n' "$3" "$(wc -c <"$2")"
		cat "$2"
		printf '\ncommit refs/heads/%s\ncommitter codex-bot <codex-bot@example.com> 1700001001 +0000\ndata 3\nout\nD %s\n' "$1" "$3"
	} | git -C agent fast-import --quiet --force
}

history clean
snap srv
push_as codex-bot agent origin clean:refs/heads/agent/clean
landed srv 'a long history of ordinary text lands' refs/heads/agent/clean "$(oid agent clean)"

{ awk 'BEGIN { for (l = 0; l < 40; l++) print "line " l " of key 1, version 0" }'; cat leak; } >text-and-key
history key
in_and_out key text-and-key src/d1/f1.txt
snap srv
push_as codex-bot agent origin key:refs/heads/agent/key
refused srv 'the same with a private key that came and went is rejected' SEC-TXT src/d1/f1.txt
is "$(json '.findings[0].line')" 41 'with the line'
unlike "$OUT" "$(sed -n 2p leak)" 'and nothing of the key is shown'

printf 'AWS_REGION=eu-west-1\nDATABASE_PASSWORD=%s\n' "hunter$(date +%s)x" >env
history env
in_and_out env env deploy/.env
snap srv
push_as codex-bot agent origin env:refs/heads/agent/env
refused srv 'a file of credentials is read for its name, whatever a first look at its bytes says' SEC-FILE deploy/.env

# A key whose first line is spoilt, and a version that a delta makes of it: what is new in that is one character.
awk 'BEGIN { for (l = 0; l < 400; l++) print "line " l " of a text around a key" }' >lines
{ cat lines; sed '1s/PRIVATE/PRI~VATE/' leak; cat lines; } >spoilt
{ cat lines; cat leak; cat lines; } >mended
history mended
in_and_out mended spoilt src/d1/around.txt
in_and_out mended mended src/d1/around.txt
git -C agent repack -adfq
is "$(git -C agent cat-file --batch-check='%(deltabase)' <<-EOF | grep -c -v '^0*$'
	$(git -C agent hash-object "$PWD/spoilt")
	$(git -C agent hash-object "$PWD/mended")
EOF
)" 1 'one of a spoilt key and the key is stored as a delta on the other'
snap srv
push_as codex-bot agent origin mended:refs/heads/agent/mended
refused srv 'a key that one character of a delta mends is rejected' SEC-TXT src/d1/around.txt
is "$(json '.findings[0].line')" 401 'with the line'

# More than the first look holds at a time: the walk reads it.
{ head -c 14000000 /dev/zero | tr '\0' 'a'; echo; cat leak; } >big
history big
in_and_out big big data/big.txt
snap srv
push_as codex-bot agent origin big:refs/heads/agent/big
refused srv 'a key at the end of 14 MB is found' SEC-TXT data/big.txt
done_testing
