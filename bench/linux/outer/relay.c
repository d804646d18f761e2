/* SPDX-License-Identifier: MIT */
/*
 * Runs in the outer machine; linked statically. The inner guest writes records to its port 0xE9.
 * This program writes the same bytes to the outer machine's port 0xE9. It also ends the outer
 * machine with the inner machine's exit status, through port 0xF4 (docs/records.md).
 *
 *     relay records      copies standard input to the port, byte by byte
 *     relay exit STATUS  ends the outer machine with exit status STATUS, odd and at most 255
 */
#include "bench/protocol/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

static int copy_records(void)
{
	unsigned char buffer[4096];
	ssize_t length;

	while ((length = read(0, buffer, sizeof buffer)) > 0)
		for (ssize_t i = 0; i < length; i++)
			outb(buffer[i], PORT_RECORDS);
	return length < 0;
}

int main(int argc, char *argv[])
{
	if (ioperm(PORT_RECORDS, 1, 1) || ioperm(PORT_EXIT, 4, 1)) {
		perror("relay: I/O ports");
		return 1;
	}
	if (argc == 2 && strcmp(argv[1], "records") == 0)
		return copy_records();
	if (argc == 3 && strcmp(argv[1], "exit") == 0) {
		/* EXIT_STATUS() of this value is STATUS. */
		outl(((unsigned)atoi(argv[2]) - 1) / 2, PORT_EXIT);
		return 0;
	}
	fputs("usage: relay records | relay exit STATUS\n", stderr);
	return 2;
}
