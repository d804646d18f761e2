/* SPDX-License-Identifier: MIT */
/*
 * The mutator for cpio archives. It changes members as a whole: their order, names, file types,
 * sizes and links.
 */
#include "tests/fuzz/mutate.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER         110
#define MAGIC_DIGIT    5
#define INODE          6
#define MODE           14
#define LINKS          38
#define SIZE           54
#define NAME_SIZE      94
#define CHECK          102
#define MEMBERS_MAX    128
#define NAME_BYTES_MAX 1100

struct member {
	const uint8_t *header, *data;
	char name[NAME_BYTES_MAX];
	unsigned long mode, size, inode, links;
	char magic;             /* the last digit of the magic number */
	unsigned long wrong;    /* added to the checksum when it is written; 0: correct checksum */
	unsigned zeros;         /* zero bytes before the member if it begins an archive */
	bool begins_an_archive; /* it is the first member of an archive */
};

static const char trailer[] = "070701000000000000000000000000000000000000000100000000000000000000000000000000"
                              "0000000000000000"
                              "0000000B"
                              "00000000"
                              "TRAILER!!!\0\0\0";

static unsigned long field(const uint8_t *header, size_t at)
{
	char digits[9] = { 0 };

	memcpy(digits, header + at, 8);
	return strtoul(digits, NULL, 16);
}

/* Reads the members of all archives, up to the first damaged member. Returns their number. */
static size_t read_members(const uint8_t *bytes, size_t size, struct member *members)
{
	size_t count = 0, end = 0;
	bool begins = true;

	for (size_t at = 0; count < MEMBERS_MAX;) {
		struct member *m = &members[count];
		size_t name_at, name_size, data_at;

		if (begins)
			while (at < size && !bytes[at])
				at++;
		name_at = at + HEADER;
		if (name_at > size)
			break;
		m->header = bytes + at;
		m->magic = (char)m->header[MAGIC_DIGIT];
		m->wrong = 0;
		m->zeros = (unsigned)(at - end < 600 ? at - end : 600);
		m->begins_an_archive = begins;
		m->mode = field(m->header, MODE);
		m->size = field(m->header, SIZE);
		m->inode = field(m->header, INODE);
		m->links = field(m->header, LINKS);
		name_size = field(m->header, NAME_SIZE);
		data_at = (name_at + name_size + 3) & ~3UL;
		if (name_size == 0 || name_size >= NAME_BYTES_MAX || data_at > size ||
		    m->size > size - data_at)
			break;
		memcpy(m->name, bytes + name_at, name_size);
		m->name[name_size] = '\0';
		begins = strcmp(m->name, "TRAILER!!!") == 0;
		m->data = bytes + data_at;
		at = end = (data_at + m->size + 3) & ~3UL;
		if (!begins)
			count++;
	}
	return count;
}

static size_t write_trailer(uint8_t *bytes, size_t at, size_t most)
{
	if (at + sizeof trailer - 1 > most)
		return at;
	memcpy(bytes + at, trailer, sizeof trailer - 1);
	return at + sizeof trailer - 1;
}

static unsigned long sum_of(const struct member *m)
{
	unsigned long sum = m->wrong;

	for (size_t i = 0; i < m->size; i++)
		sum += m->data[i];
	return sum & 0xffffffff;
}

static size_t write_member(uint8_t *bytes, size_t at, size_t most, const struct member *m)
{
	size_t name_size = strlen(m->name) + 1, data_at;
	char digits[9];

	if (m->begins_an_archive && at)
		at = write_trailer(bytes, at, most);
	if (m->begins_an_archive && at + m->zeros <= most) {
		memset(bytes + at, 0, m->zeros);
		at += m->zeros;
	}
	data_at = (at + HEADER + name_size + 3) & ~3UL;
	if (data_at + m->size + 3 > most)
		return at;
	memset(bytes + at, 0, data_at - at);
	memcpy(bytes + at, m->header, HEADER);
	bytes[at + MAGIC_DIGIT] = (uint8_t)m->magic;
	if (m->magic == '2') {
		snprintf(digits, sizeof digits, "%08lX", sum_of(m));
		memcpy(bytes + at + CHECK, digits, 8);
	}
	snprintf(digits, sizeof digits, "%08lX", m->mode & 0xffffffff);
	memcpy(bytes + at + MODE, digits, 8);
	snprintf(digits, sizeof digits, "%08lX", m->inode & 0xffffffff);
	memcpy(bytes + at + INODE, digits, 8);
	snprintf(digits, sizeof digits, "%08lX", m->links & 0xffffffff);
	memcpy(bytes + at + LINKS, digits, 8);
	snprintf(digits, sizeof digits, "%08lX", m->size);
	memcpy(bytes + at + SIZE, digits, 8);
	snprintf(digits, sizeof digits, "%08zX", name_size);
	memcpy(bytes + at + NAME_SIZE, digits, 8);
	memcpy(bytes + at + HEADER, m->name, name_size);
	memcpy(bytes + data_at, m->data, m->size);
	return (data_at + m->size + 3) & ~3UL;
}

