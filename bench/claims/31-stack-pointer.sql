-- id:      31
-- seed:    003_63090db9e11a5243.txt
-- quote:   Changing the stack pointer is less tricky
-- asks:    There are two plans: moving the kernel, and moving its stack. Which of them takes more
--          code, and which survives fewer mistakes?
-- metric:  level1.plans, boots of both plans in the level-1 environment. The kernel is moved lower and
--          mapped twice for the switch (metrics kernel_*), or the stack is moved (metrics stacks_*).
--          lines: lines of code of the plan, without comments, blank lines and what both share.
--          survived: boots that survive one injected fault each: a page left out or a wrong address.
--            Each plan maps six things: the kernel, the structure, the settings, both pages of the new
--            stack, and what must also be at its old place (the kernel, or the stack). In turn each of
--            them is left out, and then mapped a page too high.
--          faults: the boots with a fault.
--          works: 1 if the plan survives without a fault, as a control.
--          A boot survives if the kernel then finds the structure, the settings and its own data, and
--          calls a function that uses the whole stack.
-- margin:  Confirmed if moving the stack takes fewer lines, and survives as many faults or more.
--          Refuted if it takes more lines, and survives fewer faults. Otherwise inconclusive.
-- figure:  none
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'kernel_lines') AS kernel_lines,
	       max(value) FILTER (WHERE metric = 'stacks_lines') AS stacks_lines,
	       max(value) FILTER (WHERE metric = 'kernel_survived') AS kernel_survived,
	       max(value) FILTER (WHERE metric = 'stacks_survived') AS stacks_survived,
	       max(value) FILTER (WHERE metric = 'faults') AS faults,
	       min(value) FILTER (WHERE metric IN ('kernel_works', 'stacks_works')) AS works
	FROM good_sample
	WHERE engine = 'level1' AND benchmark = 'level1.plans'
)
SELECT CASE
         WHEN kernel_lines IS NULL OR stacks_lines IS NULL OR kernel_survived IS NULL OR stacks_survived IS NULL
              OR coalesce(faults, 0) = 0                                             THEN 'not measured'
         WHEN coalesce(works, 0) = 0                                                 THEN 'inconclusive'
         WHEN stacks_lines < kernel_lines AND stacks_survived >= kernel_survived     THEN 'confirmed'
         WHEN stacks_lines > kernel_lines AND stacks_survived < kernel_survived      THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN kernel_lines IS NULL OR stacks_lines IS NULL OR kernel_survived IS NULL OR stacks_survived IS NULL
              OR coalesce(faults, 0) = 0  THEN 'missing: level1.plans, which run-bench.sh --level1 boots'
         WHEN coalesce(works, 0) = 0      THEN 'a plan does not work without a fault either'
         ELSE printf('moving the stack takes %d lines, moving the kernel %d; of %d faults each, they survive %d and %d',
                     stacks_lines, kernel_lines, faults, stacks_survived, kernel_survived)
       END AS evidence
FROM fact;
