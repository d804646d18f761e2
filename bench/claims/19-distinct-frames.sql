-- id:      19
-- seed:    002_7cbd5e126f251619.txt
-- quote:   they don't share the same phys_addr
-- asks:    Two tasks both write a tag at 0x400000. Does each read its own tag back?
-- metric:  isolation.tags:
--          tries: pairs of tasks.
--          violations: tags lost to the other task.
-- margin:  Refuted if violations is more than 0. Confirmed if violations is 0 over at least one
--          try.
-- figure:  none
WITH fact AS (
	SELECT count(DISTINCT strategy) AS strategies,
	       coalesce(sum(value) FILTER (WHERE metric = 'violations'), 0) AS violations,
	       count(*) FILTER (WHERE metric = 'violations') AS counts,
	       coalesce(sum(value) FILTER (WHERE metric = 'tries'), 0) AS tries
	FROM experiment
	WHERE benchmark = 'isolation.tags'
)
SELECT CASE
         WHEN counts = 0     THEN 'not measured'
         WHEN violations > 0 THEN 'refuted'
         WHEN tries = 0      THEN 'not measured'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN counts = 0                     THEN 'missing: isolation.tags on bochs or kvm'
         WHEN violations = 0 AND tries = 0   THEN 'missing: tries of isolation.tags'
         ELSE printf('%d violations over %d tries, %d strategies', violations, tries, strategies)
       END AS evidence
FROM fact;
