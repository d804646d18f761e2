-- id:      13
-- seed:    001_090c13eb79bcc688.txt
-- quote:   Interrupts become quite slow
-- asks:    Does an interrupt or a system call take longer with a bouncing kernel than with a shared
--          one?
-- metric:  The costs of irq.roundtrip.user (an interrupt) and of syscall.null (a system call). The
--          ratio is the cost with bouncing over the cost with shared, with the same stack and
--          loader. Costs are times. Without times, the events that Bochs counts are used.
-- margin:  Confirmed if the whole interval of the ratio is above 1.05 for both benchmarks. Refuted
--          if it is below 1.05 for both. Otherwise inconclusive. Events decide only if no prices of
--          events could change the answer.
-- figure:  isolation
-- needs:   heap-sw+direct+bouncing irq.roundtrip.user 6
-- needs:   heap-sw+direct+bouncing syscall.null 6
-- needs:   heap-sw+direct+shared irq.roundtrip.user 6
-- needs:   heap-sw+direct+shared syscall.null 6
-- needs:   heap-sw+direct+bouncing switch.pingpong, heap-sw+direct+shared switch.pingpong
-- needs:   heap-sw+direct+bouncing fork.roundtrip, heap-sw+direct+shared fork.roundtrip
-- needs:   heap-sw+direct+bouncing exec.execve.path, heap-sw+direct+shared exec.execve.path
WITH boot AS (
	SELECT * FROM boot_time
	WHERE benchmark IN ('irq.roundtrip.user', 'syscall.null') AND isolation IN ('bouncing', 'shared')
), timed AS (
	SELECT benchmark, engine, metric, count(*) AS boots, min(b.cost / s.cost) AS low, max(b.cost / s.cost) AS high
	FROM boot b JOIN boot s USING (benchmark, stack, loader, engine, cpus, round, metric)
	WHERE b.isolation = 'bouncing' AND s.isolation = 'shared' AND s.cost > 0
	GROUP BY benchmark, engine, metric
), event AS (
	SELECT benchmark, metric, max(b.median) AS bouncing, max(s.median) AS shared,
	       min(coalesce(b.ci_low / nullif(s.ci_high, 0), 1e9)) AS low,
	       max(coalesce(b.ci_high / nullif(s.ci_low, 0), 1e9)) AS high
	FROM event_summary b JOIN event_summary s USING (engine, cpus, stack, loader, benchmark, metric)
	WHERE b.isolation = 'bouncing' AND s.isolation = 'shared'
	  AND benchmark IN ('irq.roundtrip.user', 'syscall.null')
	  AND (b."max" > 0 OR s."max" > 0)
	GROUP BY benchmark, metric
), ratio AS (
	-- One line for each benchmark and engine: its interval, or its range over all events.
	SELECT 1 AS is_time, benchmark, engine, min(low) AS low, max(high) AS high, min(boots) AS boots
	FROM timed
	GROUP BY benchmark, engine
	HAVING engine = 'kvm' OR count(DISTINCT metric) = 3
	UNION ALL
	SELECT 0, benchmark, 'bochs', min(low), max(high), NULL
	FROM event
	WHERE NOT EXISTS (SELECT * FROM timed)
	GROUP BY benchmark
	HAVING sum(metric = 'instructions') > 0
), decided AS (
	SELECT *, CASE WHEN boots < 6 THEN 'undecided' WHEN low > 1.05 THEN 'slower' WHEN high < 1.05 THEN 'not slower'
	               ELSE 'undecided' END AS answer
	FROM ratio
), fact AS (
	SELECT count(DISTINCT benchmark) AS benchmarks, max(is_time) AS is_time, min(answer = 'slower') AS slower,
	       min(answer = 'not slower') AS not_slower, min(boots) AS boots, count(DISTINCT engine) AS engines,
	       min(engine = 'bochs') AS on_bochs
	FROM decided
)
SELECT CASE
         WHEN benchmarks < 2 THEN 'not measured'
         WHEN slower         THEN 'confirmed'
         WHEN not_slower     THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN benchmarks < 2
           THEN 'missing: irq.roundtrip.user and syscall.null on a bouncing and a shared kernel, of one stack and loader'
         ELSE iif(is_time, printf('bouncing/shared in %s, over %d boots: ', iif(on_bochs, 'modelled cycles', 'time'), boots),
                  'bouncing/shared in events on Bochs, not time, from the event of least to that of largest ratio: ')
              || (SELECT group_concat(printf('%s%s %.3f … %s %s', benchmark, iif(fact.engines > 1, ' ' || engine, ''), low,
                                             iif(high < 1e9, printf('%.3f', high), '∞'), answer), ', ')
                  FROM (SELECT * FROM decided ORDER BY engine, benchmark))
              || iif(boots < 6, '; under 6 boots give no interval', '')
       END AS evidence,
       'bouncing against shared in counts: '
       || (SELECT group_concat(printf('%s %s %.10g to %.10g', benchmark, metric, bouncing, shared), ', ')
           FROM (SELECT * FROM event WHERE metric IN ('instructions', 'cr3_writes', 'walk_reads')
                 ORDER BY benchmark, metric)) AS also
FROM fact;
