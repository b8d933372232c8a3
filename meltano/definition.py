"""Writes Meltano's definition of the loader, target-filelake.yml beside this file.

python3 meltano/definition.py [--check]

It is made from what the binary says of itself, target-filelake --about, so that a
setting is described in one place. --check writes nothing, and fails if the file is
not what would be written. TARGET names another binary than bin/target-filelake.
"""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "target-filelake.yml"
TARGET = os.environ.get("TARGET", str(HERE.parent / "bin" / "target-filelake"))

# What --about does not say. Meltano hands every value it knows to the binary, a
# default as if a person had written it; these have none here, because there are
# keys of other targets that do the same (batch_wait_limit_seconds, schema,
# flattening_enabled, table) and would do nothing beside them.
BESIDE = {
    "batch_max_age": {"value": None},
    "catalog": {"kind": "file"},
    "default_target_schema": {"value": None},
    "nested": {"value": None},
    "stream_map_config": {"sensitive": True},
    "table_name": {"value": None},
}

# meltano invoke target-filelake:query "SELECT ..."; the lake is that of lake_path.
COMMANDS = {
    "check": "Test whether the lake's directory can hold a lake, and print the settings and where each comes from.",
    "log": "List the lake's versions: when, whose, rows, STATE.",
    "query": "Answer one SELECT over the lake.",
    "show": "Show the lake's streams, or one of them.",
    "verify": "Check everything in the lake: manifests, hashes, rows, keys.",
}

NOTE = """\
# Meltano's definition of this loader: meltano add target-filelake --from-ref FILE.
# Made by definition.py from target-filelake --about; edit neither settings nor texts here.
"""


def label(name):
    return re.sub(r"\bMb\b", "MB", re.sub(r"[_-]", " ", name).title())


def kind(about):
    if "enum" in about:
        return "options"
    return about["type"][0]


def setting(name, about):
    """A setting as Meltano has it."""
    made = {"name": name, "label": label(name), "kind": kind(about), "description": about["description"]}
    if "enum" in about:
        made["options"] = [{"label": label(o), "value": o} for o in about["enum"]]
    if made["kind"] == "object":
        # Without, Meltano puts it into the environment with keys like a.b for {a: {b: ...}}.
        made["value_processor"] = "nest_object"
    made["value"] = about.get("default")
    made.update(BESIDE.get(name, {}))
    return {k: v for k, v in made.items() if v is not None}


def definition(about):
    properties = about["settings"]["properties"]
    if unknown := BESIDE.keys() - properties.keys():
        sys.exit(f"definition: --about has no {', '.join(sorted(unknown))}")
    return {
        "name": about["name"],
        "namespace": about["name"].replace("-", "_"),
        "variant": "filelake",
        "label": "Filelake",
        "description": about["description"],
        "executable": about["name"],
        "capabilities": about["capabilities"],
        "commands": {name: {"args": name, "description": text} for name, text in COMMANDS.items()},
        "settings": [setting(name, properties[name]) for name in sorted(properties)],
    }


PLAIN = re.compile(r"[A-Za-z][\w-]*")
WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}  # none of them a string, unquoted


def scalar(value):
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)  # JSON is YAML


def lines(value, indent=""):
    """YAML of lists and mappings of them, down to scalars."""
    if isinstance(value, dict):
        for k, v in value.items():
            if isinstance(v, (dict, list)):
                yield f"{indent}{k}:"
                yield from lines(v, indent + "  " if isinstance(v, dict) else indent)
            else:
                yield f"{indent}{k}: {scalar(v)}"
        return
    for item in value:
        if isinstance(item, dict):
            first, *rest = lines(item, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {scalar(item)}"


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    done = subprocess.run([TARGET, "--about", "--format", "json"], capture_output=True, text=True, timeout=60)
    if done.returncode:
        sys.exit(f"definition: --about: exit {done.returncode}: {done.stderr.strip()}")
    want = NOTE + "\n".join(lines(definition(json.loads(done.stdout)))) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(want)
        return
    have = FILE.read_text() if FILE.exists() else ""
    if have != want:
        sys.stderr.writelines(difflib.unified_diff(have.splitlines(True), want.splitlines(True), FILE.name, "--about"))
        sys.exit(f"definition: {FILE.name} is out of date: run python3 meltano/definition.py")


main()
