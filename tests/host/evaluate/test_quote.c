/* SPDX-License-Identifier: MIT */
/* Tests which quotes count as word for word, and that each claim's quote is in the claim's note. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/evaluate/claim_file.h"
#include "bench/host/evaluate/quote.h"

#define CLAIMS "bench/claims"

static void a_quote_is_word_for_word(void **state)
{
	static const char note[] = "The window is *always* open, and\n\tthe  door isn't: the window.";
	static const struct {
		const char *quote;
		bool is_from;
	} cases[] = {
		{ "The window is *always* open, and the door isn't: the window.", true },
		/* White space may differ, but must not be missing or added. */
		{ "open, and the door", true },
		{ "open,\nand   the door", true },
		{ "open,and the door", false },
		{ "the do or", false },
		/* Letters, case and punctuation must be the same. */
		{ "the window", true },
		{ "The Window", false },
		{ "window is always open", false },
		{ "the door is", false },
		{ "open and", false },
		{ "the door the window", false },
		/*
		 * A piece must begin and end with a whole word. An apostrophe or a full stop ends a
		 * word.
		 */
		{ "he window", false },
		{ "the wind", false },
		{ "door isn", true },
		{ "window.", true },
		{ "window.x", false },
		/* Quotes that leave words out. */
		{ "The window … the door", true },
		{ "The window…the door", true },
		{ "The … is … open", true },
		{ "the door … The window", false },
		{ "the window … the window", false },
		{ "The window is … is *always*", false },
		{ "The window … the cellar", false },
		{ "… the door", false },
		{ "The window …", false },
		{ "The … … open", false },
		{ "…", false },
		{ "The win…dow", false },
		{ "The window ... the door", false },
		{ "", false },
		{ " ", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (quote_is_from(cases[i].quote, note) != cases[i].is_from)
			fail_msg("wrong about \"%s\"", cases[i].quote);
	assert_false(quote_is_from("x", ""));
}

/* Returns the text of a note in a static buffer. */
static const char *read_note(const char *name)
{
	static char text[64 * 1024];
	char path[sizeof CLAIMS + CLAIM_VALUE_MAX + 16];
	FILE *in;

	snprintf(path, sizeof path, CLAIMS "/notes/%s", name);
	in = fopen(path, "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

/* Changes each letter of the claim's quote, one at a time. Fails if a change goes unnoticed. */
static void assert_changes_are_noticed(const struct claim *claim)
{
	const char *note = read_note(claim->values[CLAIM_SEED]);
	char quote[CLAIM_VALUE_MAX];

	memcpy(quote, claim->values[CLAIM_QUOTE], sizeof quote);
	assert_true(quote_is_from(quote, note));
	for (char *letter = quote; *letter; letter++) {
		char before = *letter;

		if (!isalnum((unsigned char)before))
			continue;
		*letter = before == 'x' ? 'y' : 'x';
		if (quote_is_from(quote, note))
			fail_msg("%s: a changed quote is not noticed: %s", claim->file, quote);
		*letter = before;
	}
}

static void the_quotes_of_the_project_are_in_their_notes(void **state)
{
	glob_t files;
	(void)state;

	assert_int_equal(glob(CLAIMS "/*.sql", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct claim claim = { .file = strrchr(files.gl_pathv[i], '/') + 1 };

		assert_int_equal(claim_load(&claim, CLAIMS), 0);
		assert_changes_are_noticed(&claim);
		free(claim.text);
	}
	assert_true(files.gl_pathc >= 40);
	globfree(&files);
}

/* Checks the hashes of the notes, so that nobody makes a quote fit by changing a note. */
static void the_notes_are_unchanged(void **state)
{
	(void)state;
	assert_int_equal(system("cd " CLAIMS "/notes && sha256sum --check --strict --quiet SHA256SUMS &&"
	                        " [ \"$(ls | grep -c .)\" -eq $(($(wc -l <SHA256SUMS) + 1)) ]"),
	                 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quote_is_word_for_word),
		cmocka_unit_test(the_quotes_of_the_project_are_in_their_notes),
		cmocka_unit_test(the_notes_are_unchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
