#!/bin/sh
# A lockfile that brings in a vulnerable or malicious version is told so on the push, offline; a fixed version, and one that was there before, are not.
. "$(dirname "$0")/../lib/testlib.sh"

new_server srv
mkdir dump
record() { # ID SEVERITY NAME FIXED MODIFIED
	printf '{"id":"%s","modified":"%s","database_specific":{"severity":"%s"},"affected":[{"package":{"ecosystem":"npm","name":"%s"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}]}]}' \
		"$1" "$5" "$2" "$3" "$4" >"dump/$1.json"
}
today=$(date -u +%Y-%m-%dT%H:%M:%SZ)
record GHSA-high HIGH left-pad 1.3.0 "$today"
record GHSA-crit CRITICAL right-pad 2.0.0 "$today"
record MAL-2026-9 '' evil-pad 99.0.0 "$today"
rg osv import --repo srv.git dump
is "$STATUS" 0 'the dump is taken in'
new_clone srv agent codex-bot

lock() { # NAME VERSION...
	{
		printf '{"name":"app","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0","dependencies":{'
		_sep=
		for _p; do
			printf '%s"%s":"%s"' "$_sep" "${_p%@*}" "${_p#*@}"
			_sep=,
		done
		printf '}}'
		for _p; do
			printf ',"node_modules/%s":{"version":"%s","resolved":"https://registry.npmjs.org/%s/-/%s-%s.tgz","integrity":"sha512-%s=="}' \
				"${_p%@*}" "${_p#*@}" "${_p%@*}" "${_p%@*}" "${_p#*@}" "$(printf %s "$_p" | openssl dgst -sha512 -binary | openssl base64 -A | tr -d =)"
		done
		printf '}}'
	} >agent/package-lock.json
	{
		printf '{"name":"app","version":"1.0.0","dependencies":{'
		_sep=
		for _p; do
			printf '%s"%s":"%s"' "$_sep" "${_p%@*}" "${_p#*@}"
			_sep=,
		done
		printf '}}'
	} >agent/package.json
	git -C agent add -A
	git -C agent commit -q -m "$*"
}
vulns() { # of agent HEAD~1..HEAD, on main, as the server sees them
	git -C agent push -q "$T/srv.git" "HEAD:refs/heads/agent/probe" 2>/dev/null
	"$RG" check --repo srv.git --ref main --format json "$(oid agent HEAD~1)..$(oid agent HEAD)" >check.json
	jq -r '[.refs[].findings[] | select(.id == "DEP-VULN") | "\(.tier) \(.deny) \(.subject)"] | sort | join("; ")' check.json
}

lock left-pad@1.3.0 right-pad@2.0.0
is "$(vulns)" '' 'fixed versions are nothing'
lock left-pad@1.2.9 right-pad@2.0.0
is "$(vulns)" 'high false npm:left-pad@1.2.9:GHSA-high' 'a vulnerable one is'
lock left-pad@1.2.9 right-pad@2.0.1
is "$(vulns)" '' 'and is not told again while it stays'
lock left-pad@1.2.9 right-pad@1.0.0
is "$(vulns)" 'critical false npm:right-pad@1.0.0:GHSA-crit' 'a critical one is critical'
lock left-pad@1.3.0 right-pad@2.0.0 evil-pad@1.0.0
for ref in agent/evil main; do
	snap srv
	push_as codex-bot agent origin "HEAD:refs/heads/$ref"
	refused srv "a malicious one is rejected on $ref" DEP-VULN 'evil-pad (MAL-2026-9)'
done
git -C agent reset -q --hard HEAD~1

record GHSA-high HIGH left-pad 1.3.0 2020-01-01T00:00:00Z
record GHSA-crit CRITICAL right-pad 2.0.0 2020-01-01T00:00:00Z
rm dump/MAL-2026-9.json
rg osv import --repo srv.git dump
lock left-pad@1.3.1 right-pad@2.0.0
is "$(vulns)" 'low false osv:age' 'an old dump is told when dependencies change'
commit_file agent README.md more
is "$(vulns)" '' 'and not otherwise'
done_testing
