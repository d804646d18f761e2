-- id:      21
-- seed:    002_7cbd5e126f251619.txt
-- quote:   User Stacks never conflict.
-- asks:    Does an image ever reach the user stack? This is asked for the note's stack top of 16
--          MiB, and for this kernel's.
-- metric:  user.stack_overlap:
--          note_overlaps: images that are loaded over a stack below 16 MiB.
--          violations: overlaps in this kernel, deep recursion included.
--          tries: checks for such overlaps.
-- margin:  Refuted if note_overlaps is more than 0. Otherwise confirmed. This kernel's violations
--          are evidence only.
-- figure:  none
-- kind:    arithmetic
WITH fact AS (
	SELECT max(value) FILTER (WHERE metric = 'note_overlaps') AS note,
	       sum(value) FILTER (WHERE metric = 'violations') AS violations,
	       sum(value) FILTER (WHERE metric = 'tries') AS tries,
	       max(value) FILTER (WHERE metric = 'note_image_room') AS room
	FROM experiment
	WHERE benchmark = 'user.stack_overlap'
)
SELECT CASE
         WHEN tries IS NULL OR tries = 0 OR note IS NULL THEN 'not measured'
         WHEN note > 0                                   THEN 'refuted'
         ELSE 'confirmed'
       END AS verdict,
       CASE
         WHEN tries IS NULL OR tries = 0 OR note IS NULL THEN 'missing: user.stack_overlap'
         ELSE printf('with the stack below 16 MiB, images over %d bytes reach it: %d of the images here; in this kernel '
                     || '%d overlaps over %d tries', room, note, violations, tries)
       END AS evidence
FROM fact;
