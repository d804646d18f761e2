-- id:      14
-- seed:    001_090c13eb79bcc688.txt
-- quote:   100s of interrupts a second, each of which flushes the TLB multiple times
-- asks:    How often does one interrupt flush the TLB? What does that cost at 100 Hz to 100 kHz,
--          with and without PCIDs?
-- metric:  cr3_writes of irq.roundtrip.user: loads of CR3 for one interrupt.
--          lost of irq.load: the part of a loop's throughput that is lost to interrupts, at several
--            rates in Hz.
-- margin:  Confirmed if each interrupt has at least 2 CR3 writes that flush. Refuted if it has at
--          most 1. Otherwise inconclusive. lost is evidence only.
-- figure:  isolation
-- needs:   heap-sw+direct+bouncing irq.roundtrip.user
WITH fact AS (
	SELECT min(median) AS least, max(median) AS most, group_concat(DISTINCT strategy) AS strategies
	FROM good_summary
	WHERE engine = 'bochs' AND isolation = 'bouncing' AND benchmark = 'irq.roundtrip.user' AND metric = 'cr3_writes'
), shared AS (
	SELECT max(median) AS most
	FROM good_summary
	WHERE engine = 'bochs' AND isolation = 'shared' AND benchmark = 'irq.roundtrip.user' AND metric = 'cr3_writes'
), load AS (
	SELECT isolation, group_concat(printf('%.2f %% at %g Hz', lost / 1e4, parameter), ', ') AS line
	FROM (SELECT isolation, parameter, max(median) AS lost FROM good_summary
	      WHERE engine = 'bochs' AND benchmark = 'irq.load' AND metric = 'lost'
	      GROUP BY isolation, parameter ORDER BY isolation, parameter)
	GROUP BY isolation
)
SELECT CASE
         WHEN least IS NULL THEN 'not measured'
         WHEN least >= 2    THEN 'confirmed'
         WHEN fact.most <= 1 THEN 'refuted'
         ELSE 'inconclusive'
       END AS verdict,
       CASE
         WHEN least IS NULL THEN 'missing: irq.roundtrip.user on a bouncing kernel on bochs'
         ELSE printf('loads of CR3 for an interrupt from user mode: %g', least)
              || iif(fact.most > least, printf(' to %g', fact.most), '')
              || iif(shared.most IS NULL, '', printf(', with shared isolation %g', shared.most))
              || '; each flushes, as these kernels use no PCIDs'
       END AS evidence,
       iif(least IS NOT NULL,
           coalesce('what a loop loses to interrupts, in instructions: '
                    || (SELECT group_concat(isolation || ' ' || line, '; ') FROM load),
                    'what a loop loses to interrupts at 100 Hz to 100 kHz was not measured'),
           NULL) AS also
FROM fact, shared;
