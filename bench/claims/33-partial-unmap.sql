-- id:      33
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   we were just leaking up memory or straight up crashing programs
-- asks:    do regions that munmap(), mprotect() and MAP_FIXED can split keep their promises to
--          programs, where mappings that come and go only as a whole leak and break them?
-- metric:  regions.fuzz: violations (accesses that differ from an oracle of pages) and leaked (frames) over tries (calls
--          and accesses); control_violations and control_leaked of the same calls without splitting
-- margin:  none of both over at least 20000 tries in all confirms, if the control has either in each run; any of them with
--          splitting, or neither without, refutes; fewer tries are inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'leaked') AS leaked,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS broken,
	       sum(value) FILTER (WHERE metric = 'control_leaked') AS held
	FROM experiment
	WHERE benchmark = 'regions.fuzz'
), whole AS (
	SELECT *, violations + leaked + broken + held IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured            THEN 'not measured'
         WHEN violations + leaked > 0 THEN 'refuted'
         WHEN broken + held = 0       THEN 'refuted'
         WHEN tries < 20000           THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: regions.fuzz'
         ELSE printf('without splitting %d accesses go wrong and %d frames are held for nothing; with it %d and %d, over %d tries',
                     broken, held, violations, leaked, tries)
              || iif(violations + leaked = 0 AND broken + held > 0 AND tries < 20000, '; wanted 20000', '')
       END AS evidence
FROM whole;
