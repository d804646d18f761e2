-- id:      22
-- seed:    002_7cbd5e126f251619.txt
-- quote:   Loading ELF is safe.
-- asks:    if an interrupt comes between the two CR3 loads, or a file is damaged, does the sandwich
--          write to the wrong address space or leak memory?
-- metric:  pitfall.sandwich_irq with the sandwich: violations (handlers that ran under the foreign CR3, or images that did
--          not arrive) over tries, frames_leaked, images_refused of 10 damaged ones; wrong_space_when_forced: handlers
--          that ran under the foreign CR3 when interrupts were forced on
-- margin:  no violation, no leaked frame and all 10 images refused confirm; anything else refutes
-- figure:  none
-- boots:   heap pitfall.sandwich_irq
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'frames_leaked') AS leaked,
	       min(value) FILTER (WHERE metric = 'images_refused') AS refused,
	       sum(value) FILTER (WHERE metric = 'wrong_space_when_forced') AS forced
	FROM experiment
	WHERE loader = 'sandwich' AND benchmark = 'pitfall.sandwich_irq'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0                       THEN 'not measured'
         WHEN violations = 0 AND leaked = 0 AND refused = 10   THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 THEN 'missing: pitfall.sandwich_irq of a build with the sandwich'
         ELSE printf('%d violations over %d interrupted loads, %d frames leaked, %d of 10 damaged images refused; with '
                     || 'interrupts forced on, %d handlers ran in the wrong space', violations, tries, leaked, refused, forced)
       END AS evidence
FROM fact;
