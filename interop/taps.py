"""Surveys the schemas of real taps, and loads each of them: python3 interop/taps.py DIR

Installs what taps.txt pins, each tap in a folder of its own below DIR, writes
its SCHEMA messages to DIR/TAP.singer, counts the keywords that say more of a
value than its type, and asks the target's own compiler which of them it leaves
to gojsonschema. Fails if a tap could not be asked, if the target refuses a
schema that its rules do not, or if more than one in a hundred needs gojsonschema.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PLANS = str(HERE.parent / "bin" / "plans")  # of interop/plans
TARGET = os.environ.get("TARGET", str(HERE.parent / "bin" / "target-filelake"))

# Keywords of Draft 4 that limit values; type, properties and items shape them.
LIMITS = """enum minimum maximum exclusiveMinimum exclusiveMaximum multipleOf pattern minLength maxLength
    minItems maxItems uniqueItems additionalItems minProperties maxProperties required patternProperties
    dependencies anyOf oneOf allOf not $ref""".split()
# What a target must refuse: a schema without properties, a key that it does not name.
RULES = "has no properties", "is not in the schema"

KNOWN = "type properties items additionalProperties format description title default inclusion".split()


def install(pin, root):
    """Returns the folder that holds the tap; one that is there is whole."""
    lib = root / "lib" / pin
    if not lib.exists():
        part = lib.with_name(pin + ".part")
        shutil.rmtree(part, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run(pip + ["--target", str(part), pin], timeout=900)
        part.rename(lib)
    return lib


def run(args, **options):
    done = subprocess.run(args, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        raise RuntimeError(f"{args[1:4]}: exit {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def messages(pin, root):
    """The tap's SCHEMA messages, one a line, in DIR/TAP.singer too."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(install(pin, root)), "PYTHONDONTWRITEBYTECODE": "1"}
    name = pin.split("==")[0]
    text = run([sys.executable, "-s", str(HERE / "taps_schemas.py"), name], env=env, timeout=120)
    if not text:
        raise RuntimeError(f"{pin} has no streams")
    (root / f"{name}.singer").write_text(text + STATE)
    return text.splitlines()


STATE = '{"type": "STATE", "value": {"bookmarks": {}}}\n'


def refused(name, lines, root):
    """What the target says of the schemas that it does not take, all of them."""
    if load(name, root / f"{name}.singer", root).returncode == 0:
        return []
    said = []
    for line in lines:  # it stops at the first, so each is loaded by itself
        alone = root / "alone.singer"
        alone.write_text(line + "\n" + STATE)
        done = load(name, alone, root)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
            said.append(f"exit {done.returncode}: {reason}\n    {line[:200]}")
    return said or ["refused together, though not one by one"]


