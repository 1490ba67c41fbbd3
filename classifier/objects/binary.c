#include "classifier/objects/binary.h"

#include "classifier/text/place.h"

#include <string.h>

/* First bytes, from the formats' own descriptions. */
struct magic {
	const char *kind;
	uint16_t at;
	uint8_t n;
	const char *bytes;
};

static const struct magic magics[] = {
	{ "ELF", 0, 4, "\177ELF" },
	{ "Mach-O", 0, 4, "\xfe\xed\xfa\xce" },
	{ "Mach-O", 0, 4, "\xfe\xed\xfa\xcf" },
	{ "Mach-O", 0, 4, "\xce\xfa\xed\xfe" },
	{ "Mach-O", 0, 4, "\xcf\xfa\xed\xfe" },
	{ "Java class or Mach-O", 0, 4, "\xca\xfe\xba\xbe" },
	{ "Mach-O", 0, 4, "\xbe\xba\xfe\xca" },
	{ "Java pack200", 0, 4, "\xca\xfe\xd0\x0d" },
	{ "WebAssembly", 0, 4, "\0asm" },
	{ "Dalvik", 0, 4, "dex\n" },
	{ "LLVM bitcode", 0, 4, "BC\xc0\xde" },
	{ "Lua bytecode", 0, 4, "\033Lua" },
	{ "LuaJIT bytecode", 0, 3, "\033LJ" },
	{ "zip or jar", 0, 4, "PK\003\004" },
	{ "zip", 0, 4, "PK\005\006" },
	{ "zip", 0, 4, "PK\007\010" },
	{ "static library", 0, 8, "!<arch>\n" },
	{ "static library", 0, 8, "!<thin>\n" },
	{ "tar", 257, 5, "ustar" },
	{ "gzip", 0, 3, "\x1f\x8b\x08" },
	{ "compress", 0, 2, "\x1f\x9d" },
	{ "bzip2", 4, 6, "1AY&SY" },
	{ "xz", 0, 6, "\xfd" "7zXZ\0" },
	{ "lzip", 0, 4, "LZIP" },
	{ "lz4", 0, 4, "\x04\x22\x4d\x18" },
	{ "zstd", 0, 4, "\x28\xb5\x2f\xfd" },
	{ "lzma", 0, 5, "\x5d\0\0\x80\0" },
	{ "lzma", 0, 5, "\x5d\0\0\0\x01" },
	{ "lzop", 0, 6, "\x89LZO\0\r" },
	{ "7z", 0, 6, "7z\xbc\xaf\x27\x1c" },
	{ "rar", 0, 6, "Rar!\x1a\x07" },
	{ "cab", 0, 4, "MSCF" },
	{ "rpm", 0, 4, "\xed\xab\xee\xdb" },
	{ "xar", 0, 4, "xar!" },
	{ "cpio", 0, 6, "070701" },
	{ "cpio", 0, 6, "070702" },
	{ "cpio", 0, 6, "070707" },
	{ "chrome extension", 0, 4, "Cr24" },
	{ "squashfs", 0, 4, "hsqs" },
	{ "disk image", 32769, 5, "CD001" },
	{ "virtual disk", 0, 4, "QFI\xfb" },
	{ "Windows shortcut", 0, 8, "\x4c\0\0\0\x01\x14\x02\0" },
	{ "compound document or installer", 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" },
	{ "Flash", 0, 3, "CWS" },
	{ "Flash", 0, 3, "FWS" },
	{ "Java objects", 0, 4, "\xac\xed\0\x05" },
	{ "Java key store", 0, 4, "\xfe\xed\xfe\xed" },
	{ "git pack", 0, 4, "PACK" },
	{ "git bundle", 0, 6, "# v2 g" },
	{ "git bundle", 0, 6, "# v3 g" },
};

static uint32_t le32(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* "MZ", and either the newer header where it says or bytes that no text has. */
static bool is_pe(const char *s, size_t len)
{
	uint32_t at;

	if (len < 64 || memcmp(s, "MZ", 2) != 0)
		return false;
	at = le32(s + 60);
	return (at < len - 1 && (memcmp(s + at, "PE", 2) == 0 || memcmp(s + at, "NE", 2) == 0)) || memchr(s, '\0', 64) != NULL;
}

/* CPython's magic numbers: 20xxx-62xxx of version 1 and 2, 3000-3999 of version 3, then CR LF. */
static bool is_pyc(const char *s, size_t len)
{
	uint32_t magic = len >= 12 ? le32(s) : 0;
	uint32_t version = magic & 0xffff;

	return magic >> 16 == 0x0a0d && ((version >= 3000 && version < 4000) || (version >= 50000 && version < 63000)) &&
	       memchr(s, '\0', len < 16 ? len : 16) != NULL;
}

/* Python objects that run code when they are read: protocol 2 to 5, ending with STOP. */
static bool is_pickle(const char *s, size_t len)
{
	return len > 4 && (unsigned char)s[0] == 0x80 && s[1] >= 2 && s[1] <= 5 && s[len - 1] == '.';
}

const char *gate_binary_kind(const char *s, size_t len)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(magics); i++) {
		const struct magic *m = &magics[i];

		if (len >= (size_t)m->at + m->n && memcmp(s + m->at, m->bytes, m->n) == 0 &&
		    (m->n > 3 || len < 64 || memchr(s, '\0', len < 512 ? len : 512) != NULL))
			return m->kind;
	}
	if (is_pe(s, len))
		return "Windows program";
	if (is_pyc(s, len))
		return "Python bytecode";
	return is_pickle(s, len) ? "Python pickle" : NULL;
}

