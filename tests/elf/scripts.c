/* SPDX-License-Identifier: MIT */
/* Writes scripts with odd first lines. */
#include "tests/elf/odd.h"

/*
 * Writes the script `name` and its expected result. The script's text begins with `format`, printed
 * with the arguments `width` and "", and ends with `rest`. The interpreter of most scripts is
 * ./show, which exits with the length of the argument in the first line, or with 203 if there is
 * none.
 */
static void script(const char *name, const char *result, const char *format, int width, const char *rest)
{
	char text[2000];
	int size = snprintf(text, sizeof text, format, width, "");

	memcpy(text + size, rest, strlen(rest) + 1);
	write_file(name, text, (size_t)size + strlen(rest));
	say(name, result, NULL, NULL);
}

void scripts(void)
{
	char name[40], next[40], text[80], line[300];

	script("script_plain", "203", "#!./show%*s", 0, "\nrest\n");
	script("script_argument", "3", "#!./show%*s", 1, "two\nrest\n");
	script("script_two_words", "7", "#!./show%*s", 1, "two  up\nrest\n");
	script("script_tabs", "3", "#!%*s./show", 3, "\t \ttwo\t \nrest\n");
	script("script_no_newline", "3", "#!./show%*s", 1, "two");
	script("script_no_newline_blanks", "5", "#!./show%*s", 1, "two  ");
	script("script_blanks_no_newline", "EACCES", "#!%*s", 5, "");
	script("script_spaces_only", "ENOEXEC", "#!%*s", 40, "\n./show\n");
	script("script_empty", "ENOEXEC", "#!%*s", 0, "\n./show\n");
	script("script_spaces_256", "ENOEXEC", "#!%*s", 254, "./show\n");
	/* Linux takes the interpreter and its argument from the first 255 bytes of a script. */
	for (int end = 250; end <= 260; end++) { /* offset of the path's end */
		snprintf(name, sizeof name, "script_path_to_%d", end);
		script(name, end <= 255 ? "203" : "ENOEXEC", "#!%*s./show", end - 8,
		       end == 255 ? "\n" : " \n");
	}
	script("script_path_to_256_newline", "ENOEXEC", "#!%*s./show", 256 - 8, "\nrest\n");
	memset(line, 'y', sizeof line);
	for (int length = 240; length <= 260; length += 5) {
		snprintf(name, sizeof name, "script_argument_%d", length);
		snprintf(text, sizeof text, "%d", length > 246 ? 246 : length);
		line[length] = '\n';
		line[length + 1] = '\0';
		script(name, text, "#!./show%*s", 1, line);
		memset(line, 'y', sizeof line);
	}
	/* A NUL ends the first line, like a newline. */
	write_file("script_nul_in_path", "#!./show\0x y\nrest\n", 18);
	say("script_nul_in_path", "203", NULL, NULL);
	write_file("script_nul_in_argument", "#!./show ab\0cd\nrest\n", 20);
	say("script_nul_in_argument", "2", NULL, NULL);
	write_file("script_two_bytes", "#!", 2);
	say("script_two_bytes", "EACCES", NULL, NULL);
	write_file("script_one_byte", "#", 1);
	say("script_one_byte", "ENOEXEC", NULL, NULL);
	script("script_missing", "ENOENT", "#!./nothing%*s", 0, "\n");
	script("script_folder", "EACCES", "#!.%*s", 0, "\n");
	/* Each script is the interpreter of the next one. Linux accepts at most five in a row. */
	for (int n = 1; n <= 7; n++) {
		snprintf(name, sizeof name, "script_nested_%d", n);
		snprintf(next, sizeof next, "#!./script_nested_%d%%*s", n - 1);
		snprintf(text, sizeof text, "%d", n == 1 ? 7 : 203 + n);
		script(name, n <= 5 ? text : "ELOOP", n == 1 ? "#!./show%*s" : next, n == 1,
		       n == 1 ? "nothing\n" : "\n");
	}
	script("script_nested_missing_0", "ENOENT", "#!./nothing%*s", 0, "\n");
	for (int n = 1; n <= 6; n++) {
		snprintf(name, sizeof name, "script_nested_missing_%d", n);
		snprintf(next, sizeof next, "#!./script_nested_missing_%d%%*s", n - 1);
		script(name, n <= 5 ? "ENOENT" : "ELOOP", next, 0, "\n");
	}
}
