-- id:      7
-- seed:    000_01f62672c32e270b.txt
-- quote:   thus it is always protected from IRQs
-- asks:    A system call runs the loader. Is code protected from interrupts because a system call
--          runs it?
-- metric:  pitfall.call_irq, on builds with a window: for each try, a program makes a spawn call,
--          and an interrupt is raised at the entry of the loader.
--          violations: tries in which the interrupt is delivered before the loader calls another
--            function.
--          control_violations: the same when the kernel spawns with interrupts off.
--          pitfall.window_irq: its violations are uses of the window with IF = 1, over tries
--            (uses). Its corruptions are bytes in wrong frames when two loads use the fixed window
--            at once, with the lock bypassed.
--          irq.off.max: the longest time with interrupts off while a program of the given size is
--            started.
-- margin:  Inconclusive if control_violations is more than 0, because the count is then wrong.
--          Otherwise refuted if one call is interrupted. Confirmed if none is over at least 16
--          tries. Otherwise inconclusive. That the window's lock protects the window decides
--          nothing: the note names the lock separately.
-- figure:  none
-- boots:   window pitfall.call_irq, random pitfall.call_irq, window pitfall.window_irq, random pitfall.window_irq
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS control
	FROM experiment
	WHERE benchmark = 'pitfall.call_irq' AND loader IN ('window', 'random')
), inside AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'corruptions' AND loader = 'window') AS corruptions
	FROM experiment
	WHERE benchmark = 'pitfall.window_irq'
), off AS (
	SELECT engine, parameter, max(median) AS ticks
	FROM good_summary
	WHERE engine IN ('bochs', 'kvm') AND benchmark = 'irq.off.max' AND metric IN ('off', 'timer_gap') AND loader IN ('window', 'random')
	GROUP BY engine, parameter
), whole AS (
	SELECT *, violations + control IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured   THEN 'not measured'
         WHEN control > 0    THEN 'inconclusive'
         WHEN violations > 0 THEN 'refuted'
         WHEN tries < 16     THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: pitfall.call_irq of a build with a window'
         ELSE printf('%d of %d spawn calls were interrupted in the loader: system calls that take long run with interrupts on; '
                     || '%d with interrupts off', violations, tries, control)
       END AS evidence,
       (SELECT printf('the window itself: %d of %d uses with interrupts on, since its lock turns them off', violations, tries)
               || coalesce(printf('; two users at once without the lock: %d bytes in wrong frames', corruptions), '')
               || coalesce('; the price, longest time with interrupts off, in TSC ticks (instructions and REP rounds on '
                           || 'Bochs): '
                           || (SELECT group_concat(printf('%s %d bytes: %d', engine, parameter, ticks), ', ')
                               FROM (SELECT * FROM off ORDER BY engine, parameter)), '')
        FROM inside
        WHERE tries > 0) AS also
FROM whole;
