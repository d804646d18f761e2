-- id:      20
-- seed:    002_7cbd5e126f251619.txt
-- quote:   When PID is big enough, we have no more space left
-- asks:    At which process ID does the note's formula reach another stack, or leave the user half?
-- metric:  arith.stack_formula: each metric is a process ID, or 0 for never. The formula is
--          0x500000 + PID + 0x10000 as written, and 0x500000 + PID * 0x10000 as intended.
--          first_overlap_as_written: the first PID whose stack reaches another stack, as written.
--          first_overlap_intended: the first PID whose stack reaches another stack, as intended.
--          first_outside_intended: the first PID whose stack leaves the user half, as intended.
-- margin:  Confirmed if one of the three is a PID that a signed 32-bit pid_t can hold. Otherwise
--          refuted.
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