def load(name, data, root):
    lake = root / "lakes" / name
    shutil.rmtree(lake, ignore_errors=True)
    args = [TARGET, "--lake", str(lake), "--input", str(data)]
    return subprocess.run(args, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


def schemas_in(s):
    """A schema and all that stand in it."""
    yield s
    if not isinstance(s, dict):
        return
    below = [v for k in ("properties", "patternProperties", "dependencies") for v in s.get(k, {}).values()]
    below += [v for k in ("anyOf", "oneOf", "allOf") for v in s.get(k, [])]
    items = s.get("items", [])
    below += items if isinstance(items, list) else [items]
    below += [s[k] for k in ("not", "additionalProperties", "additionalItems") if isinstance(s.get(k), dict)]
    for v in below:
        yield from schemas_in(v)


def words(s):
    """What one schema, without those in it, says beyond the plainest."""
    if not isinstance(s, dict):
        yield str(s).lower()
        return
    for k, v in s.items():
        if k in LIMITS:
            yield k
        elif k == "format":
            yield f"format:{v}"
        elif k == "additionalProperties" and v is not True:
            yield "additionalProperties:" + ("false" if v is False else "schema")
        elif k not in KNOWN:
            yield "?" + k  # no keyword of Draft 4
    if not s.keys() & {"type", "anyOf", "oneOf", "allOf", "$ref", "enum"}:
        yield "no type"
    kinds = set(s.get("type", ())) - {"null"} if isinstance(s.get("type"), list) else set()
    if len(kinds) > 1:
        yield "type:" + "|".join(sorted(kinds))


def plans(text):
    """What each SCHEMA compiles to, as the target itself has it."""
    done = subprocess.run([PLANS], input=text, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"plans: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def survey(pin, root):
    """One row of the table."""
    lines = messages(pin, root)
    row = {"pin": pin, "schemas": len(lines), "nodes": 0, "columns": 0, "checks": 0, "judged": [],
           "uses": collections.Counter(), "values": set()}
    for line, plan in zip(lines, plans("\n".join(lines) + "\n"), strict=True):
        for part in schemas_in(json.loads(line)["schema"]):
            row["nodes"] += 1
            row["uses"].update(words(part))
            if isinstance(part, dict) and "multipleOf" in part:
                row["values"].add(part["multipleOf"])
        row["columns"] += plan["columns"]
        row["checks"] += plan["checks"]
        if plan["judged"]:
            row["judged"].append(f"{plan['stream']}: " + ", ".join(f"{r['Path']} {r['Text']}" for r in plan["judged"]))
    row["refused"] = refused(pin.split("==")[0], lines, root)
    return row


def main(root):
    pins = [p for p in (HERE / "taps.txt").read_text().split("\n") if p and not p.startswith("#")]
    (root / "lib").mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(install, p, root) for p in pins]:
            done.exception()  # said again, with the tap, when it is asked
    rows, failed = [], []
    for pin in pins:
        try:
            rows.append(survey(pin, root))
        except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as e:
            failed.append(f"{pin}: {e}")
    return report(rows, failed)


def report(rows, failed):
    print("| tap | version | SCHEMAs | columns | with a check | need gojsonschema | refused |\n|---|---|--:|--:|--:|--:|--:|")
    for r in rows:
        name, version = r["pin"].split("==")
        print(f"| {name} | {version} | {r['schemas']} | {r['columns']} | {r['checks']} | {len(r['judged'])} | {len(r['refused'])} |")
    schemas, columns, checks = (sum(r[k] for r in rows) for k in ("schemas", "columns", "checks"))
    judged, refused = ([(r["pin"], x) for r in rows for x in r[k]] for k in ("judged", "refused"))
    print(f"| all {len(rows)} | | {schemas} | {columns} | {checks} | {len(judged)} | {len(refused)} |\n")
    for r in rows:
        print(r["pin"])
        show(r["uses"], r["values"])
    print("all")
    show(sum((r["uses"] for r in rows), collections.Counter()), set().union(*(r["values"] for r in rows)))
    for pin, text in judged:
        print(f"{pin}: needs gojsonschema: {text}")
    by_rule = [x for x in refused if any(rule in x[1] for rule in RULES)]
    for pin, text in refused:
        print(f"{pin}: refused{' by rule' if (pin, text) in by_rule else ''}: {text}")
    for text in failed:
        print(f"not surveyed: {text}")
    print(f"taps: {schemas} schemas of {len(rows)} taps, {len(judged)} need gojsonschema, "
          f"{len(by_rule)} refused by rule, {len(refused) - len(by_rule)} refused otherwise")
    return 1 if failed or len(refused) > len(by_rule) or len(judged) * 100 > schemas else 0


def show(uses, multiples):
    """Words by how often they occur, apart from those that are none of Draft 4."""
    for title, foreign in ("limits", False), ("besides", True):
        said = [f"{k.removeprefix('?')} {n}" for k, n in uses.most_common() if k.startswith("?") == foreign]
        if said:
            print(f"    {title}: {', '.join(said)}")
    if multiples:
        print(f"    multipleOf: {', '.join(map(str, sorted(multiples)))}")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
