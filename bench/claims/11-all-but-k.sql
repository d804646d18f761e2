-- id:      11
-- seed:    001_090c13eb79bcc688.txt
-- quote:   the user can allocate up to 2^20-K pages
-- asks:    can a user map every page of its half except the K pages of the window? (2^35 - K on
--          x86-64)
-- metric:  window.unavailable: pages that a user cannot have, on paper and in a sparse run over the whole
--          half
-- margin:  exactly K pages, wherever the window is, confirms; more refutes
-- figure:  none
-- needs:   heap-sw+direct+bouncing window.unavailable
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'pages') AS pages, max(value) FILTER (WHERE metric = 'window') AS window,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE isolation = 'bouncing' AND benchmark = 'window.unavailable'
)
SELECT CASE
         WHEN pages IS NULL OR window IS NULL OR coalesce(tries, 0) = 0 THEN 'not measured'
         WHEN pages > window                                            THEN 'refuted'
         WHEN pages < window                                            THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN pages IS NULL OR window IS NULL OR coalesce(tries, 0) = 0
           THEN 'missing: window.unavailable on a bouncing kernel'
         ELSE printf('%d pages of 2^35 cannot be had, of which %d are the window''s; %d pages tried', pages, window, tries)
       END AS evidence,
       iif(pages > window, 'the others are the kernel''s choice, 64 KiB at address 0, and the last page of the half, '
                           || 'after which a SYSCALL would return to a non-canonical address (SDM 2B, SYSRET)', NULL) AS also
FROM fact;
