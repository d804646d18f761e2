-- id:      8
-- seed:    000_01f62672c32e270b.txt
-- quote:   it may also leak some important info to userspace apps
-- asks:    A program is interrupted in user mode, and the handler runs on the program's own stack.
--          Does the program then find kernel addresses there?
-- metric:  pitfall.user_stack_irq:
--          tries: interrupts from user mode, taken on the program's stack with SMAP off. With SMAP
--            on, no handler can run there.
--          violations: words on that stack that are kernel addresses afterwards.
--          control_violations: such words after as many interrupts that the kernel takes in its
--            regular way.
--          smap_faults: of as many interrupts with SMAP on, as shipped, those that cannot be taken
--            there.
--          smap_words: words with kernel addresses that these interrupts leave.
-- margin:  Inconclusive if control_violations is more than 0. Otherwise confirmed if violations is
--          more than 0. Refuted if violations is 0 over at least 16 tries. Otherwise inconclusive.
--          What the hardware pushes counts too. But at an interrupt from user mode, it pushes the
--          program's own RIP and RSP.
-- figure:  none
-- boots:   window pitfall.user_stack_irq, heap-rsp0+sandwich+shared pitfall.user_stack_irq
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS words,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS control,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'smap_faults') AS faults,
	       sum(value) FILTER (WHERE metric = 'smap_words') AS smap_words
	FROM experiment
	WHERE benchmark = 'pitfall.user_stack_irq'
), whole AS (
	SELECT *, words + control IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured           THEN 'not measured'
         WHEN control > 0            THEN 'inconclusive'
         WHEN words > 0              THEN 'confirmed'
         WHEN tries < 16             THEN 'inconclusive'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: pitfall.user_stack_irq of a build that enters handlers on the stack of the gate'
         ELSE printf('%d words with kernel addresses on a program''s stack after %d interrupts out of user mode taken there; %d '
                     || 'after as many regular ones', words, tries, control)
       END AS evidence,
       CASE
         WHEN measured AND faults IS NOT NULL
           THEN printf('with SMAP on, as this kernel has it, %d of %d interrupts cannot be taken there and leave %d words',
                       faults, tries, smap_words)
       END AS also
FROM whole;
