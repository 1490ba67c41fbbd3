#!/bin/sh
# A repository of 100,000 files: a one-commit push is judged like any other, and one that brings them all at once too.
. "$(dirname "$0")/../lib/testlib.sh"
FILES=100000

# 250 folders of 400 files each; the contents repeat, so that the objects are few and the trees are large.
stream() {
	awk -v n=$FILES -v branch="$1" 'BEGIN {
		for (i = 1; i <= 100; i++) printf "blob\nmark :%d\ndata 6\nfile%02d\n", i, i % 100
		printf "commit %s\nmark :1000\ncommitter seed <seed@example.com> 1700000000 +0000\ndata 4\nmany\n", branch
		for (i = 0; i < n; i++) printf "M 100644 :%d d%03d/s%d/file%05d.txt\n", i % 100 + 1, i % 250, i % 2, i
		print ""
	}'
}
git init -q --bare -b main srv.git
stream refs/heads/main | git -C srv.git fast-import --quiet
_keys
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init of a repository of 100,000 files'
is "$(git -C srv.git ls-tree -r --name-only main | grep -c '^d')" "$FILES" 'which really holds them'

git clone -q --bare srv.git agent
one_commit() {
	printf 'commit refs/heads/%s\ncommitter codex-bot <codex-bot@example.com> 1700000100 +0000\ndata 3\none\nfrom %s\nM 100644 inline %s\ndata 4\nmore\n\n' \
		"$1" "$2" "$3" | git -C agent fast-import --quiet --force
}
one_commit one "$(oid srv.git main)" d001/s1/file00001.txt
snap srv
push_as codex-bot agent "$T/srv.git" one:refs/heads/agent/one
landed srv 'one changed file of 100,000 lands on an open branch' refs/heads/agent/one "$(oid agent one)"
snap srv
push_as codex-bot agent "$T/srv.git" one:refs/heads/main
held srv 'and is held on main' 1
is "$(json '[.findings[].id]|join(" ")')" GATE-PROT 'with no finding but that main is protected'
mkdir home.alice
run env HOME="$T/home.alice" TEST_ACTOR=alice "$RG" approve --repo srv.git "$ID" --yes --as alice --key "$T/alice" -m ok
is "$(oid srv.git refs/heads/main)" "$(oid agent one)" 'and released'
clean_left srv

one_commit two "$(oid agent one)" d249/s1/.mcp.json
snap srv
push_as codex-bot agent "$T/srv.git" two:refs/heads/agent/two
held srv 'one file with a finding among 100,000 is found' 1
is "$(json '.findings[0].path')" d249/s1/.mcp.json 'by its path'

# All at once: an orphan history whose first commit brings every file.
stream refs/heads/bulk | sed 's/file\([0-9][0-9]\)$/bulk\1/' | git -C agent fast-import --quiet
snap srv
push_as codex-bot agent "$T/srv.git" bulk:refs/heads/agent/bulk
landed srv 'one push of 100,000 new files lands on an open branch' refs/heads/agent/bulk "$(oid agent bulk)"

# The twin: the same with one private key somewhere in it.
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
one_commit bulk2 "$(oid agent bulk)" d100/s0/keep
printf 'commit refs/heads/bulk2\ncommitter codex-bot <codex-bot@example.com> 1700000300 +0000\ndata 3\nkey\nfrom refs/heads/bulk2^0\nM 100644 inline d100/s0/deploy\ndata %s\n' \
	"$(wc -c <leak)" | cat - leak | git -C agent fast-import --quiet --force
snap srv
push_as codex-bot agent "$T/srv.git" bulk2:refs/heads/agent/bulk2
refused srv 'a private key among 100,000 files is found' d100/s0/deploy
done_testing
