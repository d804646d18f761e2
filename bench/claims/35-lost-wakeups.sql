-- id:      35
-- seed:    004_87762b6adc9ad0d3.txt
-- quote:   prevents a ton of race conditions
-- asks:    A thread unlocks and then blocks. Are wake-ups lost if these are two steps, and none if
--          they are one atomic step?
-- metric:  block.lost: wake-ups lost in 10000000, with two steps and with the atomic step.
-- margin:  Confirmed if at least one is lost with two steps, and none with the atomic step. Refuted
--          if none is lost with two steps, or one with the atomic step.
-- figure:  none
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       sum(value) FILTER (WHERE metric = 'lost') AS lost,
	       sum(value) FILTER (WHERE metric = 'two_steps_tries') AS step_tries,
	       sum(value) FILTER (WHERE metric = 'two_steps_lost') AS step_lost
	FROM experiment
	WHERE benchmark = 'block.lost'
)
SELECT CASE
         WHEN coalesce(tries, 0) = 0 OR coalesce(step_tries, 0) = 0 OR lost + step_lost IS NULL THEN 'not measured'
         WHEN lost > 0                              THEN 'refuted'
         WHEN step_lost = 0 AND step_tries < 10000000 THEN 'inconclusive'
         WHEN step_lost = 0                         THEN 'refuted'
         WHEN tries < 10000000                      THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN coalesce(tries, 0) = 0 OR coalesce(step_tries, 0) = 0 OR lost + step_lost IS NULL
           THEN 'missing: block.lost on 2 CPUs (docs/cpus.md)'
         ELSE printf('%d of %d wake-ups are lost if a CPU releases the lock and then blocks, %d of %d if it does both at once',
                     step_lost, step_tries, lost, tries)
       END AS evidence
FROM fact;
