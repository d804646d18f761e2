-- id:      40
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   we now make sure loaded ELF regions are in sorted order
-- asks:    An image has its PT_LOADs in any order. Does the search for a region find every page,
--          because the regions are sorted?
-- metric:  regions.elf_order:
--          tries: pages looked up.
--          violations: pages for which the search gives the wrong answer.
--          programs_failed: programs that did not find their segments.
--          control_violations: the same as violations, with the regions in the order of the file.
-- margin:  Refuted if violations or programs_failed is more than 0. Otherwise confirmed if
--          control_violations is more than 0, over at least 248 tries in all. Otherwise
--          inconclusive.
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'control_violations') AS control,
	       sum(value) FILTER (WHERE metric = 'programs_failed') AS failed
	FROM experiment
	WHERE benchmark = 'regions.elf_order'
), whole AS (
	SELECT *, violations + control + failed IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                THEN 'not measured'
         WHEN violations + failed > 0     THEN 'refuted'
         WHEN control = 0 OR tries < 248  THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: regions.elf_order'
         ELSE printf('%d misses over %d pages looked up, %d programs failed; %d misses with the regions as the file has them',
                     violations, tries, failed, control)
              || iif(violations + failed = 0 AND control > 0 AND tries < 248, '; wanted 248 pages', '')
       END AS evidence
FROM whole;
