#!/bin/sh
# docs/RULES.md: each rule of the page loads, each case of the page passes; and a case that expects something else fails.
. "$(dirname "$0")/../lib/testlib.sh"

mkdir -p page/.refgate/rules page/.refgate/tests
awk '
/^```(yaml|before|after|expect) / {
	kind = substr($1, 4); name = $2
	if (kind == "yaml") out = "page/.refgate/" name
	else if (kind == "expect") out = "page/.refgate/tests/" name "/expect"
	else { at = index(name, "/"); out = "page/.refgate/tests/" substr(name, 1, at - 1) "/" kind substr(name, at) }
	folder = out; sub("/[^/]*$", "", folder); system("mkdir -p " folder)
	printf "" >out; next
}
/^```/ { if (out != "") close(out); out = ""; next }
out != "" { print >out }
' "$PROJECT/docs/RULES.md"
cat >page/.refgate/policy.yml <<'EOP'
version: 1
EOP
rules=$(grep -c '^```yaml rules/' "$PROJECT/docs/RULES.md")
cases=$(grep -c '^```expect ' "$PROJECT/docs/RULES.md")
yes "$rules rules and $cases cases stand on the page" test "$rules" -ge 5 -a "$cases" -ge "$rules"
"$RG" policy test page/.refgate >report 2>&1
is "$(grep -c '^not ok' report)" 0 'all cases of the page pass'
grep '^not ok' report | sed 's/^/# /'
is "$(grep -c '^ok' report)" "$cases" 'each case was run'
printf 'findings: [refund-limit]\n' >page/.refgate/tests/cors/expect
"$RG" policy test page/.refgate >report 2>&1
is "$(grep -c '^not ok cors' report)" 1 'a case that expects another finding fails'
done_testing
