-- id:      12
-- seed:    001_090c13eb79bcc688.txt
-- quote:   they will only very rarely run into a permissions fault
-- asks:    how often does a user touch the place of the window, so that it has to move?
-- metric:  window.moves: moves in 1000000 accesses of sparse, random and sweeping allocators
-- margin:  at most 1 move in 1000000 accesses for the sparse and the random allocator confirms, more than 1
--          for either refutes. A sweep over the whole half meets the window for certain; it is evidence
--          only
-- figure:  none
-- needs:   heap-sw+direct+bouncing window.moves
WITH fact AS (
	SELECT sum(value) FILTER (WHERE metric = 'moves_sparse') AS sparse,
	       sum(value) FILTER (WHERE metric = 'moves_random') AS random,
	       sum(value) FILTER (WHERE metric = 'moves_sweep') AS sweep,
	       coalesce(sum(value) FILTER (WHERE metric = 'tries'), 0) AS tries
	FROM experiment
	WHERE isolation = 'bouncing' AND benchmark = 'window.moves'
)
SELECT CASE
         WHEN sparse IS NULL OR random IS NULL OR tries = 0                THEN 'not measured'
         WHEN max(sparse, random) > max(1, tries / 1000000.0)              THEN 'refuted'
         WHEN tries < 1000000                                              THEN 'inconclusive'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN sparse IS NULL OR random IS NULL OR tries = 0 THEN 'missing: window.moves on a bouncing kernel'
         ELSE printf('moves in %d accesses of each allocator: sparse %d, random %d', tries, sparse, random)
              || iif(sweep IS NULL, '', printf(', sweeping %d', sweep))
              || iif(tries < 1000000, '; 1000000 accesses are needed', '')
       END AS evidence
FROM fact;
