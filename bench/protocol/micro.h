/* SPDX-License-Identifier: MIT */
/* A constant of the probe loops (bench/guest/micro/) that bench/host/calibrate/ needs, too. */
#pragma once

/* Number of loads in a sample of micro.chase.*, unless the working set has more lines than this. */
#define MICRO_LOADS 8192
