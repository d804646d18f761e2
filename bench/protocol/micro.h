/* SPDX-License-Identifier: MIT */
/* What the host must know of the probe loops (bench/guest/micro/) to read the table of a booted image. */
#pragma once

/* Loads in a sample of micro.chase.* if the working set has no more lines than that. */
#define MICRO_LOADS 8192
