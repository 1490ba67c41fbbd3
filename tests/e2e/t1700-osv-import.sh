#!/bin/sh
# refgate osv import: a dump of osv.dev, as zip archives, folders or single records, becomes the one index of the repository; a bad dump
# leaves the old one.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
index=srv.git/refgate/osv

record() { # ID NAME FIXED
	printf '{"id":"%s","modified":"2026-11-20T10:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"%s"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}]}]}' "$@"
}

mkdir -p dump/npm dump/PyPI
record GHSA-aaaa left-pad 1.3.0 >dump/npm/GHSA-aaaa.json
record GHSA-bbbb right-pad 2.0.0 >dump/npm/GHSA-bbbb.json
printf '{"id":"PYSEC-1","modified":"2026-11-21T10:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"Foo"},"versions":["1.0"]}]}' >dump/PyPI/PYSEC-1.json
echo 'not a record' >dump/README.txt

rg osv import --repo srv.git dump
is "$STATUS" 0 'a folder is taken in'
is "$OUT" '3 records about 3 packages, the newest of 2026-11-21T10:00:00Z' 'with what was in it'
is "$(stat -c %a "$index")" 600 'for the owner of the repository alone'
cp "$index" kept

(cd dump/npm && python3 -c 'import zipfile,glob
z = zipfile.ZipFile("../../all.zip", "w", zipfile.ZIP_DEFLATED)
[z.write(f) for f in sorted(glob.glob("*.json"))]; z.writestr("note.txt", "x")')
rg osv import --repo srv.git all.zip dump/PyPI/PYSEC-1.json
is "$STATUS" 0 'an archive and a single record are taken in'
yes 'and make the same index' cmp -s "$index" kept

# The twins: the old index stays, byte for byte, and nothing is left beside it.
old_stays() {
	is "$STATUS" "$2" "$1 is refused"
	yes "  and the old index stays" cmp -s "$index" kept
	is "$(ls srv.git/refgate | grep -c 'osv\.')" 0 '  with nothing left beside it'
}
head -c 200 all.zip >cut.zip
rg osv import --repo srv.git cut.zip
old_stays 'a cut archive' 3
cp all.zip bad.zip
printf 'XXXX' | dd of=bad.zip bs=1 seek=60 conv=notrunc 2>/dev/null
rg osv import --repo srv.git bad.zip
old_stays 'a damaged archive' 3
mkdir empty
rg osv import --repo srv.git empty
old_stays 'a dump without records' 3
like "$OUT" 'no records of osv.dev there' 'and said so'
echo '{"id":' >dump/npm/broken.json
rg osv import --repo srv.git dump
old_stays 'a dump with a broken record' 3
like "$OUT" '1 records cannot be read .*broken.json.*--skip-broken' 'with its name and the way out'
rg osv import --repo srv.git --skip-broken dump
is "$STATUS" 0 'with --skip-broken the rest is taken in'
like "$OUT" '^3 records .*; 1 could not be read' 'and the broken one is counted'
rg osv import --repo srv.git nothing-there
is "$STATUS" 3 'a missing file is an error of the environment'
rg osv import --repo srv.git
is "$STATUS" 2 'no file is a usage error'
rg osv export --repo srv.git x
is "$STATUS" 2 'another verb too'
git init -q --bare plain.git
rg osv import --repo plain.git dump
isnt "$STATUS" 0 'a repository without a gate is refused'
like "$OUT" 'refgate init' 'with what to do'

# A damaged index refuses pushes instead of letting packages pass unseen, and says how to mend it.
new_clone srv agent codex-bot
commit_file agent a.txt one
printf 'RGOSV01\nxx' >"$index"
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
refused srv 'a push beside a damaged index is refused' 'osv import'
rm "$index"
push_as codex-bot agent origin HEAD:refs/heads/agent/x
landed srv 'and lands when there is none' refs/heads/agent/x "$(oid agent HEAD)"
done_testing
