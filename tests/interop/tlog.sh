#!/bin/sh
# Go's sumdb/note and sumdb/tlog read a log that refgate wrote, and refuse it when a byte changed.
# usage: tlog.sh PATH-OF-test_log. Prints ok, or skip: and what is missing; REFGATE_MUST_WORK=1 makes a skip a failure.
# Needs go and Debian's golang-golang-x-mod-dev.
set -eu

skip()
{
	echo "skip: $1"
	[ "${REFGATE_MUST_WORK:-0}" = 1 ] && exit 1
	exit 0
}

make_log=${1:?usage: tlog.sh PATH-OF-test_log}
here=$(cd "$(dirname "$0")" && pwd)
src=/usr/share/gocode/src/golang.org/x/mod
command -v go >/dev/null || skip "no go in PATH"
[ -d "$src/sumdb/tlog" ] || skip "no $src (package golang-golang-x-mod-dev)"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/gopath/src/golang.org/x"
# A GOPATH of our own: go may be newer than the package, and nothing is fetched.
ln -s "$src" "$tmp/gopath/src/golang.org/x/mod"
cp "$here/tlog_check.go" "$tmp/main.go"
(cd "$tmp" && GO111MODULE=off GOFLAGS= GOPROXY=off GOPATH="$tmp/gopath" GOCACHE="${GOCACHE:-$tmp/cache}" \
	go build -o "$tmp/check" main.go) || { echo "not ok: tlog_check.go does not build"; exit 1; }

refused()
{
	if "$tmp/check" "$@" >/dev/null 2>&1; then
		echo "not ok: a changed $what was taken"
		exit 1
	fi
}

for n in 2 3 64 1000; do
	"$make_log" --make "$tmp/log$n" "$n"
	"$tmp/check" "$tmp/log$n" "$tmp/log$n/proof" >/dev/null || { echo "not ok: log of $n entries"; exit 1; }
done

for what in log.jsonl checkpoint proof; do
	cp -r "$tmp/log64" "$tmp/bad"
	case $what in
	log.jsonl) sed -i 's/"n":17,/"n":18,/' "$tmp/bad/log.jsonl" ;;
	checkpoint) sed -i '2s/64/63/' "$tmp/bad/checkpoint" ;;
	proof) sed -i '2s/index .*/index 9/' "$tmp/bad/proof" ;;
	esac
	refused "$tmp/bad" "$tmp/bad/proof"
	rm -rf "$tmp/bad"
done
echo ok
