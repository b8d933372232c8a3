"""Races keyed upserts: target-filelake, target-duckdb, and dlt into DuckDB and Delta.

All load the same base and the same upserts, as whole processes that take turns,
each time from a copy of what it made of the base. What must be true after either
is reckoned as the input is written. Whoever finds other rows fails the run; a
peer that is not installed, or does not load this, is left out and named.
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
        self.name, self.venv, self.kind = name, venv and VENVS / venv, kind
        self.root = pathlib.Path(root, name.replace(" ", "-").replace(",", ""))
        self.now, self.loaded = self.root / "now", self.root / "loaded"
        self.base, self.runs = None, []

    def argv(self, data):
        if not self.venv:
            return [lake.TARGET, "--lake", self.now]
        if not (self.venv / "installed.txt").exists():
            raise Fault("pip could not install it: see above")
        if self.kind:
            return [self.venv / "bin/python", SELF, "dlt", self.kind, self.now, data]
        config = self.root / "config.json"
        config.write_text(json.dumps({"path": f"{self.now}/peer.duckdb", "default_target_schema": "main"}))
        return [self.venv / "bin/target-duckdb", "--config", config]

    def load(self, data):
        # A copy's pages are on disk before: whoever syncs does not pay for them.
        os.sync()
        return timed(self.argv(data), data, self.root)

    def load_base(self, data):
        self.now.mkdir(parents=True)
        self.base = self.load(data)

    def load_upserts(self, data):
        # The same path each time: a destination may have written down its own.
        if not self.loaded.exists():
            self.now.rename(self.loaded)
        shutil.rmtree(self.now, ignore_errors=True)
        shutil.copytree(self.loaded, self.now, symlinks=True)
        self.runs.append(self.load(data))

    def facts(self):
        if not self.venv:
            return {k: int(v) for k, v in lake.query(str(self.now), FACTS + "orders")[0].items()}
        done = subprocess.run([self.venv / "bin/python", SELF, "facts", self.kind or "target", self.now], capture_output=True, timeout=LIMIT)
        if done.returncode:
            raise Fault(f"cannot be read: {done.stderr.decode(errors='replace').strip()[-1500:]}")
        return json.loads(done.stdout)

    def medians(self):
        return [statistics.median(column) for column in zip(*self.runs)]


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


def table(contenders):
    ours = contenders[0].medians()
    print(f"{'':<24}{'base load':^24}  {'upserts: medians':^41}  {'beside target-filelake':^22}")
    print(f"{'':<24}{'wall':>7}{'CPU':>8}{'peak':>9}  {'wall':>7}{'(least to most)':>17}{'CPU':>8}{'peak':>9}  {'wall':>7}{'CPU':>8}{'peak':>7}")
    for c in contenders:
        (wall, cpu, peak), walls = c.medians(), [r[0] for r in c.runs]
        spread = f"({min(walls):.1f} to {max(walls):.1f})"
        line = f"{c.name:<24}{c.base[0]:>6.1f}s{c.base[1]:>7.1f}s{c.base[2]:>6.0f}MiB  {wall:>6.2f}s{spread:>17}{cpu:>7.2f}s{peak:>6.0f}MiB"
        print(line + "  " + "".join(f"{theirs / our:>{w}.2f}×" for theirs, our, w in zip((wall, cpu, peak), ours, (6, 7, 6))))


def race(root):
    base, upserts = f"{root}/base.jsonl", f"{root}/upserts.jsonl"
    wants = json.loads(subprocess.run([sys.executable, SELF, "input", base, upserts], stdout=subprocess.PIPE, check=True).stdout)
    contenders = [
        Contender(root, "target-filelake"),
        Contender(root, "target-duckdb", "target-duckdb"),
        Contender(root, "dlt merge, DuckDB", "dlt", "duckdb"),
        Contender(root, "dlt upsert, Delta", "dlt", "delta"),
    ]
    left_out = []

    def checked(load, data, want):
        def step(c):
            load(c, data)
            if (got := c.facts()) != want:
                sys.exit(f"peers: {c.name} has {got} after {os.path.basename(data)}, which says {want}")

        return step

    # After the base too: upserts may bring back a row that a base load lost.
    attempt(contenders, left_out, checked(Contender.load_base, base, wants[0]))
    for _ in range(REPS):
        attempt(contenders, left_out, checked(Contender.load_upserts, upserts, wants[1]))

    version = subprocess.run([lake.TARGET, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"peers: {UPSERTS:,} upserts with random keys into {ROWS:,} rows, {REPS} times in turn; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores")
    print("\n".join([f"  {version}"] + [f"  {line.strip()}" for line in (SELF.parent / "peers.txt").open()]))
    table(contenders)
    print(f"  all of them hold the same: {wants[1]}")
    print("\n".join(left_out), end="\n" if left_out else "")


if __name__ == "__main__":
    verbs = {"input": write_input, "dlt": load_with_dlt, "facts": print_facts}
    if len(sys.argv) > 1:
        verbs[sys.argv[1]](*sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as work:
            race(work)
