-- id:      24
-- seed:    002_7cbd5e126f251619.txt
-- quote:   to avoid eating itself up
-- asks:    does it cause harm to free an address space while CR3 still points to it?
-- metric:  teardown.order: violations (faults, and reads of poison, through tables that were freed while loaded) and
--          control_violations (the same when CR3 was switched first) over tries
-- margin:  no harm may come when CR3 is switched first; then harm in the other order confirms, and none refutes
-- figure:  none
-- boots:   heap teardown.order, window teardown.order
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS before,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS after,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'teardown.order'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR before IS NULL OR after IS NULL THEN 'not measured'
         WHEN after > 0                  THEN 'inconclusive'
         WHEN before > 0                 THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR before IS NULL OR after IS NULL THEN 'missing: teardown.order'
         ELSE printf('uses of freed tables that faulted or read poison: %d over %d teardowns before the switch, %d after it',
                     before, tries, after)
       END AS evidence
FROM fact;
