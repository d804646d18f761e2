-- id:      28
-- seed:    003_63090db9e11a5243.txt
-- quote:   leaving the rest <1 MiB for the kernel
-- asks:    How large can a kernel be without reaching any of 256 stacks of 4 KiB?
-- metric:  largest_kernel_4k of arith.boot_layout: bytes of the largest such kernel, in whole
--          pages.
-- margin:  Confirmed if it is less than 1 MiB. Refuted if it is 1 MiB or more.
-- figure:  none
-- kind:    arithmetic
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'largest_kernel_4k') AS bytes
	FROM experiment
	WHERE benchmark = 'arith.boot_layout'
)
SELECT CASE
         WHEN bytes IS NULL   THEN 'not measured'
         WHEN bytes < 1048576 THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN bytes IS NULL THEN 'missing: arith.boot_layout'
         ELSE printf('256 stacks of 4 KiB leave %d KiB for the kernel', bytes / 1024)
       END AS evidence
FROM fact;
