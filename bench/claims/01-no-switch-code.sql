-- id:      1
-- seed:    000_01f62672c32e270b.txt
-- quote:   there's absolutely no stack-switching code on interrupt entry
-- asks:    With fixed-ist, every task has the same stack address, and all gates use the IST. Is the
--          entry stub then free of instructions that switch stacks?
-- metric:  rsp_writes of irq.entry.user: instructions of the kernel image, between the gate and the
--          handler, that write RSP. The control is rsp_writes on heap-sw, which switches stacks in
--          software.
-- margin:  Inconclusive if the control is 0: heap-sw has such an instruction, and the count missed
--          it. Otherwise confirmed if rsp_writes is 0 on every fixed-ist image. Refuted if it is
--          more than 0 on one of them.
-- figure:  irq-entry
-- boots:   window pitfall.ist_reentry, heap pitfall.ist_reentry
WITH delivered(stack, seen) AS (
	SELECT stack, printf('%g', min(median)) || iif(max(median) > min(median), printf(' to %g', max(median)), '')
	FROM good_summary
	WHERE engine = 'bochs' AND benchmark = 'irq.entry.user' AND metric = 'instructions'
	GROUP BY stack
), fact AS (
	SELECT (SELECT writes FROM entry_stub WHERE stack = 'fixed-ist') AS writes,
	       (SELECT instructions FROM entry_stub WHERE stack = 'fixed-ist') AS instructions,
	       (SELECT writes FROM entry_stub WHERE stack = 'heap-sw') AS control,
	       (SELECT instructions FROM entry_stub WHERE stack = 'heap-sw') AS control_instructions,
	       (SELECT seen FROM delivered WHERE stack = 'fixed-ist') AS seen,
	       (SELECT seen FROM delivered WHERE stack = 'heap-sw') AS control_seen
)
SELECT CASE
         WHEN writes IS NULL OR control IS NULL THEN 'not measured'
         WHEN control = 0                       THEN 'inconclusive'
         WHEN writes = 0                        THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN writes IS NULL  THEN 'missing: rsp_writes of a fixed-ist image'
         WHEN control IS NULL THEN 'missing: rsp_writes of a heap-sw image, the control'
         WHEN control = 0     THEN 'the count finds no RSP write on heap-sw either, which has one'
         ELSE printf('RSP writes in the entry stub: %g on fixed-ist, %g on heap-sw', writes, control)
              || coalesce(printf('; instructions in the stub: %g and %g', instructions, control_instructions), '')
              || coalesce('; from delivery to handler on Bochs: ' || seen || ' and ' || control_seen
                          || ' instructions', '')
       END AS evidence
FROM fact;
