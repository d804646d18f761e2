-- id:      26
-- seed:    003_63090db9e11a5243.txt
-- quote:   the maximum kernel size can be 2 MiB - 8 Kib - 256 Kib = ~1.74 MiB
-- asks:    256 stacks of 1 KiB are below the end of memory. How large can a kernel at
--          0xFFFFFFFFFFE02000 be without reaching any of them?
-- metric:  largest_kernel_1k of arith.boot_layout: bytes of the largest such kernel, in whole
--          pages. It is found by placing ever larger kernels, together with every stack.
-- margin:  Confirmed if it is exactly 2 MiB - 8 KiB - 256 KiB. Otherwise refuted.
-- figure:  none
-- kind:    arithmetic
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'largest_kernel_1k') AS bytes
	FROM experiment
	WHERE benchmark = 'arith.boot_layout'
)
SELECT CASE
         WHEN bytes IS NULL                                        THEN 'not measured'
         WHEN bytes = 2 * 1048576 - 8 * 1024 - 256 * 1024          THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN bytes IS NULL THEN 'missing: arith.boot_layout'
         ELSE printf('the largest kernel beside 256 stacks of 1 KiB has %d bytes (%.2f MiB); one page more meets a stack',
                     bytes, bytes / 1048576.0)
       END AS evidence
FROM fact;
