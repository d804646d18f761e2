-- id:      20
-- seed:    002_7cbd5e126f251619.txt
-- quote:   When PID is big enough, we have no more space left
-- asks:    at which process ID does the note's formula reach another stack, or leave the user half?
-- metric:  arith.stack_formula: first_overlap_as_written (0x500000 + PID + 0x10000), first_overlap_intended and
--          first_outside_intended (0x500000 + PID * 0x10000), unit pid, 0 for never
-- margin:  confirmed when one of the three is a PID that a signed 32-bit pid_t can hold; refuted when none is
-- figure:  none
-- kind:    arithmetic
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'first_overlap_as_written') AS written,
	       max(value) FILTER (WHERE metric = 'first_overlap_intended') AS overlap,
	       max(value) FILTER (WHERE metric = 'first_outside_intended') AS outside
	FROM experiment
	WHERE benchmark = 'arith.stack_formula'
)
SELECT CASE
         WHEN written IS NULL OR overlap IS NULL OR outside IS NULL THEN 'not measured'
         WHEN written BETWEEN 1 AND 2147483647 OR overlap BETWEEN 1 AND 2147483647
              OR outside BETWEEN 1 AND 2147483647                   THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN written IS NULL OR overlap IS NULL OR outside IS NULL THEN 'missing: arith.stack_formula'
         ELSE iif(written, printf('as written, stacks overlap from PID %d on', written), 'as written, stacks never overlap')
              || iif(overlap, printf('; with PID times 64 KiB from PID %d on', overlap), '; with PID times 64 KiB they never overlap')
              || iif(outside, printf(' and leave the user half at PID %d', outside), '')
       END AS evidence
FROM fact;
