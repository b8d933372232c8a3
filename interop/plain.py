"""Reads STREAM/current with pandas, pyarrow, Polars and DuckDB's globs.

Each must find exactly the rows that the lake's own query does: after loads and
compactions, of a stream with partitions and of one without, and, as one whole
version, while loads and compactions go on beside it.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import duckdb
import pandas
import polars
import pyarrow.dataset

import lake

LOADS = 8
ROWS = 20_000  # of a load; a third of them repeat an earlier key


def run(*args, **kwargs):
    done = subprocess.run([lake.TARGET, *args], capture_output=True, timeout=300, **kwargs)
    if done.returncode:
        sys.exit(f"plain: {args}: exit {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def loads():
    """The output of a tap, a run at a time."""
    text = run("gen", "--records", str(LOADS * ROWS), "--update-share", "0.33", "--seed", "11", "--state-every", str(ROWS)).splitlines(True)
    schema, rest = text[0], text[1:]
    at = 0
    for end in [i + 1 for i, line in enumerate(rest) if b'"STATE"' in line]:
        yield schema + b"".join(rest[at:end])
        at = end


def truth(directory):
    row = lake.query(directory, "SELECT count(*) AS n, sum(id) AS ids, min(id) AS lo, max(id) AS hi FROM orders")[0]
    return tuple(int(row[k]) for k in ("n", "ids", "lo", "hi"))


def of_pandas(current):
    frame = pandas.read_parquet(current)
    return len(frame), int(frame.id.sum()), int(frame.id.min()), int(frame.id.max())


def of_pyarrow(current):
    column = pyarrow.dataset.dataset(str(current), format="parquet").to_table(columns=["id"])["id"].to_pylist()
    return len(column), sum(column), min(column), max(column)


def of_polars(current):
    found = polars.scan_parquet(str(current / "*.parquet"))
    c = polars.col("id")
    return tuple(int(x) for x in found.select(n=polars.len(), ids=c.sum(), lo=c.min(), hi=c.max()).collect().row(0))


def of_duckdb(current):
    db = duckdb.connect()
    try:
        return tuple(int(x) for x in db.execute("SELECT count(*), sum(id), min(id), max(id) FROM read_parquet(?)", [str(current / "*.parquet")]).fetchone())
    finally:
        db.close()


READERS = {"pandas": of_pandas, "pyarrow": of_pyarrow, "polars": of_polars, "duckdb": of_duckdb}


def same(directory):
    """How many readers were asked, all of which found what query does."""
    want, current = truth(directory), pathlib.Path(directory, "orders", "current")
    for name, read in READERS.items():
        if (got := read(current)) != want:
            sys.exit(f"plain: {name} finds {got} in current, query {want}")
    return len(READERS)


def beside(directory, seen, done, faults):
    """Reads on while loads go on; what it finds must have been true."""
    current = pathlib.Path(directory, "orders", "current")
    while not done.is_set():
        if not current.exists():
            continue
        # A path in hand is of one version: the link may have moved on meanwhile.
        try:
            seen.append(of_duckdb(current.resolve()))
        except Exception as fault:  # whatever a reader may raise is the finding
            faults.append(fault)


def whole(config):
    with tempfile.TemporaryDirectory() as root:
        directory = os.path.join(root, "lake")
        path = os.path.join(root, "config.json")
        pathlib.Path(path).write_text(json.dumps(config))
        seen, faults, true, done = [], [], set(), threading.Event()
        reader = threading.Thread(target=beside, args=(directory, seen, done, faults))
        reader.start()
        asked = 0
        for n, data in enumerate(loads()):
            run("--lake", directory, "--config", path, input=data)
            true.add(truth(directory))
            if n % 3 == 2:
                run("compact", "--lake", directory, *(["--full"] if n % 2 else []))
                asked += same(directory)
        run("compact", "--lake", directory)
        asked += same(directory)
        done.set()
        reader.join()
        torn = [s for s in seen if s not in true]
        if torn or faults or not seen:
            sys.exit(f"plain: {len(torn)} of {len(seen)} readings beside loads are of no version, {len(faults)} failed: {torn[:1]} {faults[:1]}")
        return asked, len(seen)


for config in {}, {"streams": {"orders": {"partition_by": ["day(created_at)", "bucket(4, id)"]}}}:
    asked, seen = whole(config)
    print(f"plain: {asked} readings by {', '.join(READERS)} equal query; {seen} beside loads and compactions, 0 torn; {config or 'no partitions'}")
