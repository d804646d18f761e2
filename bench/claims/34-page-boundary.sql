-- id:      34
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   only allowed if the mapping does **not** exceed a page boundary
-- asks:    can the pages of a file be mapped up to its end, with zeros after its last byte, so that
--          nothing past them can be read? The note refuses a longer mapping; making one, as Linux
--          does, whose excess pages raise SIGBUS, serves as well
-- metric:  map.file_end: mapped_with_zero_tail (files of which all pages are right) and beyond_read (programs that read one page
--          more) over tries (files of several sizes, of boot modules and in frames); beyond_not_mapped, beyond_bus_errors
-- margin:  every file mapped and nothing read behind it over at least 16 tries in all confirms; a file that is not, or a page
--          that is read, refutes; fewer tries are inconclusive
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'mapped_with_zero_tail') AS mapped,
	       sum(value) FILTER (WHERE metric = 'beyond_not_mapped') AS refused,
	       sum(value) FILTER (WHERE metric = 'beyond_bus_errors') AS bus,
	       sum(value) FILTER (WHERE metric = 'beyond_read') AS beyond
	FROM experiment
	WHERE benchmark = 'map.file_end'
), whole AS (
	SELECT *, mapped + refused + bus + beyond IS NOT NULL AND coalesce(tries, 0) > 0 AS measured FROM fact
)
SELECT CASE
         WHEN NOT measured                  THEN 'not measured'
         WHEN mapped < tries OR beyond > 0  THEN 'refuted'
         WHEN refused + bus < tries         THEN 'inconclusive'
         WHEN tries < 16                    THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: map.file_end'
         ELSE printf('%d of %d files mapped to the end of their last page with zeros behind them; of one page more, %d mappings '
                     || 'refused, %d ended in SIGBUS, %d read', mapped, tries, refused, bus, beyond)
              || iif(mapped = tries AND beyond = 0 AND tries < 16, '; wanted 16 files', '')
       END AS evidence
FROM whole;
