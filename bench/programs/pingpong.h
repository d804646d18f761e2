/* SPDX-License-Identifier: MIT */
/* Shared by the program and the row switch.pingpong. */
#pragma once

#define PINGPONG_ROUNDS 8   /* round trips in a sample */
#define PINGPONG_PAGES  512 /* upper bound */
