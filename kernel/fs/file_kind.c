/* SPDX-License-Identifier: MIT */
#include "fs/file_kind.h"

#include "lib/string.h"

#define MAGIC(at, text)  (at), sizeof(text) - 1, (text)
#define COMPRESSED(with) "data compressed with " with
#define UNPACK(command)  "unpack it first (" command ")"
#define MISPLACED        "a cpio archive at an offset that is no multiple of 4", "put zero bytes before it"
#define MAKE_NEWC        "make it anew (cpio -o -H newc)"

static const struct {
	size_t at, size;
	const char *magic;
	struct data_kind kind;
} kinds[] = {
	{ MAGIC(0, "\x1f\x8b"), { COMPRESSED("gzip"), UNPACK("gzip -dc") } },
	{ MAGIC(0, "\x1f\x9d"), { COMPRESSED("compress"), UNPACK("gzip -dc") } },
	{ MAGIC(0, "BZh"), { COMPRESSED("bzip2"), UNPACK("bzip2 -dc") } },
	{ MAGIC(0, "\xfd"
	           "7zXZ\0"),
	  { COMPRESSED("xz"), UNPACK("xz -dc") } },
	{ MAGIC(0, "]\0\0"), { COMPRESSED("lzma"), UNPACK("xz -dc --format=lzma") } },
	{ MAGIC(0, "\x89LZO\0"), { COMPRESSED("lzop"), UNPACK("lzop -dc") } },
	{ MAGIC(0, "\x02\x21\x4c\x18"), { COMPRESSED("lz4"), UNPACK("lz4 -dc") } },
	{ MAGIC(0, "\x04\x22\x4d\x18"), { COMPRESSED("lz4"), UNPACK("lz4 -dc") } },
	{ MAGIC(0, "\x28\xb5\x2f\xfd"), { COMPRESSED("zstd"), UNPACK("zstd -dc") } },
	{ MAGIC(0, "PK\x03\x04"), { "a zip archive", "unpack it, and make an archive (cpio -o -H newc)" } },
	{ MAGIC(257, "ustar"), { "a tar archive", "unpack it, and make an archive (cpio -o -H newc)" } },
	{ MAGIC(0, "070707"), { "a cpio archive of the odc format", MAKE_NEWC } },
	{ MAGIC(0, "\xc7\x71"), { "a cpio archive of the binary format", MAKE_NEWC } },
	{ MAGIC(0, "\x71\xc7"), { "a cpio archive of the binary format", MAKE_NEWC } },
	/*
	 * cpio.c unpacks archives of these two formats if they begin at a multiple of 4 bytes. Only
	 * an archive that begins elsewhere gets here.
	 */
	{ MAGIC(0, "070701"), { MISPLACED } },
	{ MAGIC(0, "070702"), { MISPLACED } },
};

const struct data_kind *file_kind(const void *bytes, size_t size)
{
	static const struct data_kind empty = { "empty", "give it a file" },
	                              unknown = { "no archive", "make one (cpio -o -H newc)" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (size >= kinds[i].at + kinds[i].size &&
		    memcmp((const char *)bytes + kinds[i].at, kinds[i].magic, kinds[i].size) == 0)
			return &kinds[i].kind;
	return size ? &unknown : &empty;
}

bool file_is_program(const void *bytes, size_t size)
{
	return (size >= 4 && memcmp(bytes,
	                            "\x7f"
	                            "ELF",
	                            4) == 0) ||
	       (size >= 2 && memcmp(bytes, "#!", 2) == 0);
}
