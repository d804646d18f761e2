-- id:      17
-- seed:    001_090c13eb79bcc688.txt
-- quote:   constrained to a relatively small portion of the kernel code
-- asks:    How much of the kernel's code exists for the bouncing build alone?
-- metric:  isolation.code, of the image of a bouncing kernel:
--          own_lines, own_bytes: lines and bytes of code that only a bouncing build compiles.
--          all_lines, all_bytes: lines and bytes of code of the whole kernel.
-- margin:  Confirmed if the own part is below 10 % of both lines and bytes. Refuted if it is at
--          least 10 % of either.
-- figure:  none
-- needs:   heap-sw+direct+bouncing window.pages
WITH fact AS (
	SELECT strategy, max(value) FILTER (WHERE metric = 'own_lines') AS own_lines,
	       max(value) FILTER (WHERE metric = 'own_bytes') AS own_bytes,
	       max(value) FILTER (WHERE metric = 'all_lines') AS all_lines,
	       max(value) FILTER (WHERE metric = 'all_bytes') AS all_bytes
	FROM good_sample
	WHERE engine = 'image' AND isolation = 'bouncing' AND benchmark = 'isolation.code'
	GROUP BY strategy
), share AS (
	SELECT *, 100.0 * own_lines / all_lines AS lines, 100.0 * own_bytes / all_bytes AS bytes
	FROM fact
	WHERE own_lines IS NOT NULL AND own_bytes IS NOT NULL AND all_lines > 0 AND all_bytes > 0
), worst AS (
	SELECT count(*) AS builds, max(max(lines, bytes)) AS most FROM share
)
SELECT CASE
         WHEN builds = 0 THEN 'not measured'
         WHEN most < 10  THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN builds = 0 THEN 'missing: isolation.code of the image of a bouncing kernel'
         ELSE (SELECT group_concat(printf('%s: %d of %d lines (%.1f %%), %d of %d bytes of code (%.1f %%)', strategy,
                                          own_lines, all_lines, lines, own_bytes, all_bytes, bytes), '; ')
               FROM (SELECT * FROM share ORDER BY strategy))
       END AS evidence
FROM worst;
