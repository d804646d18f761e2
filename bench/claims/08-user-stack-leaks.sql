-- id:      8
-- seed:    000_01f62672c32e270b.txt
-- quote:   it may also leak some important info to userspace apps
-- asks:    does an interrupt that is taken on the user stack leave kernel addresses there?
-- metric:  pitfall.user_stack_irq: violations (words of a user page that are kernel addresses) after interrupts taken on
--          it, control_violations after interrupts taken as the kernel takes them, over tries
-- margin:  one kernel address confirms, provided that none is left by the regular entry; none refutes
-- figure:  none
-- boots:   heap pitfall.user_stack_irq, window pitfall.user_stack_irq
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS words,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS control,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'pitfall.user_stack_irq'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR words IS NULL OR control IS NULL THEN 'not measured'
         WHEN words = 0                  THEN 'refuted'
         WHEN control > 0                THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR words IS NULL OR control IS NULL THEN 'missing: pitfall.user_stack_irq'
         ELSE printf('%d words with kernel addresses on the user stack after %d interrupts taken there; %d after regular ones',
                     words, tries, control)
       END AS evidence
FROM fact;
