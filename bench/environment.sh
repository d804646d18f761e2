# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The environment of a run: with it, a command does the same whatever the user's own environment is.
# Scripts source this file first. The Makefile and the harness (bench/host/base/inherited.c) take
# the names from the lines that begin with "unset -v" and "export".

# Variables that change how a shell works.
unset -v BASH_ENV ENV CDPATH GLOBIGNORE POSIXLY_CORRECT
# Variables that make git use a repository other than this folder's. git sets them for its hooks.
unset -v GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_COMMON_DIR GIT_NAMESPACE GIT_OBJECT_DIRECTORY
unset -v GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CEILING_DIRECTORIES
# Variables that change how gnuplot draws. Its option -d skips the start-up files.
unset -v GNUTERM GNUPLOT_LIB GNUPLOT_DRIVER_DIR GNUPLOT_PS_DIR GNUPLOT_FONTPATH GNUPLOT_DEFAULT_GDFONT GDFONTPATH FIT_SCRIPT FIT_LOG
# Variables with options that programs add to their command lines.
unset -v GREP_OPTIONS TAR_OPTIONS XZ_DEFAULTS XZ_OPT NASMENV GNUTARGET LDEMULATION QUOTING_STYLE
# Variables of the instrumentation library. Only the program that starts Bochs may set these. Users
# may set the library's other variable, PALIMPSEST_TRACE_LINES.
unset -v PALIMPSEST_DEBUGGER PALIMPSEST_FD PALIMPSEST_LOAD PALIMPSEST_PROFILE PALIMPSEST_REP PALIMPSEST_SYMBOLS PALIMPSEST_TRACE PALIMPSEST_NESTED
# Text is sorted, compared and read as bytes; times are UTC.
unset -v LANGUAGE
export LC_ALL=C TZ=UTC0

# SHELLOPTS may have set the options noclobber and noglob. The scripts need both off.
set +C +f

# Temporary files need a folder that exists; without one mktemp, gcc and others fail late and with
# obscure messages.
if [ -n "${TMPDIR-}" ] && ! { [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ] && [ -x "$TMPDIR" ]; }; then
	echo "TMPDIR is '$TMPDIR', which is no folder that can be written to: /tmp is used instead" >&2
	unset -v TMPDIR
fi
case ${TMPDIR-/} in
/*) ;;
*) export TMPDIR=$PWD/$TMPDIR ;;
esac

# Runs sqlite3 without the user's start-up file.
sqlite3()
{
	command sqlite3 -init /dev/null "$@"
}
