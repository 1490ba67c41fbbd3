#!/bin/sh
# HOLES 6: only a pack that git keeps shows what its deltas stood on, so that a repository whose git takes packs apart judges nothing.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
commit_file agent a one

# try WHAT KEY: refused, with the key and the way out
try() {
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/agent/x
	refused srv "$1" "$2 is not 1" 'refgate init'
	rg doctor srv.git
	is "$STATUS" 1 "$1: doctor says so"
	like "$OUT" "bad .*$2" "$1: doctor names it"
}
git -C srv.git config receive.unpackLimit 100
try 'receive.unpackLimit at its default' receive.unpacklimit
git -C srv.git config receive.unpackLimit 2
try 'receive.unpackLimit a little above' receive.unpacklimit
git -C srv.git config receive.unpackLimit 0
try 'receive.unpackLimit none' receive.unpacklimit
git -C srv.git config receive.unpackLimit -1
try 'receive.unpackLimit below' receive.unpacklimit
git -C srv.git config --unset receive.unpackLimit
try 'receive.unpackLimit unset' receive.unpacklimit
git -C srv.git config receive.unpackLimit 1
git -C srv.git config transfer.unpackLimit 100
try 'transfer.unpackLimit, which wins in this git' transfer.unpacklimit
git -C srv.git config receive.unpackLimit 7
rg init srv.git
is "$STATUS" 0 'init again repairs'
is "$(git -C srv.git config receive.unpackLimit) $(git -C srv.git config transfer.unpackLimit)" '1 1' 'both'
git -C srv.git config --unset transfer.unpackLimit
rg init srv.git
is "$(git -C srv.git config transfer.unpackLimit)" '' 'what nobody set is not set'
rg doctor srv.git
is "$STATUS" 0 'doctor is content'

before=$(git -C srv.git count-objects | cut -d ' ' -f 1)
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
landed srv 'the twin: with the setting it lands' refs/heads/agent/x "$(oid agent HEAD)"
is "$(git -C srv.git count-objects | cut -d ' ' -f 1)" "$before" 'as a pack'
done_testing
