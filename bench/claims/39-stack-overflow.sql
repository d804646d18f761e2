-- id:      39
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   userspace stackoverflow will be handeled as cleanly as it was prior
-- asks:    The sentence of the quote names a drawback: "Only drawback of this is that MemoryRegions
--          don't support guard pages, so ...". So the quote is read as "won't be handled as
--          cleanly". This kernel's user stack is such a region. Does an overflow of it, or of a
--          stack with a guard region, go on in a neighbouring mapping?
-- metric:  user.stack_overflow:
--          tries: sizes of a call's frame, none over a page. Each is tried on the program's own
--            stack, on a mapping with a guard region, and on a stack without a guard.
--          violations: overflows of the first two that overwrite the neighbour and go on.
--          main_faults: overflows of the program's own stack that end the program.
--          guarded_faults: overflows of the mapping with a guard region that end the program.
--          bare_corruptions: overflows of the stack without a guard that overwrite the neighbour.
-- margin:  Confirmed if violations is more than 0: the drawback is real. Refuted if main_faults and
--          guarded_faults are both equal to tries, over at least 8 tries, and bare_corruptions is
--          more than 0. The latter shows that overflows are seen. Otherwise inconclusive.
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'main_faults') AS main,
	       sum(value) FILTER (WHERE metric = 'guarded_faults') AS guarded,
	       sum(value) FILTER (WHERE metric = 'bare_corruptions') AS bare,
	       max(value) FILTER (WHERE metric = 'stepped_over') AS stepped
	FROM experiment
	WHERE benchmark = 'user.stack_overflow'
), whole AS (
	SELECT *, violations + main + guarded + bare IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                                   THEN 'not measured'
         WHEN violations > 0                                 THEN 'confirmed'
         WHEN main < tries OR guarded < tries OR bare = 0
              OR tries < 8                                   THEN 'inconclusive'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: user.stack_overflow'
         ELSE printf('%d overflows went on in the neighbour; of %d each, %d of the program''s own stack and %d of a stack with '
                     || 'a guard region ended the program', violations, tries, main, guarded)
       END AS evidence,
       CASE
         WHEN measured THEN printf('without a guard, %d of %d overwrite the neighbour, so the drawback is real where regions have '
                                   || 'no guard pages', bare, tries)
                            || iif(stepped > 0, '; a frame of two pages steps over a guard region of one', '')
       END AS also
FROM whole;
