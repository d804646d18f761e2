-- The results database: one file per run of the suite. See docs/results.md. The statements say IF
-- NOT EXISTS because they also add missing tables to the database of an older version.
PRAGMA user_version = 1;

CREATE TABLE IF NOT EXISTS run (
	id       INTEGER PRIMARY KEY CHECK (id = 1),
	name     TEXT NOT NULL,             -- name of the folder, such as <UTC time>-<engines>
	started  TEXT NOT NULL,             -- ISO 8601, UTC
	finished TEXT,
	state    TEXT NOT NULL,             -- running | complete | failed | cut short
	command  TEXT NOT NULL,
	seed     INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS environment (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- A launch is one boot of one image on one engine. A row of engine 'image' is no boot: its samples
-- were read from the image file.
CREATE TABLE IF NOT EXISTS launches (
	id        INTEGER PRIMARY KEY,
	engine    TEXT NOT NULL,
	variant   TEXT NOT NULL DEFAULT '', -- the engine's variant, such as npt=1; '' if it has none
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
	revision  TEXT NOT NULL DEFAULT '', -- revision of the source, as the kernel reports it
	compiler  TEXT NOT NULL DEFAULT '', -- compiler of the image, as the kernel reports it
	sha256    TEXT NOT NULL DEFAULT '', -- hash of the image
	seed      INTEGER NOT NULL DEFAULT 0, -- seed for the kernel
	layout    INTEGER NOT NULL DEFAULT 0, -- seed for the kernel's layout; 0: the fixed layout
	seconds   REAL                      -- duration of the launch
);

CREATE TABLE IF NOT EXISTS samples (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	parameter_unit TEXT NOT NULL,
	sample    INTEGER NOT NULL,
	metric    TEXT NOT NULL,
	unit      TEXT NOT NULL,
	value     INTEGER NOT NULL,         -- raw: the overhead is not subtracted
	flags     TEXT NOT NULL             -- separated by commas: warmup, overhead, outlier,
	                                    -- check-failed, no-counts, cut-short, emulated and
	                                    -- the variant of the engine; '' if none
);
CREATE INDEX IF NOT EXISTS samples_by_row ON samples (launch, benchmark, parameter, metric);

-- The counts of a benchmark row for each function of the kernel. A count is a sum over the row's
-- samples (kind 'sample') or its overhead samples (kind 'overhead'). Warm-up samples are left out.
-- On kvm, value is what perf sampled during the whole row (kind 'row'), and n is the number of the
-- row's samples, warm-up and overhead included.
CREATE TABLE IF NOT EXISTS functions (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	kind      TEXT NOT NULL,            -- sample | overhead | row
	function  TEXT NOT NULL,            -- symbol, or [user], [delivery], [unknown]
	metric    TEXT NOT NULL,
	unit      TEXT NOT NULL,
	value     INTEGER NOT NULL,         -- sum over the row's n samples of this kind. The values
	                                    -- of all functions add up to those of the samples.
	n         INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS functions_by_row ON functions (launch, benchmark, parameter, metric);

-- The counts of a benchmark row for each chain of calls, summed like those of the table `functions`, in
-- one metric: cycles_nominal, or instructions if the run has no profile of the cycle model.
CREATE TABLE IF NOT EXISTS stacks (
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

CREATE TABLE IF NOT EXISTS checks (
	launch INTEGER NOT NULL REFERENCES launches(id),
	kind   TEXT NOT NULL,               -- check | test | skip
	name   TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	ok     INTEGER NOT NULL,            -- 1 passed, 0 failed, 2 skipped
	detail TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS facts (
	launch INTEGER NOT NULL REFERENCES launches(id),
	name   TEXT NOT NULL,
	value  TEXT NOT NULL,
	unit   TEXT NOT NULL
);

-- Instructions with interrupts off, on Bochs: the longest stretch in the samples of a row, with the
-- places of its first and its last instruction. A function is a symbol with an offset, [user] or
-- [unknown]. It is '' if the run had neither a profile nor --functions, and therefore no symbols.
CREATE TABLE IF NOT EXISTS irq_off (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	ticks     INTEGER NOT NULL,         -- instructions; each iteration of a REP instruction counts
	from_function TEXT NOT NULL,
	from_address  TEXT NOT NULL,        -- hexadecimal
	to_function   TEXT NOT NULL,
	to_address    TEXT NOT NULL
);

-- The presets, in the order of kernel/axes.txt. store.c creates this table in every database that
-- it opens:
--     CREATE TABLE preset (place INTEGER PRIMARY KEY, name TEXT, stack TEXT, loader TEXT,
--                          isolation TEXT)

CREATE TABLE IF NOT EXISTS summary (
	engine TEXT, strategy TEXT, stack TEXT, loader TEXT, isolation TEXT, cpus INTEGER,
	benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT,
	n INTEGER, min REAL, q1 REAL, median REAL, q3 REAL, max REAL, mad REAL, ci_low REAL, ci_high REAL, flags TEXT
);

-- This index must not begin with the engine. If it did, SQLite would execute the query of
-- attribution.c with a join that takes minutes.
CREATE INDEX IF NOT EXISTS summary_by_row ON summary (benchmark, parameter, metric, strategy);
CREATE INDEX IF NOT EXISTS summary_by_strategy ON summary (strategy, metric, benchmark);

CREATE TABLE IF NOT EXISTS comparisons (
	engine TEXT, benchmark TEXT, parameter INTEGER, metric TEXT, a TEXT, b TEXT,
	ratio REAL, ci_low REAL, ci_high REAL, n INTEGER, flags TEXT
);

CREATE INDEX IF NOT EXISTS comparisons_by_row ON comparisons (benchmark, parameter, metric, a, b);

-- The difference b - a, split into the effects of the stack and the loader (attribution.h).
CREATE TABLE IF NOT EXISTS attribution (
	engine TEXT, benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT, a TEXT, b TEXT,
	value_a REAL, value_b REAL, difference REAL, due_to_stack REAL, due_to_loader REAL, interaction REAL
);

-- The trend of a series over the rounds (drift.h).
CREATE TABLE IF NOT EXISTS drift (
	engine TEXT, strategy TEXT, cpus INTEGER, benchmark TEXT, parameter INTEGER, metric TEXT, unit TEXT,
	n INTEGER, slope REAL, change REAL, chance REAL, flags TEXT
);

-- The number of VM exits while a benchmark row ran. It includes exits during the row's set-up, but
-- not those that writing records causes. The exits are counted in a separate launch (exits.h).
CREATE TABLE IF NOT EXISTS vm_exits (
	launch    INTEGER NOT NULL REFERENCES launches(id),
	benchmark TEXT NOT NULL,
	parameter INTEGER NOT NULL,
	reason    TEXT NOT NULL,            -- the host kernel's name for it
	exits     INTEGER NOT NULL,
	samples   INTEGER NOT NULL          -- number taken, warm-up and overhead included
);

CREATE TABLE IF NOT EXISTS claims (
	id INTEGER PRIMARY KEY, seed TEXT, quote TEXT, verdict TEXT, evidence TEXT, figure TEXT,
	kind TEXT NOT NULL DEFAULT 'experiment', -- experiment | arithmetic
	also TEXT NOT NULL DEFAULT '',           -- a finding beyond the quote; decides nothing
	margin_set TEXT NOT NULL DEFAULT '',     -- the revision, and whether it is from before the experiment
	name TEXT NOT NULL DEFAULT ''            -- the name of the claim's file, in words
);

-- compilers.sql has the tables of a run with several compilers.
