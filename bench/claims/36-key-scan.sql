-- id:      36
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   anyone can map any shared memory object just by trying to map every possible key
-- asks:    can a program without permission find another's segments by trying keys, and not if the
--          owners and modes of segments are checked?
-- metric:  shm.scan: segments with keys drawn from all 2^32 - 1 keys; control_found (those that a scan reads with no
--          permissions asked); violations (the same with them) over tries (keys); read_by_owner; ticks_per_key. A scan tries
--          a sample: the blocks of keys that have a segment, as many that were drawn at random, and all IDs
-- margin:  all found without permissions, and none with them over at least 4096 keys while their owner reads all, confirms; none
--          found without refutes; anything else is inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_found') AS found,
	       sum(value) FILTER (WHERE metric = 'segments') AS segments,
	       sum(value) FILTER (WHERE metric = 'read_by_owner') AS owner,
	       max(value) FILTER (WHERE metric = 'ticks_per_key') AS ticks
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
         ELSE printf('without permissions %d of %d segments are read when a scan comes to their keys; with them %d over %d keys, '
                     || 'and %d by their owner', found, segments, violations, tries, owner)
       END AS evidence,
       CASE
         WHEN measured AND ticks > 0
           THEN printf('a sample of the keys was tried; at %d TSC ticks for a key (instructions and REP rounds on Bochs), all '
                       || '2^32 take %.1e ticks', ticks, ticks * 4294967296.0)
       END AS also
FROM whole;
