-- id:      37
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   there is no need to keep them in memory
-- asks:    once boot modules that are archives have been unpacked, does the memory come back that their files do not
--          need, and all of it when the files are gone?
-- metric:  modules.give_back: bytes of archives of several sizes, bytes_freeable (whole frames that are left over if an
--          archive's files are put together), bytes_freed (frames that the allocator hands out again); violations (files
--          that differ after the freed frames were overwritten) over tries (files); frames_lost when all files are gone.
--          modules.keep: bytes_freed of the same archives if they are unpacked and nothing is given back
-- margin:  no file of at least 100 differs, no frame is lost, and at least half of what can be freed is, which is nearer to
--          a kernel that frees everything than to one that frees nothing: confirms. A file that differs, a lost frame,
--          or less freed refutes. Fewer files, or bytes freed by modules.keep, decide nothing
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS damaged,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'bytes') AS bytes,
	       sum(value) FILTER (WHERE metric = 'bytes_freeable') AS freeable,
	       sum(value) FILTER (WHERE metric = 'bytes_freed') AS freed,
	       sum(value) FILTER (WHERE metric = 'frames_lost') AS lost,
	       (SELECT sum(value) FROM experiment WHERE benchmark = 'modules.keep' AND metric = 'bytes_freed') AS kept_freed
	FROM experiment
	WHERE benchmark = 'modules.give_back'
), whole AS (
	SELECT *, damaged + freed + lost + kept_freed IS NOT NULL AND coalesce(tries, 0) > 0 AND coalesce(bytes, 0) > 0
	          AND coalesce(freeable, 0) > 0 AS measured
	FROM fact
)
SELECT CASE
         WHEN NOT measured          THEN 'not measured'
         WHEN damaged + lost > 0    THEN 'refuted'
         WHEN freed * 2 < freeable  THEN 'refuted'
         WHEN kept_freed > 0        THEN 'inconclusive'
         WHEN tries < 100           THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: modules.give_back and modules.keep'
         ELSE printf('of %d bytes that files do not need %d come back (%d of a kernel that gives nothing back), %d of %d files '
                     || 'differ, %d frames are lost', freeable, freed, kept_freed, damaged, tries, lost)
       END AS evidence,
       CASE
         WHEN measured THEN printf('that is %.1f %% of the %d bytes of the archives: the other frames hold their files until '
                                   || 'these are gone', 100.0 * freed / bytes, bytes)
       END AS also
FROM whole;
