#!/bin/sh
# The two executables are what docs/ARCHITECTURE.md says: refgate never links libgit2, refgate-worker carries no network code, both
# are small and hardened. Looks at the default, static build; `make LINK=dynamic` has the libraries' own code beside it.
. "$(dirname "$0")/lib"

symbols()
{
	nm "$1" 2>/dev/null | awk '{ print $NF }'
}

dynamic()
{
	readelf -dW "$1" 2>/dev/null | grep -q '(NEEDED)'
}

# forbidden PROGRAM PATTERN WORDS
forbidden()
{
	symbols "$1" >"$T/symbols"
	grep -qx main "$T/symbols" || echo "${1##*/} has no symbol table, so nothing can be told"
	grep -E "^($2)" "$T/symbols" | sed "s/^/${1##*/} $3: /"
	readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -E 'libgit2|libssh|libcurl|mbed' | sed "s/^/${1##*/} $3: /"
}

no_libgit2()
{
	forbidden "$1" 'git_|git__|libssh2_|mbedtls_|http_parser_' 'links libgit2'
}

# What libgit2's ssh, https and git transports need: sockets that resolve names, TLS, ssh. git_remote_* are there, and reach nothing.
no_network()
{
	forbidden "$1" 'libssh2_|mbedtls_(ssl|x509|net|pk)_|getaddrinfo$|git_socket_stream_|git_http_client_|git_tls_stream_new' 'can reach a network'
}

# small PROGRAM BYTES: code and data as they are loaded.
small()
{
	size "$1" | awk -v max="$2" -v p="${1##*/}" 'NR == 2 && $1 + $2 > max { print p " has " $1 + $2 " bytes of code and data, over " max }'
}

hardened()
{
	readelf -hW "$1" | grep -q 'Type: *DYN' || echo "${1##*/} is not position independent"
	readelf -lW "$1" | grep -q GNU_RELRO || echo "${1##*/} has no RELRO"
	readelf -dW "$1" | grep -qE 'BIND_NOW|Flags:.*NOW' || echo "${1##*/} binds lazily"
	readelf -lW "$1" | grep -E 'GNU_STACK.*RWE' >/dev/null && echo "${1##*/} has an executable stack"
	readelf -lW "$1" | grep -E 'LOAD.*RWE' >/dev/null && echo "${1##*/} has a segment that is writable and executable"
	symbols "$1" | grep -q '__stack_chk_fail' || echo "${1##*/} has no stack protector"
}

for p in refgate refgate-worker; do
	[ -x "$build/$p" ] && continue
	echo "# $build/$p is not there: run make first"
	report "not ok" "$p is built"
done
clean "refgate links no libgit2" no_libgit2 "$build/refgate"
if dynamic "$build/refgate-worker"; then
	count=$((count + 1))
	echo "ok $count - refgate-worker carries no network code # SKIP a dynamic build loads libgit2 with its transports"
else
	clean "refgate-worker carries no network code" no_network "$build/refgate-worker"
fi
clean "refgate is small" small "$build/refgate" 6000000
clean "refgate-worker is small" small "$build/refgate-worker" 7000000
clean "refgate is hardened" hardened "$build/refgate"
clean "refgate-worker is hardened" hardened "$build/refgate-worker"

plant()
{
	echo "$2" | ${CC:-cc} -x c - -o "$T/$1" -w -g0 -no-pie -z norelro -z lazy -z execstack -fno-stack-protector
}
plant one 'int git_libgit2_init(void) { return 0; } int main(void) { return git_libgit2_init(); }'
caught "libgit2 in refgate" "one links libgit2: git_libgit2_init" no_libgit2 "$T/one"
plant two 'int libssh2_init(int f) { return f; } int main(void) { return libssh2_init(0); }'
caught "a transport in refgate-worker" "two can reach a network: libssh2_init" no_network "$T/two"
plant three 'char big[7500000] = { 1 }; int main(void) { return big[9]; }'
caught "a program that grew" "three has" small "$T/three" 3500000
caught "a program that is not position independent" "one is not position independent" hardened "$T/one"
caught "an executable stack" "one has an executable stack" hardened "$T/one"
caught "lazy binding" "one binds lazily" hardened "$T/one"
caught "no RELRO" "one has no RELRO" hardened "$T/one"
strip "$T/one"
caught "a program without symbols" "nothing can be told" no_libgit2 "$T/one"
finish
