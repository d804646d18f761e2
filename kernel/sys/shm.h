/* SPDX-License-Identifier: MIT */
/* System V shared memory, which programs find by keys; the calls are in sys/calls.def. */
#pragma once

#include <stdbool.h>

#define IPC_PRIVATE  0 /* values from uapi/linux/ipc.h and shm.h */
#define IPC_CREAT    01000
#define IPC_EXCL     02000
#define IPC_RMID     0
#define IPC_SET      1
#define IPC_STAT     2
#define SHM_RDONLY   010000
#define SHM_RND      020000
#define SHM_REMAP    040000
#define SHM_EXEC     0100000

#define SEGMENTS_MAX 64

/* For tests: removes all segments as IPC_RMID does. */
void shm_remove_all(void);

/* For experiments: if true, owners and modes are not checked. */
extern bool shm_unprotected;
