-- Views of a results database. If an older harness made the database, it lacks these views, and
-- store_add_views() (store.h) adds them as temporary views.

-- The samples, with columns of their launches. Left out are warm-up samples, samples that lack
-- counts, and samples of rows with a failed check. `overhead` is 1 for a sample of an empty body.
-- The median of these samples is the overhead, which is subtracted from the other samples. CROSS
-- JOIN makes SQLite begin with the launches, which have an index to their samples.
CREATE VIEW good_sample AS
	SELECT s.*, ',' || s.flags || ',' LIKE '%,overhead,%' AS overhead,
	       l.engine, l.variant, l.strategy, l.stack, l.loader, l.isolation, l.cpus, l.round
	FROM launches l CROSS JOIN samples s ON l.id = s.launch
	WHERE ',' || s.flags || ',' NOT LIKE '%,warmup,%' AND ',' || s.flags || ',' NOT LIKE '%,no-counts,%'
	  AND ',' || s.flags || ',' NOT LIKE '%,check-failed,%';

-- The summaries of series without failed checks.
CREATE VIEW good_summary AS
	SELECT * FROM summary WHERE ',' || flags || ',' NOT LIKE '%,check-failed,%';

-- The rows of `summary` that tables and figures compare: those whose strategy the user asked for. A
-- run measures other strategies only because a claim needs them. The database of an older version
-- does not say what was asked for; there all strategies are compared.
CREATE VIEW compared AS
	SELECT * FROM summary
	WHERE instr((SELECT ',' || coalesce(max(value), strategy) || ',' FROM environment WHERE key = 'run.strategies'),
	            ',' || strategy || ',');

-- The rows of `compared` without failed checks.
CREATE VIEW compared_good AS
	SELECT * FROM compared WHERE ',' || flags || ',' NOT LIKE '%,check-failed,%';

-- The comparisons that show an ordering: there were enough rounds (no flag `few`), and the interval
-- of the ratio does not contain 1. Modelled cycles (cycles_nominal) must have the same ordering
-- with the model's low and high parameters.
CREATE VIEW decided AS
	SELECT * FROM comparisons AS c
	WHERE ',' || flags || ',' NOT LIKE '%,few,%' AND (ci_low > 1 OR ci_high < 1)
	  AND (metric <> 'cycles_nominal' OR 2 = (
	       SELECT count(*) FROM comparisons AS o
	       WHERE o.metric IN ('cycles_low', 'cycles_high') AND o.benchmark = c.benchmark AND o.parameter = c.parameter
	         AND o.a = c.a AND o.b = c.b AND o.engine = c.engine AND ',' || o.flags || ',' NOT LIKE '%,few,%'
	         AND ((c.ci_low > 1 AND o.ci_low > 1) OR (c.ci_high < 1 AND o.ci_high < 1))));

-- The samples of good_sample, without overhead samples, on the engines whose numbers decide claims:
-- Bochs and KVM.
CREATE VIEW experiment AS
	SELECT * FROM good_sample WHERE engine IN ('bochs', 'kvm') AND NOT overhead;

-- The samples of good_sample that are time: ticks on KVM, modelled cycles on Bochs.
CREATE VIEW timed_sample AS
	SELECT * FROM good_sample
	WHERE engine = 'kvm' AND metric = 'tsc'
	   OR engine = 'bochs' AND metric IN ('cycles_low', 'cycles_nominal', 'cycles_high');

-- How long a row took in each boot: the median of the boot's samples minus that of its overhead
-- samples, whose body is empty. The view uses DISTINCT in place of GROUP BY: SQLite 3.40 pushes the
-- conditions of a query down through windows, but not through a GROUP BY to a window below it.
CREATE VIEW boot_time AS
	SELECT DISTINCT strategy, stack, loader, isolation, engine, cpus, round, benchmark, parameter, metric,
	       avg(value) FILTER (WHERE NOT overhead AND place IN ((n + 1) / 2, (n + 2) / 2)) OVER boot
	       - coalesce(avg(value) FILTER (WHERE overhead AND place IN ((n + 1) / 2, (n + 2) / 2)) OVER boot, 0) AS cost
	FROM (SELECT *, count(*) OVER same AS n, row_number() OVER (same ORDER BY value) AS place
	      FROM timed_sample
	      WINDOW same AS (PARTITION BY strategy, stack, loader, isolation, engine, cpus, round, benchmark, parameter,
	                                   metric, overhead))
	WINDOW boot AS (PARTITION BY strategy, stack, loader, isolation, engine, cpus, round, benchmark, parameter,
	                             metric);

-- The rows of good_summary for events that Bochs counts and that cost time: each event has a price
-- in cycles, perhaps unknown. Claims compare these rows where a run has no times.
CREATE VIEW event_summary AS
	SELECT * FROM good_summary
	WHERE engine = 'bochs'
	  AND metric IN ('instructions', 'rep_iterations', 'data_accesses', 'walk_reads', 'walk_writes', 'cr3_writes',
	                 'invlpg', 'invpcid', 'interrupts', 'exceptions');

-- The interrupt entry stub of each stack, read from the images without a boot: how many of its
-- instructions write RSP, and how many instructions it has.
CREATE VIEW entry_stub AS
	SELECT stack,
	       max("max") FILTER (WHERE metric = 'rsp_writes') AS writes,
	       max("max") FILTER (WHERE metric = 'entry_instructions') AS instructions
	FROM summary WHERE engine = 'image' AND benchmark = 'irq.entry.user' GROUP BY stack;
