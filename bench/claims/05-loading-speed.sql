-- id:      5
-- seed:    000_01f62672c32e270b.txt
-- quote:   the speed differences are actually extremely small (I did not test it, don't take my word)
-- asks:    The strategy window loads an image through a window, and unmaps the window by reloading
--          CR3, as in the note. The strategy heap loads an image by switching CR3. Does loading
--          cost the same with both? Each size is answered by itself.
-- metric:  The cost of exec.load.flush_cr3 on window over the cost of exec.load on heap, at every
--          size that both have. One of these sizes must be 4 KiB, and one at least 1 MiB. Costs are
--          times: tsc on KVM; cycles_low, cycles_nominal and cycles_high on Bochs. Without times,
--          the events that Bochs counts are used.
-- margin:  Confirmed if every size has the same speed. Refuted if any size has another speed.
--          Otherwise inconclusive.
--          Times: each boot of both strategies gives a ratio of medians. The interval spans the
--          ratios of all boots. With at least 6 boots it covers 95 %; with fewer, the size is
--          undecided. A size has the same speed if the interval of every time is inside 0.95 ...
--          1.05. It has another speed if the intervals of all times of an engine are wholly
--          outside, on the same side. Otherwise it is undecided.
--          Events: a load costs the sum of its events, each times an unknown price. So the ratio of
--          the costs lies between the smallest and the largest ratio of any event. This range
--          decides in place of the interval, by the same rule.
-- figure:  exec
-- needs:   heap-sw+direct+shared exec.load
WITH boot AS (
	SELECT CASE
	         WHEN benchmark = 'exec.load.flush_cr3' AND strategy = 'window' THEN 'CR3'
	         WHEN benchmark = 'exec.load' AND strategy = 'window'           THEN 'INVLPG'
	         WHEN benchmark = 'exec.load' AND strategy = 'heap'             THEN 'heap'
	         WHEN benchmark = 'exec.load' AND stack || loader || isolation = 'heap-swdirectshared' THEN 'direct'
	       END AS way,
	       engine, cpus, round, parameter AS size, metric, cost
	FROM boot_time
	WHERE benchmark IN ('exec.load', 'exec.load.flush_cr3')
), timed AS (
	SELECT b.way, engine, size, metric, count(*) AS boots, min(b.cost / h.cost) AS low, max(b.cost / h.cost) AS high
	FROM boot b JOIN boot h USING (engine, cpus, round, size, metric)
	WHERE h.way = 'heap' AND b.way <> 'heap' AND h.cost > 0
	GROUP BY b.way, engine, size, metric
), event AS (
	SELECT iif(w.benchmark = 'exec.load', 'INVLPG', 'CR3') AS way, parameter AS size, metric, w.median AS window,
	       h.median AS heap, w.ci_low / nullif(h.ci_high, 0) AS low, w.ci_high / nullif(h.ci_low, 0) AS high
	FROM event_summary w JOIN event_summary h USING (engine, cpus, parameter, metric)
	WHERE w.strategy = 'window' AND h.strategy = 'heap' AND h.benchmark = 'exec.load'
	  AND w.benchmark IN ('exec.load', 'exec.load.flush_cr3')
	  AND (w."max" > 0 OR h."max" > 0)
), ratio AS (
	-- One line for each way, engine and size: its interval, or its range over all events.
	SELECT 1 AS is_time, way, engine, size, min(low) AS low, max(high) AS high, min(boots) AS boots,
	       min(low >= 0.95 AND high <= 1.05) AS same, min(low > 1.05) OR min(high < 0.95) AS other
	FROM timed
	GROUP BY way, engine, size
	HAVING engine = 'kvm' OR count(DISTINCT metric) = 3
	UNION ALL
	SELECT 0, way, 'bochs', size, min(coalesce(low, 1e9)), max(coalesce(high, 1e9)), NULL,
	       min(coalesce(low >= 0.95 AND high <= 1.05, 0)), min(coalesce(low > 1.05, 1)) OR min(coalesce(high < 0.95, 0))
	FROM event
	WHERE NOT EXISTS (SELECT * FROM timed WHERE way = 'CR3')
	GROUP BY way, size
	HAVING sum(metric = 'instructions') > 0
), decided AS (
	SELECT *,
	       CASE WHEN boots < 6 THEN 'undecided' WHEN same THEN 'same' WHEN other THEN 'other' ELSE 'undecided' END AS answer
	FROM ratio
), said AS (
	SELECT way, group_concat(printf('%s %.3f … %s %s',
	                           iif(size < 1048576, (size / 1024) || ' KiB', (size / 1048576) || ' MiB')
	                           || iif(engines > 1, ' ' || engine, ''), low, iif(high < 1e9, printf('%.3f', high), '∞'),
	                           CASE WHEN answer <> 'other'  THEN answer
	                                WHEN high < 1           THEN iif(is_time, 'faster', 'less')
	                                ELSE iif(is_time, 'slower', 'more') END), ', ') AS line
	FROM (SELECT *, (SELECT count(DISTINCT engine) FROM decided) AS engines FROM decided ORDER BY engine, size)
	GROUP BY way
), fact AS (
	SELECT count(DISTINCT size) AS sizes, min(size) AS smallest, max(size) AS largest, max(is_time) AS is_time,
	       min(answer = 'same') AS same, max(answer = 'other') AS other, min(boots) AS boots
	FROM decided
	WHERE way = 'CR3'
)
SELECT CASE
         WHEN sizes = 0 OR smallest > 4096 OR largest < 1048576 THEN 'not measured'
         WHEN same                                              THEN 'confirmed'
         WHEN other                                             THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN sizes = 0 THEN 'missing: exec.load.flush_cr3 of window and exec.load of heap on bochs or kvm'
         WHEN smallest > 4096 OR largest < 1048576
           THEN printf('missing: sizes of exec.load.flush_cr3; measured %d … %d bytes, wanted 4096 to at least 1048576',
                       smallest, largest)
         ELSE 'loading alone; window (exec.load.flush_cr3: unmapped by one CR3 load) / heap (exec.load) in '
              || iif(is_time,
                     printf('%s, over %d boots: ',
                            (SELECT iif(min(engine = 'bochs'), 'modelled cycles', 'time') FROM decided), boots),
                     'events on Bochs, not time, from the event of least to that of largest ratio: ')
              || (SELECT line FROM said WHERE way = 'CR3') || '; same: the whole interval in 0.95 … 1.05'
              || iif(is_time, '', coalesce('; window against heap at the largest: '
                     || (SELECT group_concat(printf('%s %.10g to %.10g', metric, window, heap), ', ')
                         FROM (SELECT * FROM event
                               WHERE way = 'CR3' AND size = largest AND window <> heap ORDER BY metric)), ''))
              || iif(boots < 6, '; under 6 boots give no interval', '')
       END AS evidence,
       'unmapped by INVLPG of each page (exec.load of window, as in a start by exec.spawn): '
       || (SELECT line FROM said WHERE way = 'INVLPG')
       || coalesce('; loader direct/heap: ' || (SELECT line FROM said WHERE way = 'direct'), '') AS also
FROM fact;
