-- id:      22
-- seed:    002_7cbd5e126f251619.txt
-- quote:   Loading ELF is safe.
-- asks:    The note switches CR3 on stacks that all tasks share. Here the loader is entered as the
--          system call enters it, with interrupts on wherever the kernel has them on. Does an
--          interrupt between the two CR3 loads find the address space of the task that it
--          interrupts? And is a damaged file harmless?
-- metric:  pitfall.sandwich_irq, with the sandwich: for each try, a program makes a spawn call, and
--          an interrupt comes at the loader's first store. Its handler stores a word at an address
--          of the calling task.
--          violations: words that another address space gets.
--          control_violations: the same when the loader is entered with interrupts off.
--          wrong_space_when_forced: the same when interrupts are forced on.
--          images_safe: of 10 damaged images, those that are refused, or whose load reads no byte
--            outside the file and writes none outside the user half.
--          frames_leaked: frames that are missing at the end.
-- margin:  All counts are of heap stacks. Refuted if violations or frames_leaked is more than 0, or
--          if images_safe is below 10. Otherwise confirmed if there are at least 16 tries, and
--          wrong_space_when_forced is more than 0. Otherwise inconclusive.
-- figure:  none
-- boots:   heap pitfall.sandwich_irq, fixed-ist+sandwich+shared pitfall.sandwich_irq
WITH sandwich AS (
	SELECT stack LIKE 'heap-%' AS heap, metric, value
	FROM experiment
	WHERE loader = 'sandwich' AND benchmark = 'pitfall.sandwich_irq'
), fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations' AND heap) AS violations,
	       sum(value) FILTER (WHERE metric = 'tries' AND heap) AS tries,
	       sum(value) FILTER (WHERE metric = 'control_violations' AND heap) AS masked,
	       sum(value) FILTER (WHERE metric = 'wrong_space_when_forced' AND heap) AS forced,
	       sum(value) FILTER (WHERE metric = 'frames_leaked' AND heap) AS leaked,
	       min(value) FILTER (WHERE metric = 'images_safe' AND heap) AS safe,
	       sum(value) FILTER (WHERE metric = 'violations' AND NOT heap) AS fixed_violations,
	       sum(value) FILTER (WHERE metric = 'tries' AND NOT heap) AS fixed_tries,
	       sum(value) FILTER (WHERE metric = 'wrong_space_when_forced' AND NOT heap) AS fixed_forced
	FROM sandwich
), whole AS (
	SELECT *, violations + masked + forced + leaked + safe IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                               THEN 'not measured'
         WHEN violations > 0 OR leaked > 0 OR safe < 10  THEN 'refuted'
         WHEN forced = 0 OR tries < 16                   THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: pitfall.sandwich_irq of a build with the sandwich on heap stacks'
         ELSE printf('on heap stacks %d of %d handlers that ran during a spawn call stored into the wrong address space, '
                     || '%d when the loader was entered with interrupts off, %d when they were forced on; %d of 10 '
                     || 'damaged images did no harm, %d frames leaked', violations, tries, masked, forced, safe, leaked)
       END AS evidence,
       CASE
         WHEN fixed_tries > 0
           THEN printf('on fixed stacks, where the sandwich turns interrupts off, %d of %d, and %d when they were forced on',
                       fixed_violations, fixed_tries, fixed_forced)
       END AS also
FROM whole;
