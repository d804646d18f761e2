/* SPDX-License-Identifier: MIT */
/* What the host must know of the probe loops (bench/guest/micro/) to read a booted image's table. */
#pragma once

/* Number of loads in a sample of micro.chase.*, unless the working set has more lines than this. */
#define MICRO_LOADS 8192
