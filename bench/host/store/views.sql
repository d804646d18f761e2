-- Views of a results database. A database that an older harness made without them gets them as
-- temporary views (store_add_views() in store.h).

-- The samples, with columns of their launches, but without warm-up samples, samples that lack
-- counts, and samples of rows with a failed check. `overhead` is 1 for samples of an empty body;
-- their median is subtracted from the other samples as overhead.
CREATE VIEW good_sample AS
	SELECT s.*, ',' || s.flags || ',' LIKE '%,overhead,%' AS overhead,
	       l.engine, l.variant, l.strategy, l.stack, l.loader, l.isolation, l.cpus, l.round
	FROM samples s JOIN launches l ON l.id = s.launch
	WHERE ',' || s.flags || ',' NOT LIKE '%,warmup,%' AND ',' || s.flags || ',' NOT LIKE '%,no-counts,%'
	  AND ',' || s.flags || ',' NOT LIKE '%,check-failed,%';

-- The summaries of series without failed checks.
CREATE VIEW good_summary AS
	SELECT * FROM summary WHERE ',' || flags || ',' NOT LIKE '%,check-failed,%';

-- The samples of good_sample on Bochs and KVM, the engines whose numbers decide claims, without
-- overhead samples.
CREATE VIEW experiment AS
	SELECT * FROM good_sample WHERE engine IN ('bochs', 'kvm') AND NOT overhead;

-- The interrupt entry stub of each stack, read from the images without a boot: how many of its
-- instructions write RSP, and how many instructions it has.
CREATE VIEW entry_stub AS
	SELECT stack,
	       max("max") FILTER (WHERE metric = 'rsp_writes') AS writes,
	       max("max") FILTER (WHERE metric = 'entry_instructions') AS instructions
	FROM summary WHERE engine = 'image' AND benchmark = 'irq.entry.user' GROUP BY stack;
