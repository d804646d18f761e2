-- id:      6
-- seed:    000_01f62672c32e270b.txt
-- quote:   simpler in logic (thus also faster)
-- asks:    Is loading through a window at a fixed place (window) faster than through one at a
--          random place (random)? This is asked with the window's page tables in place, and without
--          them. With them, the window is unmapped by reloading CR3, as in the note.
-- metric:  exec.load.flush_cr3 (page tables in place) and exec.load.cold (not in place), at every
--          size that was measured. The metric is time: tsc on KVM; cycles_low, cycles_nominal and
--          cycles_high on Bochs. Without times, the events that Bochs counts are used. Only
--          "faster" is decided here.
-- margin:  A case is one benchmark at one size.
--          Times: the interval is the 95 % interval of window/random. Confirmed if the whole
--          interval is below 1 in every case. Refuted if the whole interval is at or above 1 in one
--          case, and below 1 in none. Otherwise inconclusive. A range in place of an interval
--          decides nothing.
--          Events: window is faster in a case if it has fewer instructions, and every other event
--          less often or as often. No prices of events can reverse that. window is not faster if it
--          has every event as often or more often. Otherwise the case is undecided. Confirmed if
--          window is faster in every case. Refuted if it is not faster in one case, and faster in
--          none. Otherwise inconclusive. Less often and more often mean that the 95 % intervals do
--          not overlap. As often means that the medians are equal.
-- figure:  exec
WITH timed AS (
	SELECT benchmark, parameter,
	       min(ci_high < 1 AND flags NOT LIKE '%few%' AND flags NOT LIKE '%range%') AS faster,
	       min(ci_low >= 1 AND flags NOT LIKE '%few%' AND flags NOT LIKE '%range%') AS slower,
	       min(ci_low) AS low, max(ci_high) AS high, max(flags LIKE '%range%' OR flags LIKE '%few%') AS ranges
	FROM comparisons
	WHERE benchmark IN ('exec.load.flush_cr3', 'exec.load.cold') AND a = 'window' AND b = 'random'
	  AND (engine = 'kvm' AND metric = 'tsc'
	       OR engine = 'bochs' AND metric IN ('cycles_low', 'cycles_nominal', 'cycles_high'))
	GROUP BY engine, benchmark, parameter
	HAVING engine = 'kvm' OR count(DISTINCT metric) = 3
), event AS (
	SELECT benchmark, parameter, metric, w.median AS window, r.median AS random,
	       w.ci_low AS low, w.ci_high AS high, r.ci_low AS random_low, r.ci_high AS random_high,
	       w.flags LIKE '%few%' OR r.flags LIKE '%few%' AS range
	FROM event_summary w JOIN event_summary r USING (engine, cpus, benchmark, parameter, metric)
	WHERE benchmark IN ('exec.load.flush_cr3', 'exec.load.cold')
	  AND w.strategy = 'window' AND r.strategy = 'random'
), counted AS (
	SELECT benchmark, parameter,
	       min(high <= random_low OR window = random)
	       AND max(metric = 'instructions' AND high < random_low) AS faster,
	       min(low >= random_high OR window = random) AS slower,
	       max(CASE metric WHEN 'instructions' THEN low / random_high END) AS low,
	       max(CASE metric WHEN 'instructions' THEN high / random_low END) AS high, max(range) AS ranges
	FROM event
	GROUP BY benchmark, parameter
	HAVING sum(metric = 'instructions') > 0
), used AS (
	SELECT 1 AS is_time, * FROM timed
	UNION ALL
	SELECT 0, * FROM counted WHERE NOT EXISTS (SELECT * FROM timed)
), fact AS (
	SELECT max(is_time) AS is_time, count(*) AS rows, sum(benchmark = 'exec.load.flush_cr3') AS warm,
	       sum(benchmark = 'exec.load.cold') AS cold, min(faster) AS all_faster, max(faster) AS one_faster,
	       max(slower) AS one_slower, min(low) AS low, max(high) AS high, max(ranges) AS ranges
	FROM used
), invlpg AS (
	SELECT parameter, min(ci_low) AS low, max(ci_high) AS high
	FROM comparisons
	WHERE benchmark = 'exec.load' AND a = 'window' AND b = 'random'
	  AND (engine = 'kvm' AND metric = 'tsc'
	       OR engine = 'bochs' AND metric IN ('cycles_low', 'cycles_nominal', 'cycles_high'))
	GROUP BY parameter
), frames AS (
	SELECT max(CASE strategy WHEN 'window' THEN "max" END) AS window,
	       max(CASE strategy WHEN 'random' THEN "max" END) AS random
	FROM summary
	WHERE engine IN ('bochs', 'kvm') AND metric = 'window_tables' AND strategy IN ('window', 'random')
)
SELECT CASE
         WHEN rows = 0 OR warm = 0 OR cold = 0  THEN 'not measured'
         WHEN all_faster                        THEN 'confirmed'
         WHEN one_slower AND NOT one_faster     THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN rows = 0 THEN 'missing: exec.load.flush_cr3 and exec.load.cold of both window and random on bochs or kvm'
         WHEN warm = 0 THEN 'missing: exec.load.flush_cr3 of both window and random'
         WHEN cold = 0 THEN 'missing: exec.load.cold of both window and random'
         ELSE printf('window/random in %s: %.3f … %.3f over %d rows, page tables cold and warm',
                     CASE WHEN NOT is_time THEN 'instructions on Bochs (events, not time)'
                          WHEN EXISTS (SELECT * FROM comparisons WHERE engine = 'kvm' AND metric = 'tsc' AND a = 'window'
                                       AND b = 'random' AND benchmark IN ('exec.load.flush_cr3', 'exec.load.cold')) THEN 'time'
                          ELSE 'modelled cycles' END, low, high, rows)
              || (SELECT group_concat(printf('; %s of %d bytes %.3f … %.3f', benchmark, parameter, low, high), '')
                  FROM (SELECT * FROM used ORDER BY benchmark DESC, parameter))
              || coalesce('; events that differ at the largest size: '
                          || (SELECT group_concat(printf('%s %s %.10g to %.10g', benchmark, metric, window, random), ', ')
                              FROM (SELECT * FROM event
                                    WHERE NOT is_time AND parameter = (SELECT max(parameter) FROM event)
                                      AND window <> random
                                    ORDER BY benchmark, metric)), '')
              || coalesce((SELECT printf('; page-table frames of the window, at most: %g against %g', window, random)
                           FROM frames WHERE window IS NOT NULL AND random IS NOT NULL), '')
       END
       || iif(warm > 0 AND cold > 0 AND ranges, '; some are ranges of all samples, too few for a 95 % interval', '') AS evidence,
       'unmapped by INVLPG instead, with page tables in place: '
       || (SELECT group_concat(printf('%d bytes %.3f … %.3f', parameter, low, high), ', ')
           FROM (SELECT * FROM invlpg ORDER BY parameter)) AS also
FROM fact;
