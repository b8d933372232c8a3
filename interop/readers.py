"""Reads lakes with this Python's DuckDB, as people do, and compares every row and type.

Each lake has beside it, in expected.json, what TestSchemaWalks' model says must
be read: through lake.duckdb and through views.sql, wherever the reader lives.
"""

import json
import pathlib
import sys

import duckdb

ZONES = "UTC", "Asia/Kolkata", "America/New_York"


def connect(lake, door):
    if door == "lake.duckdb":
        return duckdb.connect(str(lake / door), read_only=True)
    db = duckdb.connect()
    db.execute((lake / door).read_text())
    return db


def faults(lake, door, zone):
    """What differs, as text; None if nothing does."""
    want = json.loads((lake / "expected.json").read_text())
    db = connect(lake, door)
    try:
        db.execute(f"SET TimeZone = '{zone}'")
        texts = [row[0] for row in db.execute(want["sql"]).fetchall()]
    except duckdb.Error as fault:
        return str(fault)
    finally:
        db.close()
    if len(texts) != len(want["texts"]):
        return f"{len(texts)} columns and rows, want {len(want['texts'])}"
    for got, expected in zip(texts, want["texts"]):
        if got != expected:
            return f"\n   got {got}\n  want {expected}"
    return None


def main():
    checks = failed = rows = 0
    lakes = sorted(p.parent for p in pathlib.Path(sys.argv[1]).glob("*/expected.json"))
    if not lakes:
        sys.exit("readers: no lakes")
    for lake in lakes:
        rows += len(json.loads((lake / "expected.json").read_text())["texts"])
        for door in "lake.duckdb", "views.sql":
            for zone in ZONES:
                checks += 1
                if fault := faults(lake, door, zone):
                    failed += 1
                    print(f"readers: DuckDB {duckdb.__version__}, {lake.name}/{door} in {zone}: {fault}", file=sys.stderr)
    print(f"readers: DuckDB {duckdb.__version__}: {checks - failed} of {checks} readings of {len(lakes)} lakes, {rows} columns and rows, are right")
    sys.exit(failed > 0)


main()
