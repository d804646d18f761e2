-- Derives each published figure of a profile from the rows of a run. The table `published`
-- has the lines of published.tsv for the profile; that file explains its columns. docs/model.md
-- describes the result.
--
-- `parameter_set` is a set of the cycle model's parameters (low, nominal or high), or `ticks` for
-- TSC ticks under KVM.

-- The cost of each benchmark row: `total` is that of the whole row, `each` that of one operation. A
-- row without the metric `operations` is one operation.
CREATE TEMP VIEW cost AS
SELECT CASE s.metric WHEN 'cycles_low' THEN 'low' WHEN 'cycles_nominal' THEN 'nominal' WHEN 'cycles_high' THEN 'high'
       ELSE 'ticks' END AS parameter_set,
       s.benchmark AS benchmark, s.parameter AS parameter, s.median AS total, s.median / coalesce(o.median, 1) AS each
FROM summary s LEFT JOIN summary o
     ON o.engine = s.engine AND o.strategy = s.strategy AND o.cpus = s.cpus AND o.benchmark = s.benchmark
     AND o.parameter = s.parameter AND o.metric = 'operations'
WHERE s.flags NOT LIKE '%check-failed%'
  AND (s.engine = 'bochs' AND s.metric IN ('cycles_low', 'cycles_nominal', 'cycles_high')
       OR s.engine = 'kvm' AND s.metric = 'tsc');

-- The latency of a load for each size of the working set, in cycles or TSC ticks, with pages of
-- 2 MiB and of 4 KiB.
CREATE TEMP VIEW chase AS
SELECT CASE WHEN parameter < 1048576 THEN (parameter / 1024) || ' KiB' ELSE (parameter / 1048576) || ' MiB' END
       AS "working set",
       parameter,
       max(CASE WHEN benchmark = 'micro.chase.2m' AND parameter_set = 'low' THEN each END) AS low_2m,
       max(CASE WHEN benchmark = 'micro.chase.2m' AND parameter_set = 'nominal' THEN each END) AS nominal_2m,
       max(CASE WHEN benchmark = 'micro.chase.2m' AND parameter_set = 'high' THEN each END) AS high_2m,
       max(CASE WHEN benchmark = 'micro.chase.4k' AND parameter_set = 'low' THEN each END) AS low_4k,
       max(CASE WHEN benchmark = 'micro.chase.4k' AND parameter_set = 'nominal' THEN each END) AS nominal_4k,
       max(CASE WHEN benchmark = 'micro.chase.4k' AND parameter_set = 'high' THEN each END) AS high_4k,
       max(CASE WHEN benchmark = 'micro.chase.2m' AND parameter_set = 'ticks' THEN each END) AS ticks_2m,
       max(CASE WHEN benchmark = 'micro.chase.4k' AND parameter_set = 'ticks' THEN each END) AS ticks_4k
FROM cost
WHERE benchmark LIKE 'micro.chase.%'
GROUP BY parameter;

-- For any two rows with the same parameter: the cost of one operation of the row `benchmark` minus
-- the cost of one operation of the row `less`.
CREATE TEMP VIEW difference AS
SELECT a.parameter_set AS parameter_set, a.benchmark AS benchmark, b.benchmark AS less, parameter,
       a.each - b.each AS each
FROM cost a JOIN cost b USING (parameter_set, parameter);

-- The value of each figure whose column `how` is `reach`: the parameter up to which the difference
-- between two rows stays low, before it rises to a higher level (published.tsv). A figure has no
-- value if the rise is less than one cycle (or tick), which is too small to find.
CREATE TEMP VIEW reach AS
SELECT f.rowid AS figure, d.parameter_set AS parameter_set,
       (before.each + after.each) / 2 AS half, max(d.parameter) AS reach
FROM published f
JOIN difference d ON d.benchmark = f."row" AND d.less = f.less
JOIN difference before ON before.benchmark = f."row" AND before.less = f.less
     AND before.parameter_set = d.parameter_set
     AND before.parameter = (SELECT max(parameter) FROM difference WHERE benchmark = f."row" AND parameter <= f."from" / 2)
JOIN difference after ON after.benchmark = f."row" AND after.less = f.less AND after.parameter_set = d.parameter_set
     AND after.parameter = (SELECT min(parameter) FROM difference WHERE benchmark = f."row" AND parameter >= f."from" * 4 / 3)
WHERE f.how = 'reach' AND after.each - before.each >= 1
  AND d.parameter < (SELECT min(parameter) FROM difference over
                     WHERE over.benchmark = f."row" AND over.less = f.less AND over.parameter_set = d.parameter_set
                       AND over.each > (before.each + after.each) / 2)