static void rename_member(struct mutation *m, struct member *member, const struct member *other)
{
	static const char *const names[] = {
		".",   "..", "./a",         "a/../b",   "/",       "a//b", "dev",
		"tmp", "",   "dev/console", "dev/null", "a/b/c/d", "a/.",  "a/"
	};
	char name[2 * NAME_BYTES_MAX];

	switch (pick(m, 5)) {
	case 0:
		snprintf(name, sizeof name, "%s", other->name);
		break;
	case 1:
		snprintf(name, sizeof name, "%s/%c", other->name, (char)('a' + pick(m, 26)));
		break;
	case 2:
		snprintf(name, sizeof name, "%s/%s", names[pick(m, 14)], member->name);
		break;
	case 3:
		memset(name, 'n', 300);
		name[252 + pick(m, 6)] = '\0';
		name[299] = '\0';
		break;
	default:
		snprintf(name, sizeof name, "%s", names[pick(m, 14)]);
	}
	name[NAME_BYTES_MAX - 1] = '\0';
	memcpy(member->name, name, NAME_BYTES_MAX);
}

/*
 * Changes, copies, swaps or removes a random member. The members' data is in the old input, which
 * ends at `end`. Returns the new number of members.
 */
static size_t change(struct mutation *m, struct member *members, size_t count, const uint8_t *end)
{
	static const unsigned long modes[] = {
		0100644, 0040755, 0120777, 0020666, 0010644, 0140777, 0107777
	};
	struct member *member = &members[pick(m, count)], *other = &members[pick(m, count)];
	static struct member copy;

	copy = *member;
	switch (pick(m, 9)) {
	case 7: /* changes the member's format, sometimes with a wrong checksum */
		member->magic = "1227"[pick(m, 4)];
		member->wrong = pick(m, 4) ? 0 : 1 + pick(m, 3);
		break;
	case 8: /* lets the member begin a new archive in 3 of 4 cases */
		member->begins_an_archive = pick(m, 4) > 0;
		member->zeros = (unsigned)(pick(m, 3) ? 4 * pick(m, 4) : pick(m, 10));
		break;
	case 0:
		member->mode = modes[pick(m, 7)];
		break;
	case 1:
		rename_member(m, member, other);
		break;
	case 2:
		if (count < MEMBERS_MAX)
			members[count++] = copy;
		break;
	case 3:
		*member = *other;
		*other = copy;
		break;
	case 4: /* turns both members into files, often two names of one file */
		member->mode = other->mode = modes[0];
		member->inode = other->inode = 1 + pick(m, 3);
		member->links = other->links = 1 + pick(m, 3);
		break;
	case 5:
		member->size = pick(m, 2) ? pick(m, 64) : pick(m, (size_t)(end - member->data) + 1);
		if (member->size > (size_t)(end - member->data))
			member->size = (size_t)(end - member->data);
		break;
	default:
		*member = members[--count];
	}
	return count;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
	static struct member members[MEMBERS_MAX];
	struct mutation m = { seed };
	uint8_t *old;
	size_t count, at = 0;

	if (pick(&m, 3) == 0)
		return LLVMFuzzerMutate(bytes, size, most);
	old = malloc(size + 1);
	if (!old)
		return size;
	memcpy(old, bytes, size);
	count = read_members(old, size, members);
	for (uint64_t n = 1 + pick(&m, 3); n > 0 && count; n--)
		count = change(&m, members, count, old + size);
	for (size_t i = 0; i < count; i++)
		at = write_member(bytes, at, most, &members[i]);
	if (pick(&m, 8))
		at = write_trailer(bytes, at, most);
	free(old);
	return at ? at : LLVMFuzzerMutate(bytes, size, most);
}
