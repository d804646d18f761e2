/* SPDX-License-Identifier: MIT */
/* Finds out from a launch's engine.log why the engine failed, and what the user can do about it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum engine_log_cause { LOG_NOTHING, LOG_FAILED, LOG_STUCK, LOG_CPU_REFUSED };

/*
 * Looks for a known message in `directory`/engine.log and writes its line, with advice, to `text`.
 *
 * Returns LOG_FAILED if the engine failed, LOG_STUCK if it still runs but its guest has stopped,
 * LOG_CPU_REFUSED if it refuses the CPU model, or LOG_NOTHING, with `text` unchanged, if there is
 * no known message.
 */
enum engine_log_cause engine_log_explain(const char *directory, char *text, size_t size);
