/* SPDX-License-Identifier: MIT */
/* Constants of bench/programs/pingpong.c and of the benchmark switch.pingpong. */
#pragma once

#define PINGPONG_ROUNDS 8   /* round trips in a sample */
#define PINGPONG_PAGES  512 /* most pages that a task may touch */
