-- id:      28
-- seed:    003_63090db9e11a5243.txt
-- quote:   leaving the rest <1 MiB for the kernel
-- asks:    How large can a kernel be without reaching any of 256 stacks of 4 KiB?
-- metric:  largest_kernel_4k, bytes of the largest such kernel, in whole pages:
--          of level1.layout: of the kernels that were linked and booted, the largest that was whole
--            after all 256 stacks had been filled. A kernel of one page more was not whole, or a
--            stack was not. The machine has 255 CPUs; its boot CPU also fills the stack of the 256th.
--          of arith.boot_layout: the same by arithmetic, as a cross-check.
-- margin:  Confirmed if both are less than 1 MiB. Inconclusive if they differ. Refuted if they are 1
--          MiB or more.
-- figure:  none
WITH fact AS (
	SELECT (SELECT max(value) FROM good_sample
	        WHERE engine = 'level1' AND benchmark = 'level1.layout' AND metric = 'largest_kernel_4k') AS booted,
	       (SELECT max(value) FROM experiment
	        WHERE benchmark = 'arith.boot_layout' AND metric = 'largest_kernel_4k') AS computed
)
SELECT CASE
         WHEN booted IS NULL OR computed IS NULL THEN 'not measured'
         WHEN booted <> computed                 THEN 'inconclusive'
         WHEN booted < 1048576                   THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN booted IS NULL     THEN 'missing: level1.layout, which run-bench.sh --level1 boots'
         WHEN computed IS NULL   THEN 'missing: arith.boot_layout'
         WHEN booted <> computed THEN printf('256 stacks of 4 KiB leave %d KiB for the kernel that booted, but %d KiB by arithmetic',
                                             booted / 1024, computed / 1024)
         ELSE printf('256 stacks of 4 KiB leave %d KiB for the largest kernel that booted, as by arithmetic', booted / 1024)
       END AS evidence
FROM fact;
