# "FILE.txt<TAB>name" lines, grouped and sorted -> rules/names.h's tables. The file's name is the ecosystem's.
BEGIN {
	FS = "\t"
	print "/* Made from rules/names; do not edit. */\n#include \"rules/names.h\"\n"
}
$2 == "" || $2 ~ /^#/ { next }
$1 != file {
	if (file)
		print "};"
	file = $1
	eco[++n] = substr(file, 1, length(file) - 4)
	print "static const char *const names_" n "[] = {"
}
{
	gsub(/[^A-Za-z0-9@\/._:+-]/, "", $2)
	print "\t\"" $2 "\","
	count[n]++
}
END {
	if (file)
		print "};"
	print "\nconst struct gate_name_list gate_names[] = {"
	for (i = 1; i <= n; i++)
		print "\t{ \"" eco[i] "\", names_" i ", " count[i] " },"
	print "\t{ 0 }\n};\nconst size_t gate_names_n = " n + 0 ";"
}
