-- id:      5
-- seed:    000_01f62672c32e270b.txt
-- quote:   the speed differences are actually extremely small (I did not test it, don't take my word)
-- asks:    does loading by CR3 switch (heap) cost the same as loading through the window (window)?
-- metric:  exec.load at every size that was measured, of which one must be 4 KiB and one at least 1 MiB. Time: tsc
--          on KVM, cycles_low, cycles_nominal and cycles_high on Bochs. Without time, the events that Bochs counts.
-- margin:  time: the whole 95 % interval of window/heap inside 0.95 ... 1.05 at every size confirms; wholly outside,
--          on the same side for every time of an engine, at any size refutes.
--          events: a load costs the sum of its events, each times a price that nobody knows, so its cost
--          ratio lies between the smallest and the largest ratio of any event. All inside 0.95 ... 1.05 at every size
--          confirms; all above 1.05 or all below 0.95 at any size refutes; between that, prices decide: inconclusive
-- figure:  exec
WITH timed AS (
	SELECT engine, parameter AS size,
	       min(ci_low >= 0.95 AND ci_high <= 1.05 AND flags NOT LIKE '%few%') AS inside,
	       min(ci_low > 1.05 AND flags NOT LIKE '%few%')
	       OR min(ci_high < 0.95 AND flags NOT LIKE '%few%') AS outside,
	       min(ci_low) AS low, max(ci_high) AS high, max(flags LIKE '%range%' OR flags LIKE '%few%') AS ranges
	FROM comparisons
	WHERE benchmark = 'exec.load' AND a = 'window' AND b = 'heap'
	  AND (engine = 'kvm' AND metric = 'tsc'
	       OR engine = 'bochs' AND metric IN ('cycles_low', 'cycles_nominal', 'cycles_high'))
	GROUP BY engine, parameter
	HAVING engine = 'kvm' OR count(DISTINCT metric) = 3
), event AS (
	SELECT w.parameter AS size, w.metric AS metric, w.median AS window, h.median AS heap,
	       w.ci_low AS low, w.ci_high AS high, h.ci_low AS heap_low, h.ci_high AS heap_high,
	       w.flags LIKE '%few%' OR h.flags LIKE '%few%' AS range
	FROM good_summary w JOIN good_summary h USING (engine, cpus, benchmark, parameter, metric)
	WHERE engine = 'bochs' AND benchmark = 'exec.load' AND w.strategy = 'window' AND h.strategy = 'heap'
	  AND metric IN ('instructions', 'rep_iterations', 'data_accesses', 'walk_reads', 'walk_writes', 'cr3_writes',
	                 'invlpg', 'invpcid', 'interrupts', 'exceptions')
	  AND (w."max" > 0 OR h."max" > 0)
), counted AS (
	SELECT size,
	       min(high <= 1.05 * heap_low AND low >= 0.95 * heap_high) AS inside,
	       min(low > 1.05 * heap_high) OR min(high < 0.95 * heap_low) AS outside,
	       max(CASE metric WHEN 'instructions' THEN low / heap_high END) AS low,
	       max(CASE metric WHEN 'instructions' THEN high / heap_low END) AS high, max(range) AS ranges
	FROM event
	GROUP BY size
	HAVING sum(metric = 'instructions') > 0
), used AS (
	SELECT 1 AS is_time, * FROM timed
	UNION ALL
	SELECT 0, 'bochs', * FROM counted WHERE NOT EXISTS (SELECT * FROM timed)
), fact AS (
	SELECT max(is_time) AS is_time, count(DISTINCT size) AS sizes, min(size) AS smallest, max(size) AS largest,
	       min(inside) AS inside, max(outside) AS outside, min(low) AS low, max(high) AS high, max(ranges) AS ranges,
	       group_concat(DISTINCT engine) AS engines
	FROM used
)
SELECT CASE
         WHEN sizes = 0 OR smallest > 4096 OR largest < 1048576 THEN 'not measured'
         WHEN inside                                            THEN 'confirmed'
         WHEN outside                                           THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN sizes = 0 THEN 'missing: exec.load of both window and heap on bochs or kvm'
         WHEN smallest > 4096 OR largest < 1048576
           THEN printf('missing: sizes of exec.load; measured %d … %d bytes, wanted 4096 to at least 1048576',
                       smallest, largest)
         WHEN is_time THEN printf('time, window/heap: %.3f … %.3f over %d sizes, %d … %d bytes (%s)', low, high, sizes,
                                  smallest, largest, engines)
         ELSE printf('events on Bochs, not time; window/heap in instructions: %.3f … %.3f over %d sizes, %d … %d bytes',
                     low, high, sizes, smallest, largest)
              || coalesce('; window against heap at the largest: '
                          || (SELECT group_concat(printf('%s %.10g to %.10g', metric, window, heap), ', ')
                              FROM (SELECT * FROM event WHERE size = largest AND metric <> 'instructions'
                                    ORDER BY metric)), '')
              || iif(inside OR outside, '', '; which is cheaper depends on what each event costs')
       END
       || iif(sizes > 0 AND ranges, '; some are ranges of all samples, too few for a 95 % interval', '') AS evidence
FROM fact;
