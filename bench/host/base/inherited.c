/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/inherited.h"
#include "bench/host/base/progress.h"
#include "inherited_names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void settle_variables(void)
{
	const char *temporary;

	for (size_t i = 0; i < sizeof unset_names / sizeof unset_names[0]; i++)
		unsetenv(unset_names[i]);
	for (size_t i = 0; i < sizeof exported / sizeof exported[0]; i++)
		putenv(exported[i]);
	temporary = getenv("TMPDIR");
	if (temporary && (!*temporary || access(temporary, W_OK | X_OK))) {
		if (*temporary)
			message_error("run-bench: TMPDIR is '%s': %s; /tmp is used instead", temporary,
			              strerror(errno));
		unsetenv("TMPDIR");
	}
}

void inherited_settle(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) < 0)
			open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY);
	signal(SIGXFSZ, SIG_IGN);
	settle_variables();
}
