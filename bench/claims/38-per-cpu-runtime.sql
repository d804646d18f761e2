-- id:      38
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   allocate processor stacks, and other per processor structures dynamically in runtime
-- asks:    What do 1 to 64 CPUs cost if their structures are made at run time? The comparison is
--          with arrays for 64.
-- metric:  cpus.memory (CPUs): bytes for structures of CPUs, dynamic and static, and failed starts.
-- margin:  Confirmed if dynamic takes fewer bytes below 64 CPUs, and no start fails. Refuted if it
--          takes as many bytes, or if a start fails.
-- figure:  none
WITH fact AS (
	SELECT parameter AS cpus,
	       sum(value) FILTER (WHERE metric = 'dynamic') AS made,
	       sum(value) FILTER (WHERE metric = 'static') AS arrays,
	       sum(value) FILTER (WHERE metric = 'failed') AS failed
	FROM good_sample
	WHERE benchmark = 'cpus.memory' AND engine IN ('bochs', 'kvm', 'tcg') AND NOT overhead
	GROUP BY engine, strategy, round, parameter
), whole AS (
	SELECT count(DISTINCT cpus) FILTER (WHERE made + arrays IS NOT NULL) AS counts,
	       max(cpus) FILTER (WHERE made + arrays IS NOT NULL) AS most,
	       sum(failed) AS failed,
	       max(cpus) FILTER (WHERE made < arrays AND cpus < 64) AS fewer,
	       min(cpus) FILTER (WHERE made >= arrays AND cpus < 64) AS as_many
	FROM fact
)
SELECT CASE
         WHEN failed > 0                                 THEN 'refuted'
         WHEN counts < 10 OR most < 64 OR failed IS NULL THEN 'not measured'
         WHEN as_many IS NOT NULL                        THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN failed > 0 THEN printf('%d CPUs did not start', failed)
         WHEN counts < 10 OR most < 64 OR failed IS NULL
           THEN 'missing: cpus.memory with up to 64 CPUs (--engine tcg --cpus 64 --bench cpus.memory)'
         ELSE iif(as_many IS NULL, '',
                  printf('at %d CPUs, of 10 numbers up to 64, structures made at run time take at least as many bytes as '
                         || 'arrays for 64: %d against %d; ', as_many,
                         (SELECT max(made) FROM fact WHERE cpus = as_many),
                         (SELECT max(arrays) FROM fact WHERE cpus = as_many)))
              || printf('they take fewer up to %d CPUs, %d against %d; all CPUs start', fewer,
                        (SELECT max(made) FROM fact WHERE cpus = fewer),
                        (SELECT max(arrays) FROM fact WHERE cpus = fewer))
       END AS evidence,
       CASE
         WHEN counts >= 10 AND most >= 64
           THEN (SELECT printf('beside the boot CPU''s, which both have: %d bytes with 2 CPUs, %d with 8, %d with 64; the '
                               || 'arrays, without guard pages, always %d',
                               max(made) FILTER (WHERE cpus = 2), max(made) FILTER (WHERE cpus = 8),
                               max(made) FILTER (WHERE cpus = 64), max(arrays))
                 FROM fact)
       END AS also
FROM whole;
