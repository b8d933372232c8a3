-- The table that is loaded: each kind of column PostgreSQL users have, with
-- NULLs in every one that may hold them, and the values at its bounds.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');

CREATE TABLE parcel (
  id           bigint PRIMARY KEY,
  small        smallint,
  whole        integer,
  large        bigint,
  price        numeric(12,2) NOT NULL,
  ratio        numeric(20,6),
  loose        numeric,
  real4        real,
  real8        double precision,
  flag         boolean,
  code         char(4),
  name         varchar(60),
  note         text,
  state        mood,
  token        uuid,
  born         date,
  opens        time,
  plain        timestamp,
  zoned        timestamptz,
  took         interval,
  raw          bytea,
  origin       inet,
  tags         text[],
  counts       integer[],
  days         date[],
  doc          jsonb,
  doc_text     json,
  updated_at   timestamptz NOT NULL
);

INSERT INTO parcel
SELECT
  i,
  CASE WHEN i % 11 > 0 THEN i % 65536 - 32768 END,
  CASE WHEN i % 13 > 0 THEN (i * 7919) % 2147483648 - 1073741824 END,
  CASE i % 17 WHEN 0 THEN NULL WHEN 1 THEN 9223372036854775807 WHEN 2 THEN -9223372036854775808
              ELSE i * 90071992547409 END,
  (i % 1000003) * 0.07,
  CASE WHEN i % 7 > 0 THEN (i % 99991) * 1.000001 - 5000 END,
  CASE WHEN i % 5 > 0 THEN i * 0.125 END,
  CASE WHEN i % 19 > 0 THEN (i % 4096) * 0.25 END,
  CASE WHEN i % 23 > 0 THEN i / 3.0 END,
  CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END,
  CASE WHEN i % 29 > 0 THEN lpad((i % 10000)::text, 4, 'x') END,
  CASE WHEN i % 31 > 0 THEN 'name ' || i END,
  CASE i % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'two\nlines\tand "quotes" \\ ' || i
             WHEN 3 THEN 'Zoë 简单 🚚 ' || i ELSE 'plain ' || i END,
  (ARRAY['sad', 'ok', 'happy', NULL])[i % 4 + 1]::mood,
  CASE WHEN i % 37 > 0 THEN md5(i::text)::uuid END,
  CASE WHEN i % 41 > 0 THEN date '1900-01-01' + (i % 60000)::int END,
  CASE WHEN i % 43 > 0 THEN time '00:00:00' + i * interval '0.123456 seconds' END,
  CASE WHEN i % 47 > 0 THEN timestamp '1970-01-01' + i * interval '7 hours 0.000001 seconds' END,
  CASE WHEN i % 53 > 0 THEN timestamptz '1999-12-31 23:59:59.999999+05:30' + i * interval '1 minute' END,
  CASE WHEN i % 59 > 0 THEN i * interval '1.5 seconds' END,
  CASE WHEN i % 61 > 0 THEN decode(md5(i::text), 'hex') END,
  CASE WHEN i % 67 > 0 THEN inet '10.0.0.0' + i END,
  CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '{}' WHEN 2 THEN ARRAY['a', '', 'c "d", {é}'] ELSE ARRAY['t' || i] END,
  CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '{}' ELSE ARRAY[i % 100, -i, 2147483647]::int[] END,
  CASE WHEN i % 9 > 4 THEN ARRAY[date '2020-02-29', date '1999-01-01' + (i % 500)::int] END,
  CASE i % 7 WHEN 0 THEN NULL WHEN 1 THEN '{}' WHEN 2 THEN '[1, 2.50, "x", null]' WHEN 3 THEN '"text"'
             WHEN 4 THEN '12345678901234567890.123' WHEN 5 THEN 'null'
             ELSE jsonb_build_object('n', i, 'deep', jsonb_build_object('list', jsonb_build_array(i, 'é', true))) END,
  CASE WHEN i % 3 > 0 THEN json_build_object('k', 'v' || i, 'none', NULL) END,
  timestamptz '2026-01-01 00:00:00+00' + i * interval '0.1 seconds'
FROM generate_series(1::bigint, 100000) AS i;

-- The tap declares the items of an array as never null. Here one is.
CREATE TABLE holed (id integer PRIMARY KEY, tags text[], updated_at timestamptz NOT NULL);
INSERT INTO holed VALUES (1, '{a,b}', '2026-01-01Z'), (2, '{a,NULL}', '2026-01-02Z');
