-- id:      16
-- seed:    001_090c13eb79bcc688.txt
-- quote:   extremely clear isolation
-- asks:    do a user's tables hold the K pages of the window, and nothing else of the kernel?
-- metric:  window.supervisor_pages: pages without the user bit, by a walk of all four levels of every
--          task's tables
-- margin:  exactly K in every task confirms; any other number refutes
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
