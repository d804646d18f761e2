-- id:      3
-- seed:    000_01f62672c32e270b.txt
-- quote:   we cannot switch PML4Ts in the middle of C code
-- asks:    does C code survive a CR3 switch on a fixed stack, on a heap stack, and on a per-CPU scratch stack?
-- metric:  pitfall.cr3_in_c: fixed_faults, heap_faults and scratch_faults over tries of each
-- margin:  every try on the fixed stack must fault; then the claim is refuted when no try on the scratch stack, which a
--          kernel with fixed stacks can have too, faults, and confirmed when every one does; a fixed stack that survives
--          refutes
-- figure:  none
-- boots:   window pitfall.cr3_in_c, heap pitfall.cr3_in_c
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'fixed_faults') AS fixed,
	       sum(value) FILTER (WHERE metric = 'heap_faults') AS heap,
	       sum(value) FILTER (WHERE metric = 'scratch_faults') AS scratch,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries
	FROM experiment
	WHERE benchmark = 'pitfall.cr3_in_c'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 THEN 'not measured'
         WHEN fixed = 0                  THEN 'refuted'
         WHEN fixed < tries              THEN 'inconclusive'
         WHEN scratch = 0                THEN 'refuted'
         WHEN scratch = tries            THEN 'confirmed'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 THEN 'missing: pitfall.cr3_in_c'
         ELSE printf('faults after a CR3 switch in C, of %d tries each: %d on a fixed stack, %d on a heap stack, %d on a '
                     || 'per-CPU scratch stack, which fixed stacks can use too', tries, fixed, heap, scratch)
       END AS evidence
FROM fact;
