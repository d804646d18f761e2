-- id:      9
-- seed:    000_01f62672c32e270b.txt
-- quote:   the only page structure that is *always* mapped into every task
-- asks:    Does the address of the kernel's window lead to the same frame under every CR3?
-- metric:  window.same_frame, on kernels with shared isolation.
--          tries: address spaces.
--          violations: address spaces in which the address leads to another frame, or to none.
--          "Always" is decided; "only" is not asked.
-- margin:  Refuted if violations is more than 0. Confirmed if violations is 0 over at least 2
--          tries. Otherwise not measured.
-- figure:  none
-- boots:   window pitfall.pcid_remap
WITH fact AS (
	SELECT count(DISTINCT strategy) AS strategies,
	       coalesce(sum(value) FILTER (WHERE metric = 'violations'), 0) AS violations,
	       count(*) FILTER (WHERE metric = 'violations') AS counts,
	       coalesce(sum(value) FILTER (WHERE metric = 'tries'), 0) AS tries
	FROM experiment
	WHERE isolation = 'shared' AND benchmark = 'window.same_frame'
)
SELECT CASE
         WHEN counts = 0     THEN 'not measured'
         WHEN violations > 0 THEN 'refuted'
         WHEN tries < 2      THEN 'not measured'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN counts = 0 THEN 'missing: window.same_frame on bochs or kvm'
         WHEN violations = 0 AND tries < 2
           THEN printf('missing: tries of window.same_frame; %d address spaces, wanted 2', tries)
         ELSE printf('%d violations over %d address spaces, %d strategies', violations, tries, strategies)
       END AS evidence
FROM fact;
