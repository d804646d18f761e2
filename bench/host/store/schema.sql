-- The results database: one file per run of the suite. See docs/results.md.
PRAGMA user_version = 1;

CREATE TABLE run (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	name     TEXT NOT NULL,             -- of the folder: <UTC time>-<engines>
	started  TEXT NOT NULL,             -- ISO 8601, UTC
	finished TEXT,
	state    TEXT NOT NULL,             -- running | complete | failed | cut short
	command  TEXT NOT NULL,
	seed     INTEGER NOT NULL
);

CREATE TABLE environment (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- One boot of one image on one engine. Launches of engine 'image' hold facts read from the image
-- itself, without a boot.
CREATE TABLE launches (
	id        INTEGER PRIMARY KEY,
	engine    TEXT NOT NULL,
	variant   TEXT NOT NULL DEFAULT '', -- of the engine, such as npt=1; '' if it has none
	strategy  TEXT NOT NULL,            -- preset name, or stack+loader+isolation
	stack     TEXT NOT NULL,
	loader    TEXT NOT NULL,
	isolation TEXT NOT NULL,
	cpus      INTEGER NOT NULL,
	memory    INTEGER NOT NULL,         -- MiB
	round     INTEGER NOT NULL,
	bench     TEXT NOT NULL,            -- the glob of benchmarks to run; '' for self-tests
	state     TEXT NOT NULL,            -- running | complete | failed | cut short | damaged |
	                                    -- timed out
	reason    TEXT NOT NULL DEFAULT '',
	status    INTEGER,                  -- exit status of the engine, or 128 + signal
	revision  TEXT NOT NULL DEFAULT '', -- as the kernel reports it
	compiler  TEXT NOT NULL DEFAULT '',
	sha256    TEXT NOT NULL DEFAULT '', -- of the image
	seed      INTEGER NOT NULL DEFAULT 0, -- given to the kernel
	seconds   REAL
);

CREATE TABLE samples (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	parameter_unit TEXT NOT NULL,
	sample    INTEGER NOT NULL,
	metric    TEXT NOT NULL,
	unit      TEXT NOT NULL,
	value     INTEGER NOT NULL,         -- raw, overhead not subtracted
	flags     TEXT NOT NULL             -- '' or a comma list: warmup, overhead, outlier,
	                                    -- check-failed, no-counts, cut-short, emulated,
	                                    -- and the variant
);
CREATE INDEX samples_by_row ON samples (launch, benchmark, parameter, metric);

-- A row's counts per function of the kernel: sums over its samples, or over its overhead samples.
-- Warm-up is left out.
CREATE TABLE functions (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	kind      TEXT NOT NULL,            -- sample | overhead
	function  TEXT NOT NULL,            -- symbol, or [user], [delivery], [unknown]
	metric    TEXT NOT NULL,
	unit      TEXT NOT NULL,
	value     INTEGER NOT NULL,         -- sum over n samples; functions add up to the samples
	n         INTEGER NOT NULL
);
CREATE INDEX functions_by_row ON functions (launch, benchmark, parameter, metric);

-- A row's counts per chain of calls, in one metric: cycles_nominal, or instructions without a
-- profile.
CREATE TABLE stacks (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	kind      TEXT NOT NULL,
	stack     TEXT NOT NULL,            -- outermost;...;innermost
	metric    TEXT NOT NULL,
	unit      TEXT NOT NULL,
	value     INTEGER NOT NULL,
	n         INTEGER NOT NULL
);

CREATE TABLE checks (
	launch INTEGER NOT NULL REFERENCES launches(id),
	kind   TEXT NOT NULL,               -- check | test | skip
	name   TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	ok     INTEGER NOT NULL,            -- 1 passed, 0 failed, 2 skipped
	detail TEXT NOT NULL
);

CREATE TABLE facts (
	launch INTEGER NOT NULL REFERENCES launches(id),
	name   TEXT NOT NULL,
	value  TEXT NOT NULL,
	unit   TEXT NOT NULL
);

-- The presets, in their order (kernel/axes.txt). store.c makes this table, also in databases of
-- older versions:
--     CREATE TABLE preset (place INTEGER PRIMARY KEY, name TEXT, stack TEXT, loader TEXT,
--                          isolation TEXT)

CREATE TABLE summary (
	engine TEXT, strategy TEXT, stack TEXT, loader TEXT, isolation TEXT, cpus INTEGER,
	benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT,
	n INTEGER, min REAL, q1 REAL, median REAL, q3 REAL, max REAL, mad REAL, ci_low REAL, ci_high REAL, flags TEXT
);

-- The engine is left out: as the first column of the index, it would make SQLite choose a join that
-- takes minutes in attribution.c.
CREATE INDEX summary_by_row ON summary (benchmark, parameter, metric, strategy);
CREATE INDEX summary_by_strategy ON summary (strategy, metric, benchmark);

CREATE TABLE comparisons (
	engine TEXT, benchmark TEXT, parameter INTEGER, metric TEXT, a TEXT, b TEXT,
	ratio REAL, ci_low REAL, ci_high REAL, n INTEGER, flags TEXT
);

CREATE INDEX comparisons_by_row ON comparisons (benchmark, parameter, metric, a, b);

-- The difference b - a, split into the effects of the stack and the loader (attribution.h).
CREATE TABLE attribution (
	engine TEXT, benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT, a TEXT, b TEXT,
	value_a REAL, value_b REAL, difference REAL, due_to_stack REAL, due_to_loader REAL, interaction REAL
);

-- The trend of a series over the rounds (drift.h).
CREATE TABLE drift (
	engine TEXT, strategy TEXT, cpus INTEGER, benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT,
	n INTEGER, slope REAL, change REAL, chance REAL, flags TEXT
);

-- VM exits while a row ran, including its set-up but not its records, from a separate launch
-- (exits.h).
CREATE TABLE vm_exits (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	reason    TEXT NOT NULL,            -- name in the host's kernel
	exits     INTEGER NOT NULL,
	samples   INTEGER NOT NULL          -- of all kinds, taken by the row during that time
);

CREATE TABLE claims (
	id INTEGER PRIMARY KEY, seed TEXT, quote TEXT, verdict TEXT, evidence TEXT, figure TEXT
);
