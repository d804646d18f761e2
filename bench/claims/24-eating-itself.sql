-- id:      24
-- seed:    002_7cbd5e126f251619.txt
-- quote:   to avoid eating itself up
-- asks:    Does it cause harm to free an address space while CR3 still points to it?
-- metric:  teardown.order:
--          tries: teardowns in each order.
--          violations: uses of an address space, freed while CR3 points to it, that fault or read
--            poison.
--          control_violations: the same when CR3 was switched first.
-- margin:  Inconclusive if control_violations is more than 0. Otherwise confirmed if violations is
--          more than 0. Refuted if violations is 0.
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
