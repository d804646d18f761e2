/* SPDX-License-Identifier: MIT */
/* The register of margins, bench/claims/register.txt. docs/claims.md describes it. */
#pragma once

#include <stddef.h>

#define MARGIN_SET_MAX 120

/*
 * Writes when the margin of the claim `id` was set, according to the register in the folder `dir`:
 * "in 2b52ba8, before the experiment", for example. If the entry has `this` in place of a revision,
 * asks git for the revision that added the entry. If git does not know that revision, writes the
 * number of the entry instead. Writes "" if the register has no entry for the claim, or if there is
 * no register.
 */
void claim_register_find(const char *dir, int id, char text[MARGIN_SET_MAX]);
