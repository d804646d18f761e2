-- id:      27
-- seed:    003_63090db9e11a5243.txt
-- quote:   An 8 KiB stack wouldn't fit
-- asks:    Is there room for 256 stacks of 8 KiB and a kernel of one page in 2 MiB - 8 KiB?
-- metric:  most_cpus_8k, the most CPUs, up to 256, whose stacks of 8 KiB leave a page for the kernel:
--          of level1.layout: a kernel of one page booted with so many CPUs, and was whole after they
--            had filled their stacks. With one CPU more, it was not. Missing if there was no such
--            pair of boots.
--          of arith.boot_layout: the same by arithmetic, as a cross-check.
-- margin:  Confirmed if both are below 256. Inconclusive if they differ. Refuted if they are 256.
-- figure:  none
WITH fact AS (
	SELECT (SELECT max(value) FROM good_sample
	        WHERE engine = 'level1' AND benchmark = 'level1.layout' AND metric = 'most_cpus_8k') AS booted,
	       (SELECT max(value) FROM experiment
	        WHERE benchmark = 'arith.boot_layout' AND metric = 'most_cpus_8k') AS computed
)
SELECT CASE
         WHEN booted IS NULL OR computed IS NULL THEN 'not measured'
         WHEN booted <> computed                 THEN 'inconclusive'
         WHEN booted < 256                       THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN booted IS NULL     THEN 'missing: level1.layout, which run-bench.sh --level1 boots'
         WHEN computed IS NULL   THEN 'missing: arith.boot_layout'
         WHEN booted <> computed THEN printf('a kernel of one page booted with up to %d CPUs, but by arithmetic with up to %d',
                                             booted, computed)
         ELSE printf('a kernel of one page booted with the stacks of 8 KiB of at most %d CPUs, as by arithmetic', booted)
       END AS evidence
FROM fact;
