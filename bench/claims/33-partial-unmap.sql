-- id:      33
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   we were just leaking up memory or straight up crashing programs
-- asks:    Parts of regions are unmapped. Does this leak memory or crash programs when regions are
--          not split? And does it do neither when they are split?
-- metric:  regions.fuzz: random calls, compared with an oracle of pages. A call that fails changes
--          nothing in the oracle.
--          tries: calls of munmap() whose range ends within a region of the kernel.
--          violations: accesses that differ from the oracle.
--          leaked: frames that are not freed.
--          control_tries: tries of each control. The controls make the same calls, but can only
--            unmap a region as a whole.
--          control_leaked: frames that stay, in the control that keeps such a region.
--          control_violations: accesses to mapped pages that fault, in the control that unmaps it.
-- margin:  Refuted if violations or leaked is more than 0, or if control_leaked and
--          control_violations are both 0. Otherwise confirmed if both of these are more than 0, and
--          there are at least 100000 tries in all. Otherwise inconclusive.
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'leaked') AS leaked,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS broken,
	       sum(value) FILTER (WHERE metric = 'control_leaked') AS held,
	       sum(value) FILTER (WHERE metric = 'control_tries') AS control_tries
	FROM experiment
	WHERE benchmark = 'regions.fuzz'
), whole AS (
	SELECT *, violations + leaked + broken + held + control_tries IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                 THEN 'not measured'
         WHEN violations + leaked > 0      THEN 'refuted'
         WHEN broken + held = 0            THEN 'refuted'
         WHEN broken = 0 OR held = 0       THEN 'inconclusive'
         WHEN tries < 100000               THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: regions.fuzz'
         ELSE printf('with splitting %d accesses go wrong and %d frames leak over %d unmaps of parts of regions; without it, over '
                     || '%d each, %d frames leak if a region stays and %d accesses fault if it goes', violations, leaked, tries,
                     control_tries, held, broken)
              || iif(violations + leaked = 0 AND broken > 0 AND held > 0 AND tries < 100000, '; wanted 100000', '')
       END AS evidence
FROM whole;
