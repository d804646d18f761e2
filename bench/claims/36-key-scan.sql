-- id:      36
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   anyone can map any shared memory object just by trying to map every possible key
-- asks:    Can a program without permission find the segments of another by trying keys? And does a
--          check of the owners and modes of segments prevent this?
-- metric:  shm.scan: a scan tries a sample of keys: the blocks of keys that have a segment, as many
--          blocks drawn at random, and all IDs.
--          segments: their number. Their keys are drawn from all 2^32 - 1 keys.
--          control_found: segments that a scan reads when no permissions are checked.
--          violations: segments that a scan reads when they are checked.
--          tries: keys tried.
--          read_by_owner: segments that their owner can read.
--          ticks_per_key: TSC ticks that a key takes.
-- margin:  Refuted if control_found is 0. Confirmed if control_found and read_by_owner are both
--          equal to segments, and violations is 0 over at least 4096 keys. Otherwise inconclusive.
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
