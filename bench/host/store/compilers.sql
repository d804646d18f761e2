-- The compilers of a run side by side (evaluate/compilers.h). Each compiler has a database of its
-- own; in the first compiler's database these tables compare all compilers. The database of an
-- older harness lacks these tables; to read it, store_add_views() adds temporary ones.
CREATE TABLE IF NOT EXISTS compilers (
	place    INTEGER PRIMARY KEY,  -- from 1, in the order of --compiler
	compiler TEXT NOT NULL,        -- name, such as clang-O2
	version  TEXT NOT NULL,        -- as the kernels report it; '' if none booted
	decided  INTEGER,              -- orderings decided with both the first compiler and this one
	reversed INTEGER               -- orderings that the first compiler and this one decide differently
);

CREATE TABLE IF NOT EXISTS compiler_verdicts (
	place INTEGER NOT NULL REFERENCES compilers(place),
	id INTEGER NOT NULL, verdict TEXT NOT NULL, evidence TEXT NOT NULL, -- as in table `claims`
	PRIMARY KEY (place, id)
);

-- The orderings that are decided one way with the first compiler and the other way with this one.
CREATE TABLE IF NOT EXISTS compiler_reversals (
	place INTEGER NOT NULL REFERENCES compilers(place),
	engine TEXT, benchmark TEXT, parameter INTEGER, metric TEXT, a TEXT, b TEXT,
	first_ratio REAL, ratio REAL   -- a over b, with the first compiler and with this one
);
