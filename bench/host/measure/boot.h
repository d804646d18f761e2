/* SPDX-License-Identifier: MIT */
/* One boot of somebody's kernel: starts the machine, stores the counts, and finds out how it ended. */
#pragma once

#include "bench/host/measure/request.h"
#include "bench/host/store/store.h"

#define BOOT_WHY_MAX 600

enum { BOOT_FIRST_USER = REQUEST_REGIONS_MAX, BOOT_REGIONS_MAX = BOOT_FIRST_USER + PLAN_SYSCALL + 1 };

/* What became of a region. */
struct boot_region {
	int64_t opened, closed, lost; /* numbers of calls that the library reports at the end, or -1 */
	int64_t others;               /* how often the function's address held other code when executed */
	bool right;                   /* at least once the address held the function's own code */
	int64_t stored;               /* number of calls that are in the database */
	bool attributed;              /* the database also says which functions these calls executed */
};

struct boot {
	const char *state;         /* complete | failed | cut short | timed out */
	char reason[BOOT_WHY_MAX]; /* "" if complete */
	int status;                /* exit status of Bochs, or 128 + signal */
	int64_t marks;             /* number of regions that the guest marked and that are in the database */
	bool refused;              /* the library reported that its input is wrong */
	double seconds;
	/* The regions of the request, then the entries from user mode through each vector and through
	 * SYSCALL. */
	struct boot_region region[BOOT_REGIONS_MAX];
};

/* Writes the name of a region: that of the request, user.vector-N or user.syscall. */
void boot_region_name(const struct request *request, size_t index, char name[NAME_SIZE]);

/* Boots the machine in the folder `directory` with this plan, and stores each call as a sample of
 * the launch. Returns 0, or -1 with the reason in boot->reason if Bochs could not be started. */
int boot_run(const struct request *request, const char *directory, const char *plan, struct store *store,
             int64_t launch, struct boot *boot);
