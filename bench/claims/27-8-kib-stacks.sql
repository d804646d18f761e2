-- id:      27
-- seed:    003_63090db9e11a5243.txt
-- quote:   An 8 KiB stack wouldn't fit
-- asks:    Is there room for 256 stacks of 8 KiB and a kernel of one page in 2 MiB - 8 KiB?
-- metric:  most_cpus_8k of arith.boot_layout: the most CPUs, up to 256, whose stacks of 8 KiB leave
--          a page for the kernel.
-- margin:  Confirmed if most_cpus_8k is below 256. Refuted if it is 256.
-- figure:  none
-- kind:    arithmetic
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'most_cpus_8k') AS cpus,
	       max(value) FILTER (WHERE metric = 'largest_kernel_8k') AS room
	FROM experiment
	WHERE benchmark = 'arith.boot_layout'
)
SELECT CASE
         WHEN cpus IS NULL OR room IS NULL THEN 'not measured'
         WHEN cpus < 256                   THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN cpus IS NULL OR room IS NULL THEN 'missing: arith.boot_layout'
         ELSE printf('stacks of 8 KiB for at most %d CPUs leave a page for the kernel; for 256 they leave %d bytes', cpus, room)
       END AS evidence
FROM fact;
