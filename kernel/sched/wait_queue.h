/* SPDX-License-Identifier: MIT */
#pragma once

struct task;

/* Tasks that wait, in FIFO order (sched/wait.h). */
struct wait_queue {
	struct task *first, *last;
};
