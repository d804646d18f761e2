-- id:      7
-- seed:    000_01f62672c32e270b.txt
-- quote:   thus it is always protected from IRQs
-- asks:    are interrupts off whenever the window is open, and what does that cost?
-- metric:  pitfall.window_irq: violations (uses of the window with IF = 1) over tries, and corruptions (bytes in wrong
--          frames when two use the fixed window at once, the lock bypassed); irq.off.max: the longest time with
--          interrupts off while a program of the given size is started
-- margin:  one use with IF = 1 refutes; none over at least 16 tries confirms
-- figure:  none
-- boots:   window pitfall.window_irq, random pitfall.window_irq
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'corruptions' AND loader = 'window') AS corruptions
	FROM experiment
	WHERE benchmark = 'pitfall.window_irq'
), off AS (
	SELECT engine, parameter, max(median) AS ticks
	FROM good_summary
	WHERE engine IN ('bochs', 'kvm') AND benchmark = 'irq.off.max' AND metric = 'off' AND loader IN ('window', 'random')
	GROUP BY engine, parameter
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 THEN 'not measured'
         WHEN violations > 0             THEN 'refuted'
         WHEN tries < 16                 THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 THEN 'missing: pitfall.window_irq of a build with a window'
         ELSE printf('%d of %d uses with interrupts on', violations, tries)
              || coalesce(printf('; two users at once without the lock: %d bytes in wrong frames', corruptions), '')
              || coalesce('; the price, longest time with interrupts off, in TSC ticks (instructions and REP rounds on Bochs): '
                          || (SELECT group_concat(printf('%s %d bytes: %d', engine, parameter, ticks), ', ')
                              FROM (SELECT * FROM off ORDER BY engine, parameter)), '')
       END AS evidence
FROM fact;
