/* SPDX-License-Identifier: MIT */
#pragma once

struct task;

/* Tasks that wait, in the order in which they came (sched/wait.h). */
struct wait_queue {
	struct task *first, *last;
};
