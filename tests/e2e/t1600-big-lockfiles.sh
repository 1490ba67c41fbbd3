#!/bin/sh
# Lockfiles of 10 and 40 MB: one checksum and one host among 30,000 and more packages are found, the rest is silent, and the worker stays
# within 64 MiB.
# shellcheck source=tests/lib/testlib.sh
. "$(dirname "$0")/../lib/testlib.sh"

# big MEGABYTES CHANGED: an npm lockfile of about that size
big() {
	awk -v mb="$1" -v changed="$2" 'BEGIN {
		printf "{\n  \"name\": \"big\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\"dependencies\": {\"number-0\": \"1\"}}"
		for (i = 0; n < mb * 1048576; i++) {
			sum = sprintf("%08d", i); sum = sum sum sum sum sum sum sum sum sum sum "abcdef=="
			if (changed && i == 4321) sum = "B" substr(sum, 2)
			host = changed && i == 999 ? "r.example" : "registry.npmjs.org"
			e = sprintf(",\n    \"node_modules/number-%d\": {\n      \"version\": \"1.%d.%d\",\n      \"resolved\": \"https://%s/number-%d/-/number-%d-1.%d.%d.tgz\",\n      \"integrity\": \"sha512-%s\",\n      \"license\": \"MIT\",\n      \"dependencies\": {\n        \"number-%d\": \"1\",\n        \"number-%d\": \"1\"\n      },\n      \"engines\": {\n        \"node\": \">=12\"\n      }\n    }",
				i, i % 50, i % 7, host, i, i, i % 50, i % 7, sum, i + 1, i / 2)
			n += length(e)
			printf "%s", e
		}
		printf "\n  }\n}\n"
	}'
}

git init -q -b main "$T/repo"
ident "$T/repo" maker
cd "$T/repo" || exit 1
for mb in 10 40; do
	big "$mb" 0 >package-lock.json
	git add . && git commit -qm "$mb before"
	before=$(git rev-parse HEAD)
	big "$mb" 1 >package-lock.json
	git add . && git commit -qm "$mb after"
	if command -v /usr/bin/time >/dev/null; then
		run /usr/bin/time -o "$T/peak" -f %M "$RG" check --format json "$before..HEAD"
	else
		run "$RG" check --format json "$before..HEAD"
	fi
	is "$(tail -n 1 "$OUTFILE" | jq -r '[.refs[].findings[] | select(.id | startswith("DEP-")) | .id] | sort | join(" ")')" \
		'DEP-HASH DEP-ORPHAN DEP-SRC' "$mb MB: all that changed is told, and nothing else"
	is "$(tail -n 1 "$OUTFILE" | jq -r '[.refs[].findings[] | select(.id == "DEP-HASH") | .subject] | join(" ")')" \
		'npm number-4321@1.21.2' "$mb MB: the package with the other checksum"
	if [ -s "$T/peak" ]; then
		peak=$(tail -n 1 "$T/peak")
		yes "$mb MB: at most 64 MiB ($peak KiB)" test "$peak" -le 65536
	else
		skip "$mb MB: memory" 'no GNU time'
	fi
done
done_testing
