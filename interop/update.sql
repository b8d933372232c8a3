-- What happens to the table between the two loads: one row in ten changes, many
-- of them to or from NULL, and new rows come.
UPDATE parcel SET
  price = price + 1, ratio = -ratio, loose = CASE WHEN loose IS NULL THEN 0.1 END,
  flag = NOT coalesce(flag, false), note = 'changed ' || coalesce(note, 'from nothing'),
  state = CASE WHEN state IS NULL THEN 'ok'::mood END, born = born + 1,
  zoned = zoned + interval '0.000001 seconds', tags = tags || ARRAY['new'], counts = NULL,
  doc = CASE WHEN doc IS NULL THEN '{"was": null}' ELSE jsonb_build_array(doc, id) END,
  updated_at = timestamptz '2026-02-01 00:00:00+00' + id * interval '0.1 seconds'
WHERE id % 10 = 3;

INSERT INTO parcel (id, price, updated_at)
SELECT 100000 + i, i, timestamptz '2026-03-01 00:00:00+00' + i * interval '1 second'
FROM generate_series(1, 2500) AS i;
