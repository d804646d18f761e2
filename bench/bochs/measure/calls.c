/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/calls.h"

#include <stdlib.h>
#include <string.h>

/* RET n removes up to this many bytes of arguments. */
enum { ARGUMENTS_MAX_BYTES = 1024 };

static void watch(struct calls *calls, const struct call *call, int by)
{
	if (call->kind == CALL_RETURNS)
		calls->watched[call->to % CALLS_WATCHED] += (uint16_t)by;
}

struct call *calls_add(struct calls *calls, const struct call *call)
{
	if (calls->count == calls->room) {
		size_t room = calls->room ? 2 * calls->room : 16;
		struct call *item = reallocarray(calls->item, room, sizeof *item);

		if (!item)
			return NULL;
		calls->item = item;
		calls->room = room;
	}
	calls->item[calls->count] = *call;
	watch(calls, call, 1);
	return &calls->item[calls->count++];
}

void calls_remove(struct calls *calls, size_t index)
{
	watch(calls, &calls->item[index], -1);
	calls->count--;
	memmove(&calls->item[index], &calls->item[index + 1], (calls->count - index) * sizeof calls->item[0]);
}

int calls_returned(const struct calls *calls, uint64_t rip, uint64_t rsp, calls_place *place, void *context)
{
	uint64_t nearest = ARGUMENTS_MAX_BYTES;
	int found = -1;

	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->item[i];
		uint64_t above = rsp - call->slot - call->word;

		if (call->kind != CALL_RETURNS || call->to != rip || above >= nearest)
			continue;
		if (place(context, call->slot) != call->place)
			continue;
		nearest = above;
		found = (int)i;
	}
	/* If several calls have this slot, the one that was entered last ends first. */
	for (size_t i = found < 0 ? calls->count : (size_t)found + 1; i < calls->count; i++)
		if (calls->item[i].kind == CALL_RETURNS && calls->item[i].to == rip &&
		    calls->item[i].place == calls->item[found].place)
			found = (int)i;
	return found;
}

int calls_resumed(const struct calls *calls, uint64_t rsp)
{
	for (size_t i = calls->count; i-- > 0;)
		if (calls->item[i].kind == CALL_RESUMES && calls->item[i].rsp == rsp)
			return (int)i;
	return -1;
}

int calls_left(const struct calls *calls, uint64_t rip, uint64_t rsp, uint64_t cr3)
{
	int latest = -1, latest_of_space = -1;
	bool copied = false;

	for (size_t i = calls->count; i-- > 0;) {
		const struct call *call = &calls->item[i];
		bool same_space = call->cr3 == cr3;

		if (call->kind != CALL_LEAVES)
			continue;
		if (call->to == rip && call->rsp == rsp && same_space)
			return (int)i;
		copied = copied || (call->to == rip && call->rsp == rsp);
		if (latest < 0)
			latest = (int)i;
		if (latest_of_space < 0 && same_space)
			latest_of_space = (int)i;
	}
	return copied ? -1 : latest_of_space >= 0 ? latest_of_space : latest;
}

int calls_overwritten(const struct calls *calls, unsigned region, uint64_t place, bool jumped)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->item[i];

		if (call->place == place && call->kind <= CALL_RESUMES && (!jumped || call->region == region))
			return (int)i;
	}
	return -1;
}

int calls_of(const struct calls *calls, unsigned region)
{
	for (size_t i = calls->count; i-- > 0;)
		if (calls->item[i].region == region)
			return (int)i;
	return -1;
}

int calls_of_entry(const struct calls *calls, uint64_t entry)
{
	for (size_t i = calls->count; i-- > 0;)
		if (calls->item[i].kind == CALL_LEAVES && calls->item[i].entry == entry)
			return (int)i;
	return -1;
}
