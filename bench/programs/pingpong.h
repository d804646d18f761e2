/* SPDX-License-Identifier: MIT */
/* What the program and the row switch.pingpong agree on. */
#pragma once

#define PINGPONG_ROUNDS 8   /* round trips in a sample */
#define PINGPONG_PAGES  512 /* at most */
