-- id:      10
-- seed:    001_090c13eb79bcc688.txt
-- quote:   Easily fit on a single 4kb page
-- asks:    How many pages of the kernel must a user's tables hold for the IDT, GDT, TSS, entry code
--          and entry stack? An x86-64 IDT of 256 gates has 4096 bytes by itself.
-- metric:  pages of window.pages, on a bouncing kernel: K, the number of pages of its window.
-- margin:  Confirmed if K = 1. Refuted if K is more than 1.
-- figure:  none
-- needs:   heap-sw+direct+bouncing window.pages
WITH fact AS (
	SELECT min(value) FILTER (WHERE metric = 'pages') AS least, max(value) FILTER (WHERE metric = 'pages') AS most,
	       max(value) FILTER (WHERE metric = 'code_bytes') AS code
	FROM experiment
	WHERE isolation = 'bouncing' AND benchmark = 'window.pages'
)
SELECT CASE
         WHEN least IS NULL THEN 'not measured'
         WHEN least = 1     THEN 'confirmed'
         ELSE 'refuted'
       END AS verdict,
       CASE
         WHEN least IS NULL THEN 'missing: window.pages on a bouncing kernel'
         ELSE printf('K = %d', least) || iif(most > least, printf(' to %d', most), '')
              || iif(code IS NULL, '', printf('; an IDT of 256 gates takes 4096 bytes, the entry code %d', code))
       END AS evidence,
       iif(least > 1, 'K is 2 with a short IDT (ISOLATION bouncing-2), and 1 only if the page is writable and executable (bouncing-1)', NULL) AS also
FROM fact;
