-- Views of a results database. They store nothing, so a database made before they existed gets them
-- for the connection (store.h).

-- Samples that count towards a series, with their launch: no warm-up, no samples without counts,
-- and only rows whose checks passed. `overhead` is 1 for samples of an empty body, whose median is
-- subtracted from the others.
CREATE VIEW good_sample AS
	SELECT s.*, ',' || s.flags || ',' LIKE '%,overhead,%' AS overhead,
	       l.engine, l.variant, l.strategy, l.stack, l.loader, l.isolation, l.cpus, l.round
	FROM samples s JOIN launches l ON l.id = s.launch
	WHERE ',' || s.flags || ',' NOT LIKE '%,warmup,%' AND ',' || s.flags || ',' NOT LIKE '%,no-counts,%'
	  AND ',' || s.flags || ',' NOT LIKE '%,check-failed,%';

-- Summaries of series whose checks passed.
CREATE VIEW good_summary AS
	SELECT * FROM summary WHERE ',' || flags || ',' NOT LIKE '%,check-failed,%';

-- The counts of experiments, on engines whose numbers decide claims; one row per value.
CREATE VIEW experiment AS
	SELECT * FROM good_sample WHERE engine IN ('bochs', 'kvm') AND NOT overhead;

-- The entry stub in the images of a stack, read without a boot: the number of instructions that
-- write RSP, and of all instructions.
CREATE VIEW entry_stub AS
	SELECT stack,
	       max("max") FILTER (WHERE metric = 'rsp_writes') AS writes,
	       max("max") FILTER (WHERE metric = 'entry_instructions') AS instructions
	FROM summary WHERE engine = 'image' AND benchmark = 'irq.entry.user' GROUP BY stack;
