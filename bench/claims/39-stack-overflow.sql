-- id:      39
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   userspace stackoverflow will be handeled as cleanly as it was prior
-- asks:    if a user stack is a region without a guard page and overflows into a neighbouring
--          mapping, does that still end its program, as it does with a guard page?
-- metric:  user.stack_overflow: bare_corruptions (overflows without a guard page that overwrite the neighbour and go on), violations
--          (the same with one) and guarded_faults over tries (sizes of a call's frame, none over a page)
-- margin:  one silent corruption without the guard page refutes; none over at least 8 tries, with a guard page that stops every
--          one, confirms; a guard page that does not stop one makes it inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'bare_corruptions') AS bare,
	       sum(value) FILTER (WHERE metric = 'guarded_faults') AS guarded,
	       max(value) FILTER (WHERE metric = 'stepped_over') AS stepped
	FROM experiment
	WHERE benchmark = 'user.stack_overflow'
), whole AS (
	SELECT *, violations + bare + guarded IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                  THEN 'not measured'
         WHEN violations > 0 OR guarded = 0 THEN 'inconclusive'
         WHEN bare > 0                      THEN 'refuted'
         WHEN tries < 8                     THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: user.stack_overflow'
         ELSE printf('over %d tries: %d silent corruptions of the neighbour without a guard page, %d with one, which stopped %d',
                     tries, bare, violations, guarded)
              || iif(stepped > 0, '; a frame of two pages steps over it', '')
       END AS evidence
FROM whole;
