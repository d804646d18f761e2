-- id:      12
-- seed:    001_090c13eb79bcc688.txt
-- quote:   they will only very rarely run into a permissions fault
-- asks:    How often does a user touch the place of the window? Each time, the window has to move.
-- metric:  window.moves, on a bouncing kernel:
--          moves_sparse, moves_random, moves_sweep: moves of the window with a sparse, a random and
--            a sweeping allocator.
--          tries: accesses of each allocator.
-- margin:  Refuted if moves_sparse or moves_random is more than 1 move in 1000000 accesses.
--          Confirmed if both are at most 1 move in 1000000 accesses, over at least 1000000
--          accesses. Otherwise inconclusive. moves_sweep is evidence only, because a sweep over the
--          whole half meets the window for certain.
-- figure:  moves
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
