/* SPDX-License-Identifier: MIT */
#include "tests/kernel/lost.h"

#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "output/console.h"

void memory_note(struct memory *memory)
{
	loader_trim();
	heap_count(&memory->heap);
	memory->free = frames_free();
	memory->beside = memory->free + memory->heap.slabs;
}

static void append(char *text, size_t size, size_t before, size_t after, const char *what, unsigned bytes)
{
	const size_t used = strlen(text);

	if (before == after)
		return;
	format_string(text + used, size - used, "%s%ld %s", used ? ", " : "", (long)(before - after), what);
	if (bytes)
		format_string(text + strlen(text), size - strlen(text), " of up to %u bytes", bytes);
}

const char *memory_lost(const struct memory *before)
{
	static char text[160];
	struct memory now;

	memory_note(&now);
	text[0] = '\0';
	append(text, sizeof text, before->beside, now.beside, "frames", 0);
	/*
	 * append() prints its first count minus its second. A leak leaves fewer free frames, but
	 * more objects. So for objects the count of `now` comes first.
	 */
	for (unsigned class = 0; class < HEAP_CLASSES; class ++)
		append(text, sizeof text, now.heap.objects[class], before->heap.objects[class], "objects",
		       HEAP_SMALLEST << class);
	if (!text[0])
		return NULL;
	format_string(text + strlen(text), sizeof text - strlen(text), " lost");
	return text;
}

const char *run_in_shortage(size_t first, size_t end, size_t step, void (*run)(size_t left))
{
	struct memory before;

	memory_note(&before);
	for (size_t left = first; left < end; left += step) {
		const char *lost;

		loader_trim();
		frames_set_reserve(frames_free() - left);
		run(left);
		frames_set_reserve(0);
		loader_trim();
		if (frames_free() != before.free && (lost = memory_lost(&before)))
			return lost;
	}
	return memory_lost(&before);
}
