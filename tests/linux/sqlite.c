/* SPDX-License-Identifier: MIT */
/*
 * Uses SQLite in two processes at once on one database file. SQLite relies on record locks (fcntl),
 * and on writes of one process being visible in the other. The program prints a line per step;
 * tests/linux/run.sh compares the lines with those of the same program on Linux.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *open_database(const char *path)
{
	sqlite3 *database;

	if (sqlite3_open(path, &database) != SQLITE_OK) {
		printf("open: %s\n", sqlite3_errmsg(database));
		exit(1);
	}
	return database;
}

static int print_row(void *unused, int columns, char **values, char **names)
{
	(void)unused, (void)names;
	for (int i = 0; i < columns; i++)
		printf("%s%s", i ? " " : "  ", values[i] ? values[i] : "NULL");
	printf("\n");
	return 0;
}

static void run(sqlite3 *database, const char *what, const char *sql)
{
	int result = sqlite3_exec(database, sql, print_row, NULL, NULL);

	printf("%s: %s\n", what, result == SQLITE_OK ? "done" : sqlite3_errmsg(database));
	fflush(stdout);
}

static void in_another(const char *path, const char *what, const char *sql)
{
	pid_t pid = fork();

	if (pid == 0) {
		run(open_database(path), what, sql);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/tmp/test.db";
	sqlite3 *database = open_database(path);

	setvbuf(stdout, NULL, _IOLBF, 0);
	run(database, "create", "create table t(n integer primary key, text)");
	run(database, "fill",
	    "begin; with recursive c(n) as (select 1 union all select n + 1 from c where n < 2000) "
	    "insert into t select n, 'row ' || n from c; commit");
	in_another(path, "read", "select count(*), sum(n), max(text) from t");
	run(database, "begin", "begin immediate; delete from t where n % 2 = 0");
	in_another(path, "write while another writes", "delete from t");
	in_another(path, "read while another writes", "select count(*) from t");
	run(database, "roll back", "rollback");
	in_another(path, "write", "delete from t where n > 1000");
	run(database, "see it", "select count(*), sum(n) from t");
	run(database, "check", "vacuum; pragma integrity_check");
	printf("close: %d\n", sqlite3_close(database));
	return unlink(path) != 0;
}
