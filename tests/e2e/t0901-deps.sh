#!/bin/sh
# packaging/deps finds what is missing by asking, installs only that, says what it installs, and without root prints the command.
. "$(dirname "$0")/../lib/testlib.sh"

DEPS=$PROJECT/packaging/deps

# A machine of our own making: every program that the table asks for, a pkg-config that knows all but $MISSING, an apt-get that
# only takes notes and then makes the missing things known.
mkdir bin
for c in cc make ar git ssh-keygen sshd jq openssl python3 go; do
	printf '#!/bin/sh\nexit 0\n' >"bin/$c"
done
cat >bin/cc <<END
#!/bin/sh
echo "$T/libc.a"
END
cat >bin/pkg-config <<'END'
#!/bin/sh
for last; do :; done
case " $(cat missing) " in *" $last "*) exit 1 ;; esac
exit 0
END
cat >bin/apt-get <<'END'
#!/bin/sh
echo "$*" >>apt.log
case $1 in install) [ -e broken ] || : >missing ;; esac
END
cat >bin/id <<'END'
#!/bin/sh
cat uid
END
chmod +x bin/*
for c in sh cat tr sort sed dirname echo command; do
	p=$(command -v "$c") && [ -x "$p" ] && ln -s "$p" "bin/$c"
done
: >libc.a
: >missing
# The one file that the table asks for by its path is there or not as this machine has it.
[ -e /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] && GO= || GO=golang-golang-x-mod-dev

deps() {
	: >apt.log
	run env -i PATH="$T/bin" PKG_CONFIG="$T/bin/pkg-config" "$@"
}

echo 0 >uid
if [ -z "$GO" ]; then
	deps "$DEPS" check
	is "$STATUS" 0 'nothing is missing'
	like "$OUT" 'all that .check. needs is here' 'and that is said'
	is "$(cat apt.log)" '' 'apt is not called'
else
	skip 'nothing is missing' 'golang-golang-x-mod-dev is missing on this machine'
fi

echo 'libpcre2-8 cmocka' >missing
deps REFGATE_DEPS_DRY=1 "$DEPS" build
is "$OUT" 'libpcre2-dev' 'the build needs no cmocka'
deps "$DEPS" build
is "$STATUS" 0 'root: what is missing is installed'
like "$OUT" '^deps: installing libpcre2-dev$' 'it says what it installs'
is "$(tail -n 1 apt.log)" 'install -y --no-install-recommends libpcre2-dev' 'exactly that is installed'

echo 'cmocka' >missing
deps "$DEPS" check
is "$(tail -n 1 apt.log)" "install -y --no-install-recommends $(echo $GO libcmocka-dev)" 'the tests need cmocka'

echo 'libgit2' >missing
deps REFGATE_DEPS_DRY=1 "$DEPS" build
is "$OUT" 'libgit2-dev libhttp-parser-dev libmbedtls-dev libssh2-1-dev zlib1g-dev' 'libgit2 brings what a static link of it needs'
: >missing
mv bin/git bin/ssh-keygen .
deps REFGATE_DEPS_DRY=1 "$DEPS" demo
is "$OUT" 'git openssh-client' 'programs are asked for by name'
deps REFGATE_DEPS_DRY=1 "$DEPS" build
is "$OUT" 'git' 'the build needs no ssh-keygen'
mv git ssh-keygen bin/
rm libc.a
deps REFGATE_DEPS_DRY=1 "$DEPS" build
is "$OUT" 'libc6-dev' 'the static C library is looked for'
: >libc.a

# Without root: the command, exit 1, nothing done.
echo 'yaml-0.1 libsodium' >missing
echo 1000 >uid
deps "$DEPS" build
is "$STATUS" 1 'without root: exit 1'
like "$OUT" '^  sudo apt-get update && sudo apt-get install -y --no-install-recommends libsodium-dev libyaml-dev$' 'the exact command is printed'
is "$(cat apt.log)" '' 'and apt is not called'

# An installation that did not help is no success, nor is a machine without apt.
echo 0 >uid
touch broken
deps "$DEPS" build
is "$STATUS" 1 'still missing afterwards: exit 1'
like "$OUT" 'still not found after the installation: libsodium-dev libyaml-dev' 'and says what'
rm bin/apt-get
deps "$DEPS" build
is "$STATUS" 1 'no apt-get: exit 1'
like "$OUT" 'missing here, by their names in Debian: libsodium-dev libyaml-dev' 'with the names'
deps "$DEPS" everything
is "$STATUS" 2 'another word is a usage error'

# make stops with a hint where libraries are missing, except for the targets that install them.
run env PKG_CONFIG=false make -C "$PROJECT" O="$T/out" all
isnt "$STATUS" 0 'make without the libraries stops'
like "$OUT" 'missing libraries: libgit2 .*Run `make deps` first' 'and names them and the way'
run env PKG_CONFIG=false make -n -C "$PROJECT" O="$T/out" MAKE=true check demo
is "$STATUS" 0 'make check and make demo are not stopped before deps'
like "$OUT" '^packaging/deps check' 'they begin with deps'
run make -n -C "$PROJECT" O="$T/out" CLIENT=1
like "$OUT" 'CLIENT=1 .* is not in this version' 'CLIENT=1 is honest'
no 'nothing was built' [ -e "$T/out" ]
done_testing
