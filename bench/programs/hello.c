/* SPDX-License-Identifier: MIT */
#include "bench/programs/user.h"

int main(int argc, char **argv)
{
	print("hello from user mode");
	for (int i = 1; i < argc; i++) {
		print(" ");
		print(argv[i]);
	}
	print("\n");
	return 0;
}
