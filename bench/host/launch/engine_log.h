/* SPDX-License-Identifier: MIT */
/* The message of an engine that failed (engine.log of a launch), and what to do about it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum engine_log_cause { LOG_NOTHING, LOG_FAILED, LOG_STUCK, LOG_CPU_REFUSED };

/*
 * Looks for a known message in `directory`/engine.log. LOG_STUCK means that the engine still runs
 * but its guest has stopped. `text` gets the message's line and what to do; it is unchanged for
 * LOG_NOTHING.
 */
enum engine_log_cause engine_log_explain(const char *directory, char *text, size_t size);
