-- id:      33
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   we were just leaking up memory or straight up crashing programs
-- asks:    do unmaps of parts of regions leak or crash when regions are not split, and not when they are?
-- metric:  regions.fuzz: violations (accesses that differ from an oracle of pages) and leaked (frames) over tries (calls of
--          munmap() whose range ends within a region of the kernel); the same calls if a region can only be unmapped as a
--          whole: control_leaked (frames that stay when it is kept), control_violations (accesses to mapped pages that
--          fault when it goes), over control_tries. A call that fails changes nothing in the oracle
-- margin:  none of violations and leaks over at least 100000 tries in all confirms, if each control has some; one of them
--          with splitting, or none in both controls, refutes; otherwise nothing is decided
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
