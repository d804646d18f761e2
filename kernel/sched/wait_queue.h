/* SPDX-License-Identifier: MIT */
#pragma once

struct task;

/* A queue of blocked tasks, in FIFO order (sched/wait.h). */
struct wait_queue {
	struct task *first, *last;
};
