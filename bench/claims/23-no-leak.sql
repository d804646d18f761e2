-- id:      23
-- seed:    002_7cbd5e126f251619.txt
-- quote:   No more Memory Leak after Task Exit.
-- asks:    Are as many frames free after rounds of spawn, exit, kill and failed exec as before?
-- metric:  leak.spawn:
--          tries: rounds.
--          violations: frames by which the free count differs.
-- margin:  Refuted if violations is more than 0.
--          Confirmed if it is 0 over at least 10000 rounds in all, over every strategy.
--          Otherwise inconclusive.
-- figure:  none
WITH fact AS (
	SELECT count(DISTINCT strategy) AS strategies,
	       coalesce(sum(value) FILTER (WHERE metric = 'violations'), 0) AS violations,
	       count(*) FILTER (WHERE metric = 'violations') AS counts,
	       coalesce(sum(value) FILTER (WHERE metric = 'tries'), 0) AS tries
	FROM experiment
	WHERE benchmark = 'leak.spawn'
)
SELECT CASE
         WHEN counts = 0     THEN 'not measured'
         WHEN violations > 0 THEN 'refuted'
         WHEN tries = 0      THEN 'not measured'
         WHEN tries < 10000  THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN counts = 0                   THEN 'missing: leak.spawn on bochs or kvm'
         WHEN violations = 0 AND tries = 0 THEN 'missing: tries of leak.spawn'
         ELSE printf('%d frames of difference over %d rounds, %d strategies', violations, tries, strategies)
              || iif(violations = 0 AND tries < 10000, '; wanted 10000 rounds', '')
       END AS evidence
FROM fact;
