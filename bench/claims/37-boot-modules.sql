-- id:      37
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   there is no need to keep them in memory
-- asks:    once boot modules that are archives have been unpacked, can their memory be freed,
--          except for the bytes that now belong to files, and all of it when the files are gone?
-- metric:  modules.give_back: bytes, bytes_of_files and bytes_freed of archives of several sizes; violations (files that differ after
--          the freed frames were overwritten) over tries (files); frames_lost when all files are gone
-- margin:  no file differs of at least 100 in all, no frame is lost, and what is neither a file's nor free is at most 5 % of the
--          archives: confirms. A file that differs, a lost frame, or more than that kept refutes; fewer files are inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS damaged,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'bytes') AS bytes,
	       sum(value) FILTER (WHERE metric = 'bytes_of_files') AS contents,
	       sum(value) FILTER (WHERE metric = 'bytes_freed') AS freed,
	       sum(value) FILTER (WHERE metric = 'frames_lost') AS lost
	FROM experiment
	WHERE benchmark = 'modules.give_back'
), whole AS (
	SELECT *, damaged + contents + freed + lost IS NOT NULL AND coalesce(tries, 0) > 0 AND coalesce(bytes, 0) > 0 AS measured,
	       bytes - contents - freed AS kept
	FROM fact
)
SELECT CASE
         WHEN NOT measured           THEN 'not measured'
         WHEN damaged + lost > 0     THEN 'refuted'
         WHEN kept * 20 > bytes      THEN 'refuted'
         WHEN tries < 100            THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: modules.give_back'
         ELSE printf('of %d bytes of archives %d are given back at once and %d are of files; %d are kept for nothing, %d of %d '
                     || 'files differ, %d frames are lost', bytes, freed, contents, kept, damaged, tries, lost)
       END AS evidence
FROM whole;
