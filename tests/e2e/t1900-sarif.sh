#!/bin/sh
# check --format sarif: SARIF 2.1.0 that code scanning pages read; every finding of --format json stands in it once.
. "$(dirname "$0")/../lib/testlib.sh"

# The faults of a document, by the facts in tests/lib/sarif.jq; by the whole OASIS schema as well where REFGATE_SARIF_SCHEMA names it
# and python3 has jsonschema (it is not in Debian).
faults() {
	jq -r -f "$PROJECT/tests/lib/sarif.jq" "$1"
	if [ -n "${REFGATE_SARIF_SCHEMA-}" ]; then
		python3 -c 'import json,sys,jsonschema
for e in jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).iter_errors(json.load(open(sys.argv[2]))): print(e.message)' \
			"$REFGATE_SARIF_SCHEMA" "$1"
	fi
}

git init -q -b main app
ident app dev
commit_file app README.md one
one=$(oid app HEAD)
commit_file app CODEOWNERS '* @alice' # new
commit_file app 'a dir/ümlaut%.tf' 'x'
mkdir -p app/.github/workflows
commit_file app .github/workflows/ci.yml 'on: push'
commit_file app '.githooks/pre-commit' '#!/bin/sh'
name=$(printf 'bad\377name.key')
commit_file app "$name" data "a name that is no UTF-8"

rg check --repo app --format sarif "$one..HEAD"
is "$STATUS" 1 'the exit code is that of the verdict'
cp "$OUTFILE" found.sarif
is "$(faults found.sarif)" '' 'the document has no fault'
rg check --repo app --format json "$one..HEAD"
jq -S '[.refs[].findings[] | [.id, .subject, .points]] | sort' <"$OUTFILE" >json.list
jq -S '[.runs[0].results[] | [.ruleId, .properties.subject, .properties.points]] | sort' <found.sarif >sarif.list
isnt "$(jq length json.list)" 0 'there are findings'
yes 'each finding of the JSON stands in it once, with its points' cmp -s json.list sarif.list
is "$(jq -r '[.runs[0].results[].locations[].physicalLocation.artifactLocation.uri] | map(select(test("%FF"))) | unique | join(" ")' found.sarif)" \
	'bad%FFname.key' 'a path that is no UTF-8 is a URI'
is "$(jq -r '[.runs[0].results[] | select(.properties.tier == "critical" or .properties.tier == "high") | .level] | unique | join(" ")' found.sarif)" \
	error 'what a person must sign for is an error'
is "$(jq -r '[.runs[0].results[] | .partialFingerprints["refgateSubject/v1"]] | (unique | length) == length' found.sarif)" true \
	'each finding has a fingerprint of its own'

rg check --repo app --format sarif --ref topic "$(oid app HEAD~4)..$(oid app HEAD~4)"
cp "$OUTFILE" none.sarif
is "$(faults none.sarif)" '' 'a document without results is valid too'

# The twins: the test sees a fault, and other formats are refused by name.
jq '.runs[0].results[0].escaped = true' found.sarif >bad.sarif
isnt "$(faults bad.sarif)" '' 'a key that SARIF does not know is seen'
jq 'del(.runs[0].tool.driver.name)' found.sarif >bad.sarif
isnt "$(faults bad.sarif)" '' 'a missing key is seen'
rg check --repo app --format xml "$one..HEAD"
is "$STATUS" 2 'another format is a usage error'
like "$OUT" 'check --format: text, json, sarif' 'and those that there are are named'
rg queue --repo app --format sarif
is "$STATUS" 2 'a command without SARIF says so'
like "$OUT" 'queue --format: text, json$' 'and names what it has'
done_testing