GROUP BY f.rowid, d.parameter_set;

-- The value of each figure for each parameter set.
CREATE TEMP VIEW measured AS
SELECT f.rowid AS figure, c.parameter_set AS parameter_set, c.each AS value
FROM published f JOIN cost c ON c.benchmark = f."row" AND c.parameter = f."from"
WHERE f.how = 'each'
UNION ALL
SELECT f.rowid, a.parameter_set,
       CASE f.how WHEN 'slope' THEN (b.total - a.total) / (b.parameter - a.parameter)
                  ELSE (b.parameter - a.parameter) / (b.each - a.each) END
FROM published f
JOIN cost a ON a.benchmark = f."row" AND a.parameter = f."from"
JOIN cost b ON b.benchmark = f."row" AND b.parameter = f."to" AND b.parameter_set = a.parameter_set
WHERE f.how IN ('slope', 'rate')
UNION ALL
SELECT f.rowid, a.parameter_set,
       CASE f.how WHEN 'ratio' THEN b.each / a.each ELSE (b.each - a.each) / (b.parameter - a.parameter) END
FROM published f
JOIN cost a ON a.benchmark = f."row" AND a.parameter = f."from"
JOIN cost b ON b.benchmark = f."row" AND b.parameter = f."to" AND b.parameter_set = a.parameter_set
WHERE f.how IN ('ratio', 'rise')
UNION ALL
SELECT f.rowid, d.parameter_set, d.each
FROM published f JOIN difference d ON d.benchmark = f."row" AND d.less = f.less AND d.parameter = f."from"
WHERE f.how = 'difference'
UNION ALL
SELECT figure, parameter_set, reach FROM reach;

-- One row per figure: the published and the measured values, and the error of the nominal value in
-- percent.
CREATE TEMP VIEW verdict AS
SELECT f.rowid AS number, f.figure AS figure, f.kind AS kind, f.unit AS unit, f.low AS published_low,
       f.high AS published_high, f.bound AS bound, f.source AS source,
       max(CASE m.parameter_set WHEN 'low' THEN value END) AS low,
       max(CASE m.parameter_set WHEN 'nominal' THEN value END) AS nominal,
       max(CASE m.parameter_set WHEN 'high' THEN value END) AS high,
       max(CASE m.parameter_set WHEN 'ticks' THEN value END) AS ticks,
       200.0 * max(CASE m.parameter_set WHEN 'nominal' THEN value END) / (f.low + f.high) - 100 AS error
FROM published f LEFT JOIN measured m ON m.figure = f.rowid
GROUP BY f.rowid;

-- The rows of `verdict`, formatted for the table that validate.sh prints.
CREATE TEMP VIEW shown AS
SELECT number, kind, figure || ', ' || unit AS figure,
       CASE WHEN published_low = published_high THEN CAST(published_low AS TEXT)
            ELSE published_low || '–' || published_high END AS published,
       printf(CASE WHEN low IS NULL THEN '-' WHEN unit = 'pages' THEN '%.0f' WHEN unit = 'ratio' THEN '%.2f' WHEN nominal < 100 THEN '%.1f' ELSE '%.0f' END, low)
       AS low,
       printf(CASE WHEN nominal IS NULL THEN '-' WHEN unit = 'pages' THEN '%.0f' WHEN unit = 'ratio' THEN '%.2f' WHEN nominal < 100 THEN '%.1f' ELSE '%.0f' END, nominal)
       AS nominal,
       printf(CASE WHEN high IS NULL THEN '-' WHEN unit = 'pages' THEN '%.0f' WHEN unit = 'ratio' THEN '%.2f' WHEN nominal < 100 THEN '%.1f' ELSE '%.0f' END, high)
       AS high,
       printf(CASE WHEN error IS NULL THEN '-' ELSE '%+.1f %%' END, round(error, 1) + 0.0) AS error, CASE bound WHEN 0 THEN 'exact' ELSE '±' || bound || ' %' END AS bound,
       CASE WHEN nominal IS NULL THEN 'missing' WHEN abs(error) <= bound THEN 'ok' ELSE 'OUT' END AS verdict,
       printf(CASE WHEN ticks IS NULL THEN '-' ELSE '%.1f' END, ticks) AS ticks,
       printf(CASE WHEN ticks IS NULL THEN '-' ELSE '%.2f' END, 2.0 * ticks / (published_low + published_high)) AS ratio,
       ticks IS NOT NULL AS has_ticks, source
FROM verdict;
