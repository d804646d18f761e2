-- id:      37
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   there is no need to keep them in memory
-- asks:    Boot modules that are archives have been unpacked. Does the memory that their files do
--          not need come back? Does all of it come back when the files are gone?
-- metric:  modules.give_back:
--          bytes: bytes of archives of several sizes.
--          bytes_freeable: bytes of the whole frames that are left over if an archive's files are
--            put together.
--          bytes_freed: bytes of frames that the allocator hands out again.
--          tries: files.
--          violations: files that differ after the freed frames were overwritten.
--          frames_lost: frames that are missing when all files are gone.
--          modules.keep: its bytes_freed are those of the same archives, unpacked with nothing
--            given back.
-- margin:  Refuted if violations or frames_lost is more than 0, or if bytes_freed is less than half
--          of bytes_freeable. At least half is nearer to a kernel that frees everything than to one
--          that frees nothing. Otherwise confirmed if bytes_freed of modules.keep is 0, over at
--          least 100 files. Otherwise inconclusive.
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
