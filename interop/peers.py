"""Races first loads and keyed upserts: target-filelake and its peers.

They are target-duckdb, dlt into DuckDB and Delta and, for the first load alone,
the Singer SDK's sample target for Parquet, which only appends.

All load the same base, each time into an empty destination, and the same upserts,
each time into a copy of what they made of the base, as whole processes that take
turns. What must be true after either is reckoned as the input is written. Whoever
finds other rows fails the run; a peer that is not installed, or does not load
this, is left out and named.
"""

import datetime
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import lake

ROWS = int(os.environ.get("PEERS_ROWS", 100_000))
UPSERTS = int(os.environ.get("PEERS_UPSERTS", 20_000))
REPS = int(os.environ.get("PEERS_REPS", 3))
LIMIT = 900  # seconds of one load; kills it
NEW = datetime.datetime(2031, 1, 1, tzinfo=datetime.timezone.utc)  # after all that gen writes
SINCE = int(NEW.timestamp()) * 1_000_000

# The sample has no column for decimals, times, or what may be null first. Its own
# stream maps make text and doubles of them: no dearer than orders it can hold as they are.
SAMPLE_MAPS = {
    "total": "float(total)",
    "discount": "float(discount) if discount is not None else None",
    "items": "str(items)",
    "attributes": "str(attributes)",
    "shipped_on": "str(shipped_on) if shipped_on else None",
    "created_at": "str(created_at) if created_at else None",
    "updated_at": "str(updated_at)",
}
SAMPLE_ROWS = 100_000  # it then begins its file anew, over the rows before

SELF = pathlib.Path(__file__).resolve()
VENVS = SELF.parent.parent / ".venv-peers"
FACTS = f"""SELECT count(*) AS n, CAST(sum(id) AS BIGINT) AS ids, epoch_us(max(updated_at)) AS newest,
	count(*) FILTER (epoch_us(updated_at) >= {SINCE}) AS fresh, CAST(round(sum(total) * 100) AS BIGINT) AS cents FROM """


class Fault(Exception):
    """Why a load did not end well."""


def facts_of(rows):
    """What FACTS must find, once these rows are all there is."""
    at = [datetime.datetime.fromisoformat(r["updated_at"].replace("Z", "+00:00")) for r in rows]
    newest = (max(at) - NEW) // datetime.timedelta(microseconds=1) + SINCE
    cents = sum(round(r["total"] * 100) for r in rows)
    return {"n": len(rows), "ids": sum(r["id"] for r in rows), "newest": newest, "fresh": sum(a >= NEW for a in at), "cents": cents}


def write_input(base, upserts):
    """Writes both files and prints what must be true once either is loaded.

    It is a process of its own, as are the peers' facts: a child's peak begins
    with that of the process that starts it, which must therefore stay small.
    """
    with open(base, "wb") as out:
        subprocess.run([lake.TARGET, "gen", "--records", str(ROWS), "--seed", "7"], stdout=out, check=True)
    with open(base, "rb") as lines:
        messages = [m for m in map(json.loads, lines) if m["type"] != "STATE"]
    schema, records = messages[0], messages[1:]
    rows = [m["record"] for m in records]
    wants = [facts_of(rows)]
    draw = random.Random(7)
    with open(upserts, "w") as out:
        print(json.dumps(schema), file=out)
        for n, message in enumerate(draw.sample(records, UPSERTS)):
            at = (NEW + datetime.timedelta(milliseconds=n)).isoformat(timespec="microseconds").replace("+00:00", "Z")
            message["record"].update(status="changed", total=draw.randrange(1, 500_000) / 100, note=f"changed {n}", updated_at=at)
            print(json.dumps(message, ensure_ascii=False), file=out)
        print(json.dumps({"type": "STATE", "value": {"bookmarks": {"orders": {"replication_key_value": at}}}}), file=out)
    if len({r["id"] for r in rows}) != ROWS:
        sys.exit("peers: gen repeats keys")
    print(json.dumps(wants + [facts_of(rows)]))


