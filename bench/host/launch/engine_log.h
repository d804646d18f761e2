/* SPDX-License-Identifier: MIT */
/* What an engine said when it failed (engine.log of a launch), and what to do about it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum engine_log_cause { LOG_NOTHING, LOG_FAILED, LOG_STUCK, LOG_CPU_REFUSED };

/*
 * Looks for a known message in `directory`/engine.log. LOG_STUCK: the engine still runs, but its
 * guest has stopped. `text` gets the line of the message and what to do; it is unchanged for
 * LOG_NOTHING.
 */
enum engine_log_cause engine_log_explain(const char *directory, char *text, size_t size);
