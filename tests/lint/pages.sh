#!/bin/sh
# What the pages point to is there: relative links, the files and tests that docs/THREAT-MODEL.md names. No file names a place on
# somebody's machine.
. "$(dirname "$0")/lib"

links()
{
	text_files "$1" | grep '\.md$' | (cd "$1" && while read -r page; do
		grep -o '](\([^)]*\))' "$page" | sed 's/^](//; s/)$//; s/#.*//' | grep -v -e '^[a-z]*:' -e '^$' | sort -u | while read -r to; do
			[ -e "$(dirname "$page")/$to" ] || echo "$page: links to $to, which is not there"
		done
	done)
}

# In back-quotes: paths of the tree in docs/, README.md, CONTRIBUTING.md, AGENTS.md, and tests by the first word of their file names.
paths()
{
	(cd "$1" && for page in README.md CONTRIBUTING.md AGENTS.md SECURITY.md docs/*.md docs/adr/*.md; do
		grep -o '`[A-Za-z0-9_./*-]*`' "$page" | tr -d '`' | sort -u | while read -r name; do
			case $name in
			*NAME* | *NNNN* | *...*) continue ;; # stands for many
			hooks/* | objects/* | refs/* | */) continue ;; # of a git repository
			base/* | formats/* | rules/* | classifier/* | repo/* | sandbox/* | approval/* | audit/* | gate/* | cli/* | worker/* | docs/* | man/* | \
				demo/* | packaging/* | tests/*)
				ls -d $name >/dev/null 2>&1 || echo "$page: names $name, which is not there"
				;;
			t[0-9][0-9][0-9][0-9] | t[0-9][0-9][0-9][0-9]-*)
				ls -d tests/e2e/"$name"*.sh >/dev/null 2>&1 || echo "$page: names the test $name, which is not there"
				;;
			test_* | worker_test_*)
				[ -f "tests/unit/$name.c" ] || echo "$page: names the test $name, which is not there"
				;;
			esac
		done
	done)
}

# HOLES 1 to 32 each have a row, and a row names a file and a test or says that it is open.
holes()
{
	awk -F'|' '
		/^\| *[0-9]+ *\|/ {
			n = $2 + 0
			if (n in seen) print "docs/THREAT-MODEL.md: two rows " n
			seen[n] = 1
			if ($4 !~ /[a-z]+\// && $5 !~ /open/) print "docs/THREAT-MODEL.md: row " n " names no file"
			if ($5 !~ /`/ && $5 !~ /open/) print "docs/THREAT-MODEL.md: row " n " names no test and does not say open"
		}
		END { for (i = 1; i <= 32; i++) if (!(i in seen)) print "docs/THREAT-MODEL.md: no row " i }' "$1/docs/THREAT-MODEL.md"
}

# /home, /root, /Users and the like are somebody'\''s own; /srv/git, /etc/refgate and /usr are meant for everybody.
machine()
{
	text_files "$1" | grep -v '^tests/lint/pages.sh$' | (cd "$1" && xargs -d '\n' grep -nIE '(^|[^A-Za-z0-9_.$}-])/(home|root|Users|work|mnt|media)/[A-Za-z0-9_.-]' |
		grep -v -e '/home/git/' | sed 's/^/names a place on one machine: /')
}

clean "relative links lead somewhere" links "$root"
clean "files and tests that the pages name are there" paths "$root"
clean "docs/THREAT-MODEL.md has a row for each rule, with file and test, or open" holes "$root"
clean "no file names a place on somebody's machine" machine "$root"
tree t
echo 'see [this](docs/nowhere.md)' >>"$T/t/README.md"
caught "a link into nothing" "README.md: links to docs/nowhere.md" links "$T/t"
echo 'see `gate/nowhere.c`, `t9999` and `test_nothing`' >>"$T/t/docs/THREAT-MODEL.md"
caught "a file that is gone" "names gate/nowhere.c" paths "$T/t"
caught "an e2e test that is gone" "names the test t9999" paths "$T/t"
caught "a unit test that is gone" "names the test test_nothing" paths "$T/t"
sed -i '/^| *17 *|/d; s/^| *18 *|.*/| 18 | rule | | |/' "$T/t/docs/THREAT-MODEL.md"
caught "a rule without a row" "no row 17" holes "$T/t"
caught "a row without a test" "row 18 names no test" holes "$T/t"
echo 'int x; /* see /home/somebody/notes */' >>"$T/t/base/io.c"
caught "a place on somebody's machine" "base/io.c" machine "$T/t"
finish
