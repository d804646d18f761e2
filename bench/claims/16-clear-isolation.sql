-- id:      16
-- seed:    001_090c13eb79bcc688.txt
-- quote:   extremely clear isolation
-- asks:    Do a user's tables hold the K pages of the window, and nothing else of the kernel?
-- metric:  window.supervisor_pages, on a bouncing kernel: all four levels of every task's tables
--          are walked to find the pages without the user bit.
--          tries: tasks.
--          violations: tasks with any other number of such pages than K, and such pages that are
--            both writable and executable.
-- margin:  Confirmed if violations is 0: every task has exactly K. Refuted if violations is more
--          than 0.
-- figure:  none
-- needs:   heap-sw+direct+bouncing window.supervisor_pages
WITH fact AS (
	SELECT coalesce(sum(value) FILTER (WHERE metric = 'violations'), 0) AS violations,
	       coalesce(sum(value) FILTER (WHERE metric = 'tries'), 0) AS tasks,
	       max(value) FILTER (WHERE metric = 'pages') AS pages
	FROM experiment
	WHERE isolation = 'bouncing' AND benchmark = 'window.supervisor_pages'
)
SELECT CASE
         WHEN tasks = 0      THEN 'not measured'
         WHEN violations > 0 THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tasks = 0 THEN 'missing: window.supervisor_pages on a bouncing kernel'
         ELSE printf('%d of %d tasks map other supervisor pages than the window''s, at most %d pages', violations, tasks, pages)
       END AS evidence
FROM fact;
