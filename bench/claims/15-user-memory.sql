-- id:      15
-- seed:    001_090c13eb79bcc688.txt
-- quote:   slowdown in accessing user memory
-- asks:    Does the kernel take longer to access user memory through temporary mappings than
--          directly?
-- metric:  copy.user.page on bouncing copies to user memory through temporary mappings. copy.user
--          on shared copies to it directly. The ratio is the cost of the former over that of the
--          latter, for 8 B to 1 MiB.
-- margin:  Confirmed if the whole interval of the ratio is above 1.05 at every size. Refuted if the
--          whole interval is at or below 1.05 at every size. Otherwise inconclusive.
-- figure:  isolation
-- boots:   heap-sw+direct+bouncing copy.user.* 6
-- needs:   heap-sw+direct+shared copy.user 6
WITH boot AS (
	SELECT CASE
	         WHEN isolation = 'shared' AND benchmark = 'copy.user' THEN 'shared'
	         WHEN isolation = 'bouncing'                           THEN nullif(substr(benchmark, 11), '')
	       END AS way, -- with bouncing: page, walk or entry
	       stack || '+' || loader AS build, engine, cpus, round, parameter AS size, metric, cost
	FROM boot_time
	WHERE benchmark = 'copy.user' OR benchmark LIKE 'copy.user.%'
), timed AS (
	SELECT b.way, engine, size, metric, count(*) AS boots, min(b.cost / s.cost) AS low, max(b.cost / s.cost) AS high
	FROM boot b JOIN boot s USING (build, engine, cpus, round, size, metric)
	WHERE s.way = 'shared' AND b.way <> 'shared' AND s.cost > 0
	GROUP BY b.way, engine, size, metric
), event AS (
	SELECT substr(b.benchmark, 11) AS way, b.parameter AS size, metric, b.ci_low / nullif(s.ci_high, 0) AS low,
	       b.ci_high / nullif(s.ci_low, 0) AS high
	FROM event_summary b JOIN event_summary s USING (engine, cpus, stack, loader, parameter, metric)
	WHERE b.isolation = 'bouncing' AND b.benchmark LIKE 'copy.user.%' AND s.isolation = 'shared'
	  AND s.benchmark = 'copy.user'
	  AND (b."max" > 0 OR s."max" > 0)
), ratio AS (
	-- One line for each way, engine and size: its interval, or its range over all events.
	SELECT 1 AS is_time, way, engine, size, min(low) AS low, max(high) AS high, min(boots) AS boots
	FROM timed
	GROUP BY way, engine, size
	HAVING engine = 'kvm' OR count(DISTINCT metric) = 3
	UNION ALL
	SELECT 0, way, 'bochs', size, min(coalesce(low, 1e9)), max(coalesce(high, 1e9)), NULL
	FROM event
	WHERE NOT EXISTS (SELECT * FROM timed WHERE way = 'page')
	GROUP BY way, size
	HAVING sum(metric = 'instructions') > 0
), decided AS (
	SELECT *, CASE WHEN boots < 6 THEN 'undecided' WHEN low > 1.05 THEN 'slower' WHEN high <= 1.05 THEN 'not slower'
	               ELSE 'undecided' END AS answer
	FROM ratio
), said AS (
	SELECT way, group_concat(printf('%s%s %.3f … %s %s',
	                                CASE WHEN size < 1024    THEN size || ' B'
	                                     WHEN size < 1048576 THEN (size / 1024) || ' KiB'
	                                     ELSE (size / 1048576) || ' MiB' END,
	                                iif(engines > 1, ' ' || engine, ''), low, iif(high < 1e9, printf('%.3f', high), '∞'),
	                                answer), ', ') AS line
	FROM (SELECT *, (SELECT count(DISTINCT engine) FROM decided) AS engines FROM decided ORDER BY engine, size)
	GROUP BY way
), fact AS (
	SELECT count(DISTINCT size) AS sizes, min(size) AS smallest, max(size) AS largest, max(is_time) AS is_time,
	       min(answer = 'slower') AS slower, min(answer = 'not slower') AS not_slower, min(boots) AS boots
	FROM decided
	WHERE way = 'page'
)
SELECT CASE
         WHEN sizes = 0 OR smallest > 8 OR largest < 1048576 THEN 'not measured'
         WHEN slower                                         THEN 'confirmed'
         WHEN not_slower                                     THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN sizes = 0
           THEN 'missing: copy.user.page on a bouncing kernel and copy.user on a shared one, of one stack and loader'
         WHEN smallest > 8 OR largest < 1048576
           THEN printf('missing: sizes of copy.user.page; measured %d … %d bytes, wanted 8 to 1048576', smallest, largest)
         ELSE iif(is_time, printf('bouncing/shared in %s, over %d boots: ',
                                  (SELECT iif(min(engine = 'bochs'), 'modelled cycles', 'time') FROM decided), boots),
                  'bouncing/shared in events on Bochs, not time, from the event of least to that of largest ratio: ')
              || (SELECT line FROM said WHERE way = 'page') || iif(boots < 6, '; under 6 boots give no interval', '')
       END AS evidence,
       (SELECT group_concat(printf('%s instead: %s', iif(way = 'walk', 'by walks and the direct map',
                                                         'by a borrowed entry of the PML4'), line), '; ')
        FROM (SELECT * FROM said WHERE way <> 'page' ORDER BY way DESC)) AS also
FROM fact;