def load_with_dlt(kind, path, data):
    """Merges the records of a Singer file by id, the ways dlt's manual says to."""
    import dlt
    from dlt.common import json as quick

    def pages():
        page = []
        with open(data, "rb") as lines:
            for line in lines:
                message = quick.loadb(line)
                if message["type"] == "RECORD":
                    page.append(message["record"])
                if len(page) == 10_000:
                    yield page
                    page = []
        yield page

    if kind == "duckdb":
        destination = dlt.destinations.duckdb(f"{path}/peer.duckdb")
        how = {"write_disposition": "merge"}
    else:
        destination = dlt.destinations.filesystem(f"file://{path}/delta")
        how = {"write_disposition": {"disposition": "merge", "strategy": "upsert"}, "table_format": "delta"}
    # Nested values stay in their rows, as with the others: no child tables. And
    # Parquet, since SQL's INSERTs, the default for DuckDB, take longer.
    orders = dlt.resource(pages, name="orders", primary_key="id", max_table_nesting=0, **how)
    pipeline = dlt.pipeline("peers", pipelines_dir=f"{path}/pipelines", destination=destination, dataset_name="peers")
    pipeline.run(orders, loader_file_format="parquet")


def print_facts(kind, path):
    import duckdb

    if kind == "delta":
        import deltalake

        db, table = duckdb.connect(), "orders"
        db.register(table, deltalake.DeltaTable(f"{path}/delta/peers/orders").to_pyarrow_table(columns=["id", "updated_at", "total"]))
    elif kind == "singer-sdk":
        db, table = duckdb.connect(), "(SELECT * REPLACE (CAST(updated_at AS TIMESTAMP) AS updated_at) FROM orders)"
        db.read_parquet(f"{path}/orders.parquet").create_view("orders")
    else:
        db, table = duckdb.connect(f"{path}/peer.duckdb", read_only=True), "peers.orders" if kind == "duckdb" else "main.orders"
    answer = db.execute(FACTS + table)
    print(json.dumps(dict(zip([c[0] for c in answer.description], answer.fetchone()))))


