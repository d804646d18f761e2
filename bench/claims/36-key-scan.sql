-- id:      36
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   anyone can map any shared memory object just by trying to map every possible key
-- asks:    can a program without permission find another's segments by trying keys, and not if the
--          owners and modes of segments are checked?
-- metric:  shm.scan: control_found (segments read with no permissions asked) and control_first_after (keys until the first);
--          violations (the same with them) over tries (keys); read_by_owner of segments
-- margin:  all found without permissions, and none with them over at least 4096 keys while their owner reads all, confirms; none
--          found without refutes; anything else is inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_found') AS found,
	       max(value) FILTER (WHERE metric = 'control_first_after') AS first,
	       sum(value) FILTER (WHERE metric = 'segments') AS segments,
	       sum(value) FILTER (WHERE metric = 'read_by_owner') AS owner
	FROM experiment
	WHERE benchmark = 'shm.scan'
), whole AS (
	SELECT *, violations + found + segments + owner IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                                             THEN 'not measured'
         WHEN found = 0                                                THEN 'refuted'
         WHEN found < segments OR owner < segments OR violations > 0
              OR tries < 4096                                          THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: shm.scan'
         ELSE printf('without permissions %d of %d segments are read, the first after %d keys; with them %d over %d keys, and '
                     || '%d by their owner', found, segments, coalesce(first, 0), violations, tries, owner)
       END AS evidence
FROM whole;
