-- id:      32
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   allows most pointer validations to not block as write operations to memory regions are rare
-- asks:    W % of the calls are mmap. Do threads that check pointers block less, and get more done,
--          with a read-write lock than with a mutex?
-- metric:  validate.rate (W): checks in a second (the rate), and the share of checks that blocked,
--          with a mutex and with a read-write lock. All CPUs of the machine make the same number of
--          calls, so the rates are to each other as the times are, the other way round. The metric
--          is time: tsc on KVM; cycles_low, cycles_nominal and cycles_high on Bochs.
-- margin:  The ratio is the rate with a read-write lock over that with a mutex, at W = 1 %.
--          Confirmed if the share with a read-write lock is lower, and the whole interval of the
--          ratio is above 1.05. Refuted if the share is at least as high, or the ratio is below
--          1.05. Otherwise inconclusive. The interval is that of all strategies, engines and numbers of
--          CPUs of the run; the ratio is below 1.05 if the whole interval is.
-- figure:  none
WITH share AS (
	SELECT sum(value) FILTER (WHERE benchmark = 'validate.rate.mutex' AND metric = 'checks') AS checks,
	       sum(value) FILTER (WHERE benchmark = 'validate.rate.mutex' AND metric = 'blocked') AS blocked,
	       sum(value) FILTER (WHERE benchmark = 'validate.rate.rwlock' AND metric = 'checks') AS rw_checks,
	       sum(value) FILTER (WHERE benchmark = 'validate.rate.rwlock' AND metric = 'blocked') AS rw_blocked,
	       sum(value) FILTER (WHERE benchmark = 'validate.rate.counts' AND metric = 'checks') AS counts_checks,
	       sum(value) FILTER (WHERE benchmark = 'validate.rate.counts' AND metric = 'blocked') AS counts_blocked
	FROM good_sample
	WHERE parameter = 1 AND engine IN ('bochs', 'kvm') AND NOT overhead
), timed AS (
	SELECT engine, cpus, strategy, benchmark, parameter, metric, ci_low, ci_high,
	       flags LIKE '%few%' OR flags LIKE '%range%' AS range
	FROM good_summary
	WHERE benchmark LIKE 'validate.rate.%'
	  AND (engine = 'kvm' AND metric = 'tsc'
	       OR engine = 'bochs' AND metric IN ('cycles_low', 'cycles_nominal', 'cycles_high'))
), ratio AS (
	SELECT engine, cpus, r.benchmark AS benchmark, parameter, metric, m.ci_low / r.ci_high AS low,
	       m.ci_high / r.ci_low AS high, m.range OR r.range AS range
	FROM timed m JOIN timed r USING (engine, cpus, strategy, parameter, metric)
	WHERE m.benchmark = 'validate.rate.mutex' AND r.benchmark <> m.benchmark
), fact AS (
	SELECT min(low) AS low, max(high) AS high, max(range) AS ranges, min(cpus) AS cpus, max(cpus) AS most
	FROM ratio
	WHERE benchmark = 'validate.rate.rwlock' AND parameter = 1
)
SELECT CASE
         WHEN low IS NULL OR coalesce(checks, 0) = 0 OR coalesce(rw_checks, 0) = 0 OR blocked + rw_blocked IS NULL THEN 'not measured'
         WHEN rw_blocked * checks >= blocked * rw_checks THEN 'refuted'
         WHEN ranges                                     THEN 'inconclusive'
         WHEN low > 1.05                                 THEN 'confirmed'
         WHEN high < 1.05                                THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN low IS NULL OR coalesce(checks, 0) = 0 OR coalesce(rw_checks, 0) = 0 OR blocked + rw_blocked IS NULL
           THEN 'missing: validate.rate in time or cycles on several CPUs (docs/cpus.md)'
         ELSE printf('with a read-write lock, %.1f %% of the checks block, with a mutex %.1f %%; the rate is %.2f … %.2f times '
                     || 'as high, on %s CPUs', 100.0 * rw_blocked / rw_checks, 100.0 * blocked / checks, low, high,
                     iif(cpus = most, cpus, cpus || ' to ' || most))
              || iif(ranges, '; ranges of all samples, too few for a 95 % interval', '')
       END AS evidence,
       CASE
         WHEN low IS NOT NULL
           THEN (SELECT group_concat(text, '; ')
                 FROM (SELECT printf('%s, %d %% changes: %.2f … %.2f', iif(benchmark LIKE '%counts', 'a reader count per CPU',
                                     'read-write lock'), parameter, min(low), max(high)) AS text
                       FROM ratio
                       WHERE NOT (benchmark = 'validate.rate.rwlock' AND parameter = 1)
                       GROUP BY benchmark, parameter ORDER BY benchmark, parameter))
                || printf('; checks that block with a reader count per CPU, at 1 %%: %.1f %%', 100.0 * counts_blocked / counts_checks)
       END AS also
FROM fact, share;
