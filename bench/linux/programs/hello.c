/* SPDX-License-Identifier: MIT */
/* archive.sh compiles this program with the host's C compilers and static C libraries. It uses
 * thread-local storage, malloc(), a maths function, the environment and errno, and exits with
 * status 7. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local int counter = 40;

int main(int argc, char **argv, char **envp)
{
	volatile double two = 2.0;
	char *large = malloc(1 << 20);
	FILE *file;

	counter += argc;
	if (!large)
		return 1;
	memset(large, 'x', 1 << 20);
	file = fopen("/no/such/file", "r");
	printf("hello from %s: tls %d, sqrt %.6f, env %s, errno %d\n", argv[0], counter, sqrt(two),
	       envp[0] ? "yes" : "no", file ? 0 : errno);
	free(large);
	return 7;
}
