-- id:      18
-- seed:    001_090c13eb79bcc688.txt
-- quote:   There's no need to copy kernel mappings
-- asks:    How many of the kernel's table entries does a fork copy, on bouncing and on shared?
-- metric:  entries_copied of fork.roundtrip: page-table entries of the kernel that are written for
--          a new task.
-- margin:  Refuted if entries_copied is more than 0 on bouncing. Otherwise confirmed if it is more
--          than 0 on shared. Otherwise inconclusive.
-- figure:  none
-- needs:   heap-sw+direct+bouncing fork.roundtrip
WITH fact AS (
	SELECT max(value) FILTER (WHERE isolation = 'bouncing') AS bouncing,
	       min(value) FILTER (WHERE isolation = 'shared') AS shared
	FROM experiment
	WHERE benchmark = 'fork.roundtrip' AND metric = 'entries_copied'
)
SELECT CASE
         WHEN bouncing IS NULL OR shared IS NULL THEN 'not measured'
         WHEN bouncing > 0                       THEN 'refuted'
         WHEN shared = 0                         THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN bouncing IS NULL THEN 'missing: entries_copied of fork.roundtrip on a bouncing kernel'
         WHEN shared IS NULL   THEN 'missing: entries_copied of fork.roundtrip on a kernel with shared isolation'
         ELSE printf('table entries of the kernel''s in a new space: bouncing %d, shared %d', bouncing, shared)
       END AS evidence,
       iif(bouncing > 0 AND shared IS NOT NULL, 'with bouncing they are those of the window''s pages; none is for the rest of the kernel', NULL) AS also
FROM fact;