/* Pictures, sounds, fonts, videos and the like, which are no programs. */
static bool is_media(const char *s, size_t len)
{
	static const struct magic media[] = {
		{ "", 0, 4, "\x89PNG" },   { "", 0, 3, "\xff\xd8\xff" }, { "", 0, 4, "GIF8" },	 { "", 0, 4, "RIFF" },
		{ "", 0, 4, "\0\0\x01\0" }, { "", 0, 4, "\0\0\x02\0" },	 { "", 0, 2, "BM" },	 { "", 0, 4, "II*\0" },
		{ "", 0, 4, "MM\0*" },	   { "", 0, 3, "ID3" },		 { "", 0, 2, "\xff\xfb" }, { "", 0, 4, "OggS" },
		{ "", 0, 4, "fLaC" },	   { "", 4, 4, "ftyp" },	 { "", 0, 4, "\x1a\x45\xdf\xa3" }, { "", 0, 4, "wOFF" },
		{ "", 0, 4, "wOF2" },	   { "", 0, 4, "OTTO" },	 { "", 0, 5, "\0\x01\0\0\0" }, { "", 0, 4, "true" },
		{ "", 0, 5, "%PDF-" },	   { "", 0, 4, "8BPS" },	 { "", 0, 4, "icns" },	 { "", 0, 4, "\xde\x12\x04\x95" },
		{ "", 0, 4, "\x95\x04\x12\xde" }, { "", 0, 2, "\xfe\xff" }, { "", 0, 2, "\xff\xfe" }, { "", 0, 4, "ttcf" },
		{ "", 0, 4, "TZif" },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(media); i++) {
		if (len >= (size_t)media[i].at + media[i].n && memcmp(s + media[i].at, media[i].bytes, media[i].n) == 0)
			return true;
	}
	return false;
}

bool gate_binary_peek(struct gate_detect *d, const struct gate_peek *p)
{
	(void)d;
	return p->len && (gate_binary_kind(p->bytes, p->len) ||
			  (memchr(p->bytes, '\0', p->len < 8000 ? p->len : 8000) && !is_media(p->bytes, p->len)));
}

int gate_binary_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	static const struct gate_weight high = { GATE_TIER_HIGH, 50000, false };
	struct gate_sighting s = { .id = "GIT-BIN", .path = o->path, .commit = o->commit };
	bool source;

	if (!o->bytes || !o->len)
		return 0;
	s.new_value = gate_binary_kind(o->bytes, o->len);
	if (s.new_value)
		return gate_detect_add(d, change, &s, err);
	if (!memchr(o->bytes, '\0', o->len < 8000 ? o->len : 8000) || is_media(o->bytes, o->len))
		return 0;
	s.new_value = "unknown";
	source = gate_place_is_source(o->path);
	s.at_most = source ? &high : &medium;
	s.message = source ? "a source file with a NUL in it: git shows it as binary, so that no review shows its lines" :
			     "a binary file of no known kind: nobody can read what it holds";
	return gate_detect_add(d, change, &s, err);
}

#define POINTER "version https://git-lfs.github.com/spec/v1"

static bool is_pointer(const char *s, size_t len)
{
	return len >= sizeof(POINTER) - 1 && len <= 2048 && memcmp(s, POINTER, sizeof(POINTER) - 1) == 0;
}

bool gate_lfs_peek(struct gate_detect *d, const struct gate_peek *p)
{
	(void)d;
	return is_pointer(p->bytes, p->len);
}

bool gate_lfs_bound(struct gate_detect *d, const char *path)
{
	(void)d;
	return gate_place_is_media(path);
}

/* Whether a parent has the content that the pointer, or a pointer to the content that the file, replaces. */
static bool swapped(struct gate_detect *d, const struct gate_object *o, bool pointer, bool *had)
{
	for (size_t i = 0; i < o->n_olds; i++) {
		struct gate_err why = { 0 };
		const char *s;
		size_t len;

		if (!gate_mode_is_file(o->olds[i].mode) || !d->load)
			continue;
		*had = true;
		if (d->load(d->load_arg, o->olds[i].oid, &s, &len, &why) < 0)
			continue;
		if (is_pointer(s, len) != pointer)
			return true;
	}
	return false;
}

int gate_lfs_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	struct gate_sighting s = { .id = "GIT-LFS", .path = o->path, .commit = o->commit, .at_most = &medium };
	bool had = false, pointer = o->bytes && is_pointer(o->bytes, o->len), swap;

	if (!o->bytes || (!pointer && !o->n_olds) || (!pointer && o->len > GATE_COMPARE_MAX))
		return 0;
	if (!pointer && !gate_place_is_media(o->path)) /* costs a look at the old version: where pointers are likely, or were */
		return 0;
	swap = swapped(d, o, pointer, &had);
	if (!pointer && !swap)
		return 0;
	s.old_value = !had ? "absent" : swap == pointer ? "content" : "pointer";
	s.new_value = pointer ? "pointer" : "content";
	s.at_most = swap && gate_place_is_source(o->path) ? NULL : &medium;
	return gate_detect_add(d, change, &s, err);
}
