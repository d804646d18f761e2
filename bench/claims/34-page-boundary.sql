-- id:      34
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   only allowed if the mapping does **not** exceed a page boundary
-- asks:    A file ends inside a page. Can it be mapped to the end of that page, with zeros after
--          its last byte? And is a mapping of one page more refused?
-- metric:  map.file_end:
--          tries: files of several sizes, once contiguous in memory like a boot module's, and once
--            in single frames.
--          mapped_with_zero_tail: files of which all pages are right.
--          beyond_not_mapped: mappings of one page more that are refused.
--          beyond_bus_errors: mappings of one page more that are made, and end in SIGBUS.
--          beyond_read: mappings of one page more that are made, and can be read.
-- margin:  Refuted if a file is not mapped with all pages right, or if a longer mapping is made.
--          Confirmed if every file is mapped, and every longer mapping is refused, over at least 16
--          tries in all. Otherwise inconclusive.
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
         WHEN NOT measured                      THEN 'not measured'
         WHEN mapped < tries OR bus + beyond > 0 THEN 'refuted'
         WHEN refused < tries OR tries < 16     THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN NOT measured THEN 'missing: map.file_end'
         ELSE printf('%d of %d files mapped to the end of their last page with zeros after their last byte; of the mappings '
                     || 'of one page more, %d were refused and %d made', mapped, tries, refused, bus + beyond)
              || iif(mapped = tries AND bus + beyond = 0 AND tries < 16, '; wanted 16 files', '')
       END AS evidence,
       CASE WHEN measured AND bus + beyond > 0
         THEN printf('of the longer mappings that were made, as Linux makes them, %d ended in SIGBUS at the first byte of the '
                     || 'page too many, and %d could be read', bus, beyond)
       END AS also
FROM whole;
