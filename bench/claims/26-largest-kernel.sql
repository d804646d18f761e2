-- id:      26
-- seed:    003_63090db9e11a5243.txt
-- quote:   the maximum kernel size can be 2 MiB - 8 Kib - 256 Kib = ~1.74 MiB
-- asks:    256 stacks of 1 KiB are below the end of memory. How large can a kernel at
--          0xFFFFFFFFFFE02000 be without reaching any of them?
-- metric:  largest_kernel_1k, bytes of the largest such kernel, in whole pages:
--          of level1.layout: of the kernels that were linked and booted, the largest that was whole
--            after all 256 stacks had been filled. A kernel of one page more was not whole, or a
--            stack was not. The machine has 255 CPUs; its boot CPU also fills the stack of the 256th.
--          of arith.boot_layout: the same by arithmetic, as a cross-check.
-- margin:  Confirmed if both are exactly 2 MiB - 8 KiB - 256 KiB. Inconclusive if they differ.
--          Otherwise refuted.
-- figure:  none
WITH fact AS (
	SELECT (SELECT max(value) FROM good_sample
	        WHERE engine = 'level1' AND benchmark = 'level1.layout' AND metric = 'largest_kernel_1k') AS booted,
	       (SELECT max(value) FROM experiment
	        WHERE benchmark = 'arith.boot_layout' AND metric = 'largest_kernel_1k') AS computed
)
SELECT CASE
         WHEN booted IS NULL OR computed IS NULL            THEN 'not measured'
         WHEN booted <> computed                            THEN 'inconclusive'
         WHEN booted = 2 * 1048576 - 8 * 1024 - 256 * 1024  THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN booted IS NULL     THEN 'missing: level1.layout, which run-bench.sh --level1 boots'
         WHEN computed IS NULL   THEN 'missing: arith.boot_layout'
         WHEN booted <> computed THEN printf('the largest kernel that booted has %d bytes, but by arithmetic it has %d',
                                             booted, computed)
         ELSE printf('the largest kernel that booted beside 256 stacks of 1 KiB has %d bytes (%.2f MiB), as by arithmetic; one page more meets a stack',
                     booted, booted / 1048576.0)
       END AS evidence
FROM fact;
