"""Runs the binary, and reads a lake through its own query command."""

import json
import os
import subprocess

TARGET = os.environ["TARGET"]


def load(lake, data, config=None):
    """Loads data; returns the exit code, stdout's lines and stderr."""
    args = [TARGET, "--lake", lake]
    if config:
        path = lake + "-config.json"
        with open(path, "w") as f:
            json.dump(config, f)
        args += ["--config", path]
    done = subprocess.run(args, input=data, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode(errors="replace")


def query(lake, sql):
    """Returns the answer as a list of dicts, or raises with what was said."""
    args = [TARGET, "query", "--lake", lake, "--format", "json", sql]
    done = subprocess.run(args, capture_output=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{sql}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    text = done.stdout.decode()
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def rows(lake, select, **decoding):
    """Returns the rows of a SELECT, each made into JSON by DuckDB itself."""
    answer = query(lake, f"SELECT CAST(to_json(r) AS VARCHAR) AS row FROM ({select}) AS r")
    return [json.loads(a["row"], **decoding) for a in answer]


def quote(name):
    return '"' + name.replace('"', '""') + '"'
