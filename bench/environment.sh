# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The environment of a run, set here for all: whatever the user's own is, the same command does the same. Scripts source this file
# first. The Makefile and the harness (bench/host/base/inherited.c) take the names from the lines that begin with "unset -v" and "export".

# What changes how a shell works.
unset -v BASH_ENV ENV CDPATH GLOBIGNORE POSIXLY_CORRECT
# What points git at another repository than the one of this folder, as git does for its hooks.
unset -v GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_COMMON_DIR GIT_NAMESPACE GIT_OBJECT_DIRECTORY
unset -v GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CEILING_DIRECTORIES
# What changes how gnuplot draws; its start-up files are skipped by its option -d.
unset -v GNUTERM GNUPLOT_LIB GNUPLOT_DRIVER_DIR GNUPLOT_PS_DIR GNUPLOT_FONTPATH GNUPLOT_DEFAULT_GDFONT GDFONTPATH FIT_SCRIPT FIT_LOG
# Options that programs add to those they are given.
unset -v GREP_OPTIONS TAR_OPTIONS XZ_DEFAULTS XZ_OPT NASMENV GNUTARGET LDEMULATION QUOTING_STYLE
# What the instrumentation library reads and only whoever starts Bochs knows. (PALIMPSEST_TRACE_LINES is the user's.)
unset -v PALIMPSEST_FD PALIMPSEST_PROFILE PALIMPSEST_SYMBOLS PALIMPSEST_TRACE PALIMPSEST_NESTED
# Text is sorted, compared and read as bytes; times are UTC.
unset -v LANGUAGE
export LC_ALL=C TZ=UTC0

# Options of the shell that came in by SHELLOPTS: files are overwritten and globs expanded.
set +C +f

# Temporary files go to a folder that exists; mktemp, gcc and others fail late and unclearly without one.
if [ -n "${TMPDIR-}" ] && ! { [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ] && [ -x "$TMPDIR" ]; }; then
	echo "TMPDIR is '$TMPDIR', which is no folder that can be written to: /tmp is used instead" >&2
	unset -v TMPDIR
fi
case ${TMPDIR-/} in
/*) ;;
*) export TMPDIR=$PWD/$TMPDIR ;;
esac

# sqlite3 without the user's start-up file.
sqlite3()
{
	command sqlite3 -init /dev/null "$@"
}
