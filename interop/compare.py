"""Compares a lake's rows with those of the table they came from, value by value."""

import datetime
import hashlib
import json
import sys
from decimal import Decimal

import lake

TIMES = {"plain", "zoned", "took", "updated_at"}
FLOATS = {"price", "ratio", "loose", "real4", "real8"}  # numbers, to the tap
JSON = {"doc", "doc_text"}


def canon(row):
    return json.dumps({k: one(k, v) for k, v in row.items()}, sort_keys=True, default=str)


def one(name, value):
    if value is None:
        return None
    if name in TIMES:
        at = datetime.datetime.fromisoformat(value)
        return at.replace(tzinfo=at.tzinfo or datetime.timezone.utc).astimezone(datetime.timezone.utc).isoformat()
    if name in FLOATS:
        return float(value)
    if name in JSON:
        return numbered(json.loads(value, parse_float=Decimal))
    return value


def numbered(value):
    """Numbers of JSON by their digits, apart from strings of the same digits."""
    if isinstance(value, dict):
        return {k: numbered(v) for k, v in value.items()}
    if isinstance(value, list):
        return [numbered(v) for v in value]
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return value
    return {"number": str(value)}


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


directory, source = sys.argv[1:]
view = lake.quote("public-parcel")
json_text = ", ".join(f"CAST({c} AS VARCHAR) AS {c}" for c in sorted(JSON))
got = sorted(map(canon, lake.rows(directory, f"SELECT * REPLACE ({json_text}) FROM {view}", parse_float=Decimal)))
with open(source) as f:
    want = sorted(canon(json.loads(line, parse_float=Decimal)) for line in f)

count = int(lake.query(directory, f"SELECT count(*) AS n FROM {view}")[0]["n"])
if want != got or count != len(want):
    print(f"postgres: the table has {len(want)} rows, the lake {count}", file=sys.stderr)
    lacks, extra = sorted(set(want) - set(got)), sorted(set(got) - set(want))
    print(f"postgres: {len(lacks)} rows are not in the lake, {len(extra)} in the lake alone", file=sys.stderr)
    for w, g in list(zip(lacks, extra))[:3]:
        w, g = json.loads(w), json.loads(g)
        for k in sorted(w.keys() | g.keys()):
            if w.get(k, "absent") != g.get(k, "absent"):
                print(f"  id {w['id']} {k}: want {w.get(k, 'absent')!r}, got {g.get(k, 'absent')!r}", file=sys.stderr)
    sys.exit(1)
print(f"postgres: {len(want)} rows of {len(json.loads(want[0]))} columns are equal, hash {digest(want)}")