def timed(argv, data, cwd):
    """Runs a whole process; returns its seconds, CPU seconds and peak MiB."""
    # No telemetry: nothing of a race goes over the network, or waits for it.
    environ = dict(os.environ, RUNTIME__DLTHUB_TELEMETRY="false", DLT_DATA_DIR=str(cwd / "dlt"))
    with open(data, "rb") as lines, tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(argv, stdin=lines, stdout=subprocess.DEVNULL, stderr=said, cwd=cwd, env=environ)
        limit = threading.Timer(LIMIT, process.kill)
        limit.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        limit.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise Fault(f"exit {process.returncode} after {wall:.0f} s: {said.read().decode(errors='replace').strip()[-1500:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Contender:
    """One way to load; now is what it loads into, loaded what it made of the base."""

    def __init__(self, root, name, venv=None, kind=None):
        self.name, self.venv, self.kind = name, venv and VENVS / venv, kind or venv
        self.root = pathlib.Path(root, name.replace(" ", "-").replace(",", ""))
        self.now, self.loaded = self.root / "now", self.root / "loaded"
        self.base, self.upserts = [], []  # what each load took

    def argv(self, data):
        if not self.venv:
            return [lake.TARGET, "--lake", self.now]
        if not (self.venv / "installed.txt").exists():
            raise Fault("pip could not install it: see above")
        if self.kind in ("duckdb", "delta"):
            return [self.venv / "bin/python", SELF, "dlt", self.kind, self.now, data]
        settings, program = {"path": f"{self.now}/peer.duckdb", "default_target_schema": "main"}, "target-duckdb"
        if self.kind == "singer-sdk":
            if ROWS > SAMPLE_ROWS:
                raise Fault(f"it keeps no more than the last {SAMPLE_ROWS:,} rows")
            settings, program = {"filepath": f"{self.now}/orders.parquet", "stream_maps": {"orders": SAMPLE_MAPS}}, "target-parquet"
        config = self.root / "config.json"
        config.write_text(json.dumps(settings))
        return [self.venv / "bin" / program, "--config", config]

    def load(self, data):
        # A copy's pages are on disk before: whoever syncs does not pay for them.
        os.sync()
        return timed(self.argv(data), data, self.root)

    def load_base(self, data):
        shutil.rmtree(self.now, ignore_errors=True)
        self.now.mkdir(parents=True)
        self.base.append(self.load(data))

    def load_upserts(self, data):
        # The same path each time: a destination may have written down its own.
        if not self.loaded.exists():
            self.now.rename(self.loaded)
        shutil.rmtree(self.now, ignore_errors=True)
        shutil.copytree(self.loaded, self.now, symlinks=True)
        self.upserts.append(self.load(data))

    def facts(self):
        if not self.venv:
            return {k: int(v) for k, v in lake.query(str(self.now), FACTS + "orders")[0].items()}
        done = subprocess.run([self.venv / "bin/python", SELF, "facts", self.kind, self.now], capture_output=True, timeout=LIMIT)
        if done.returncode:
            raise Fault(f"cannot be read: {done.stderr.decode(errors='replace').strip()[-1500:]}")
        return json.loads(done.stdout)


def attempt(contenders, left_out, step):
    """Takes a step with each in turn; without the peers that fail, from then on."""
    for c in list(contenders):
        try:
            step(c)
        except Fault as fault:
            if not c.venv:
                sys.exit(f"peers: {c.name}: {fault}")
            contenders.remove(c)
            left_out.append(f"*** peers: {c.name} LEFT OUT: {fault}")
            print(f"\n{left_out[-1]}\n", file=sys.stderr)


def table(title, contenders, runs):
    """Prints what the loads took, by their medians, and beside the first contender's."""
    ours = None
    print(f"\n{title:<24}{'wall':>8}{'(least to most)':>17}{'CPU':>9}{'peak':>9}   {'beside target-filelake: wall, CPU, peak':>40}")
    for c in contenders:
        walls = [r[0] for r in runs(c)]
        wall, cpu, peak = medians = [statistics.median(column) for column in zip(*runs(c))]
        ours = ours or medians
        ratios = "".join(f"{theirs / our:>{w}.2f}×" for theirs, our, w in zip(medians, ours, (23, 7, 7)))
        print(f"{c.name:<24}{wall:>7.2f}s{f'({min(walls):.2f} to {max(walls):.2f})':>17}{cpu:>8.2f}s{peak:>6.0f}MiB   {ratios}")


def race(root):
    base, upserts = f"{root}/base.jsonl", f"{root}/upserts.jsonl"
    wants = json.loads(subprocess.run([sys.executable, SELF, "input", base, upserts], stdout=subprocess.PIPE, check=True).stdout)
    contenders = [
        Contender(root, "target-filelake"),
        Contender(root, "target-duckdb", "target-duckdb"),
        Contender(root, "dlt merge, DuckDB", "dlt", "duckdb"),
        Contender(root, "dlt upsert, Delta", "dlt", "delta"),
        Contender(root, "SDK sample, Parquet", "singer-sdk"),
    ]
    left_out = []

    def checked(load, data, want):
        def step(c):
            load(c, data)
            if (got := c.facts()) != want:
                sys.exit(f"peers: {c.name} has {got} after {os.path.basename(data)}, which says {want}")

        return step

    # After the base too: upserts may bring back a row that a base load lost.
    for _ in range(REPS):
        attempt(contenders, left_out, checked(Contender.load_base, base, wants[0]))
    upserting = [c for c in contenders if c.kind != "singer-sdk"]
    for _ in range(REPS):
        attempt(upserting, left_out, checked(Contender.load_upserts, upserts, wants[1]))

    version = subprocess.run([lake.TARGET, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"peers: {ROWS:,} rows, then {UPSERTS:,} upserts of them with random keys, each {REPS} times in turn: medians; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")
    print("\n".join([f"  {version}"] + [f"  {line.strip()}" for line in (SELF.parent / "peers.txt").open()]))
    table("base load", contenders, lambda c: c.base)
    print(f"  all of them hold the same: {wants[0]}")
    table("upserts", upserting, lambda c: c.upserts)
    print(f"  all of them hold the same: {wants[1]}")
    print("\n".join(left_out), end="\n" if left_out else "")


if __name__ == "__main__":
    verbs = {"input": write_input, "dlt": load_with_dlt, "facts": print_facts}
    if len(sys.argv) > 1:
        verbs[sys.argv[1]](*sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as work:
            race(work)
