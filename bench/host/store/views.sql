-- Views of a results database. They store nothing, so a database from before them gets them for the connection (store.h).

-- Samples that count towards a series, with their launch: not of warm-up, with counts, of rows whose checks passed.
-- `overhead` is 1 for samples of an empty body, whose median is subtracted from the others.
CREATE VIEW good_sample AS
	SELECT s.*, ',' || s.flags || ',' LIKE '%,overhead,%' AS overhead,
	       l.engine, l.variant, l.strategy, l.stack, l.loader, l.isolation, l.cpus, l.round
	FROM samples s JOIN launches l ON l.id = s.launch
	WHERE ',' || s.flags || ',' NOT LIKE '%,warmup,%' AND ',' || s.flags || ',' NOT LIKE '%,no-counts,%'
	  AND ',' || s.flags || ',' NOT LIKE '%,check-failed,%';

-- Summaries of series whose checks passed.
CREATE VIEW good_summary AS
	SELECT * FROM summary WHERE ',' || flags || ',' NOT LIKE '%,check-failed,%';

-- What experiments counted, on the engines whose numbers decide claims: a row per value.
CREATE VIEW experiment AS
	SELECT * FROM good_sample WHERE engine IN ('bochs', 'kvm') AND NOT overhead;

-- Entry stubs as they are in the images of a stack, without a boot: instructions that write RSP, and all of them.
CREATE VIEW entry_stub AS
	SELECT stack,
	       max("max") FILTER (WHERE metric = 'rsp_writes') AS writes,
	       max("max") FILTER (WHERE metric = 'entry_instructions') AS instructions
	FROM summary WHERE engine = 'image' AND benchmark = 'irq.entry.user' GROUP BY stack;
