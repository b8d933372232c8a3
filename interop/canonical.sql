SELECT id, small, whole, large, price, ratio, loose, real4, real8, flag, code, name, note, state, token,
  born, opens, plain AT TIME ZONE 'UTC' AS plain, zoned, timestamptz '1970-01-01Z' + took AS took,
  encode(raw, 'hex') AS raw, origin, tags, counts, days, doc::text AS doc, doc_text::text AS doc_text, updated_at
FROM parcel
