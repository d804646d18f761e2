-- id:      11
-- seed:    001_090c13eb79bcc688.txt
-- quote:   the user can allocate up to 2^20-K pages
-- asks:    Can a user map every page of both halves except the K pages of the window? On x86-64 these
--          would be 2^36 - K pages.
-- metric:  window.unavailable, on a bouncing kernel:
--          pages: pages that a user cannot have. These are the K pages of the window, which are
--            counted on paper, and the pages that were refused in a sparse run over both halves.
--          window: K.
--          tries: pages tried in that run.
-- margin:  Confirmed if exactly K pages cannot be had, wherever the window is. Refuted if more than
--          K. Otherwise inconclusive.
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
         ELSE printf('%d pages of 2^36 cannot be had, of which %d are the window''s; %d pages tried', pages, window, tries)
       END AS evidence,
       iif(pages > window, 'the others are the kernel''s choice: 64 KiB at address 0; the last page of the lower half, '
                           || 'after which a SYSCALL would return to a non-canonical address (SDM 2B, SYSRET); and the '
                           || 'last page of the upper half, so that no region ends at 2^64', NULL) AS also
FROM fact;
