/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/attribution.h"
#include "bench/host/base/sql.h"

static const char statement[] =
        "DELETE FROM attribution;"
        "WITH p AS (SELECT place, name, stack, loader, isolation FROM preset),"
        " y AS (SELECT engine, stack, loader, isolation, cpus, benchmark, parameter, metric, unit, median"
        "       FROM good_summary WHERE engine IN ('bochs', 'kvm'))"
        " INSERT INTO attribution"
        " SELECT ya.engine, ya.benchmark, ya.parameter, ya.metric, ya.unit, a.name, b.name, ya.median, "
        "yb.median,"
        "        yb.median - ya.median,"
        "        ((ys.median - ya.median) + (yb.median - yl.median)) / 2,"
        "        ((yl.median - ya.median) + (yb.median - ys.median)) / 2,"
        "        yb.median - ys.median - yl.median + ya.median"
        " FROM p a JOIN p b ON a.place < b.place AND a.isolation = b.isolation"
        " JOIN y ya ON ya.stack = a.stack AND ya.loader = a.loader AND ya.isolation = a.isolation"
        " JOIN y yb USING (engine, isolation, cpus, benchmark, parameter, metric)"
        /* build S (attribution.h) */
        " JOIN y ys USING (engine, isolation, cpus, benchmark, parameter, metric)"
        /* build L (attribution.h) */
        " JOIN y yl USING (engine, isolation, cpus, benchmark, parameter, metric)"
        " WHERE yb.stack = b.stack AND yb.loader = b.loader AND ys.stack = b.stack AND ys.loader = a.loader"
        "   AND yl.stack = a.stack AND yl.loader = b.loader";

int attribution_compute(sqlite3 *db)
{
	return sql_execute(db, "run-bench", "attribution", statement);
}
