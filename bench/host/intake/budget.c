/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/budget.h"

#define TEXT(number)  TEXT_(number)
#define TEXT_(number) #number

static const char *take_bytes(struct budget *budget, size_t bytes)
{
	budget->text_bytes += bytes;
	return budget->text_bytes > BUDGET_TEXT_BYTES ? "16 MiB of text" : NULL;
}

const char *budget_text(struct budget *budget, size_t bytes)
{
	if (budget->texts++ >= BUDGET_TEXTS)
		return TEXT(BUDGET_TEXTS) " checks, tests, skipped rows and facts";
	return take_bytes(budget, bytes);
}

const char *budget_values(struct budget *budget, uint64_t values, size_t bytes)
{
	budget->values += values;
	if (budget->values > BUDGET_VALUES)
		return TEXT(BUDGET_VALUES) " values";
	return take_bytes(budget, bytes);
}
