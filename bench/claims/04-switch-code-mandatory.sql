-- id:      4
-- seed:    000_01f62672c32e270b.txt
-- quote:   most benefits (mainly simplicity) are no longer gained as stack-switching code at the start of IRQs is
--          mandatory again
-- asks:    Does a kernel with heap stacks need code that switches stacks at the start of an IRQ? Or
--          can the processor switch them through TSS.RSP0 (heap-rsp0)?
-- metric:  rsp_writes of irq.entry.user on heap-rsp0: instructions of the kernel image, between the
--          gate and the handler, that write RSP. The control is rsp_writes on heap-sw, which
--          switches stacks in software. irq.entry.user must have run on heap-rsp0 with its check
--          passed. This shows that heap-rsp0 works.
-- margin:  Inconclusive if the control is 0: heap-sw has such an instruction, and the count missed
--          it. Otherwise refuted if rsp_writes is 0: one working kernel without such code refutes
--          "mandatory". Confirmed if rsp_writes is more than 0.
-- figure:  irq-entry
-- needs:   heap-rsp0+sandwich+shared irq.entry.*
WITH delivered(stack, median, unit) AS (
	-- Bochs's counts if the run has any, else KVM's ticks.
	SELECT stack, min(median), CASE engine WHEN 'bochs' THEN 'instructions on Bochs' ELSE 'ticks on KVM' END
	FROM good_summary
	WHERE benchmark = 'irq.entry.user'
	  AND (engine = 'bochs' AND metric = 'instructions'
	       OR engine = 'kvm' AND metric = 'tsc'
	          AND NOT EXISTS (SELECT * FROM summary WHERE engine = 'bochs' AND metric = 'instructions'))
	GROUP BY stack
), fact AS (
	SELECT (SELECT writes FROM entry_stub WHERE stack = 'heap-rsp0') AS writes,
	       (SELECT instructions FROM entry_stub WHERE stack = 'heap-rsp0') AS instructions,
	       (SELECT writes FROM entry_stub WHERE stack = 'heap-sw') AS control,
	       (SELECT instructions FROM entry_stub WHERE stack = 'heap-sw') AS control_instructions,
	       (SELECT median FROM delivered WHERE stack = 'heap-rsp0') AS seen,
	       (SELECT unit FROM delivered WHERE stack = 'heap-rsp0') AS unit,
	       (SELECT group_concat(printf('%s %g', stack, median), ', ')
	        FROM (SELECT * FROM delivered WHERE stack <> 'heap-rsp0' ORDER BY stack)) AS others
)
SELECT CASE
         WHEN writes IS NULL OR control IS NULL OR seen IS NULL THEN 'not measured'
         WHEN control = 0                                       THEN 'inconclusive'
         WHEN writes = 0                                        THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN writes IS NULL  THEN 'missing: rsp_writes of a heap-rsp0 image'
         WHEN control IS NULL THEN 'missing: rsp_writes of a heap-sw image, the control'
         WHEN seen IS NULL    THEN 'missing: irq.entry.user on heap-rsp0, which shows that it works'
         WHEN control = 0     THEN 'the count finds no RSP write on heap-sw either, which has one'
         ELSE printf('heap stacks through TSS.RSP0: %g RSP writes in the entry stub, against %g in software', writes,
                     control)
              || coalesce(printf('; instructions in the stub: %g against %g', instructions, control_instructions), '')
              || printf('; from delivery to handler, %s: heap-rsp0 %g', unit, seen)
              || coalesce(', ' || others, '')
       END AS evidence,
       CASE WHEN control > 0 AND seen IS NOT NULL AND writes IS NOT NULL
         THEN '"mandatory" is decided; whether simplicity is lost, in lines of code, is not measured'
       END AS also
FROM fact;
