"""Loads every stream of the Singer SDK's kit for targets and checks what stands in the lake.

What must be there is worked out from the kit's files by a model of a target
that is as simple as can be; counts and values that matter most are also given
by hand, so that a fault in the model cannot hide.
"""

import importlib.resources
import json
import re
import subprocess
import sys
import tempfile

import lake
from singer_sdk.testing import target_test_streams

KIT = importlib.resources.files(target_test_streams)


class Case:
    def __init__(self, *files, refused=None, states=None, config=None, **counts):
        self.files, self.refused, self.states = files, refused, states
        self.config, self.counts = config, counts


FIVE = [
    '{"test_multiple_state_messages_a": 1, "test_multiple_state_messages_b": 0}',
    '{"test_multiple_state_messages_a": 2, "test_multiple_state_messages_b": 1}',
    '{"test_multiple_state_messages_a": 3, "test_multiple_state_messages_b": 2}',
    '{"test_multiple_state_messages_a": 5, "test_multiple_state_messages_b": 3}',
    '{"test_multiple_state_messages_a": 5, "test_multiple_state_messages_b": 6}',
]
MANY = dict(test_multiple_state_messages_a=6, test_multiple_state_messages_b=6)

CASES = [
    Case("array_data", test_array_data=4),
    Case("camelcase", TestCamelcase=2),
    Case("camelcase_complex_schema", ForecastingTypeToCategory=0),
    Case("duplicate_records", test_duplicate_records=2),
    Case("encoded_string_data", test_strings=11, test_strings_in_objects=11, test_strings_in_arrays=6),
    Case("invalid_schema", refused="test_invalid_schema"),
    Case("multiple_state_messages", states=FIVE[-1:], **MANY),
    Case("multiple_state_messages", states=FIVE, config={"batch_size_rows": 1}, **MANY),
    Case("no_primary_keys", test_no_pk=3),
    Case("no_primary_keys", "no_primary_keys_append", test_no_pk=8),
    Case("optional_attributes", test_optional_attributes=4),
    # Its key_properties stand inside the schema, where they mean nothing.
    Case("pk_updates", example_stream=2),
    Case("record_before_schema", refused="test_record_before_schema"),
    Case("record_missing_fields", record_missing_fields=2),
    Case("record_missing_key_property", refused="test_record_missing_key_property"),
    Case("record_missing_required_property", refused="test_record_missing_required_property"),
    Case("schema_no_properties", test_object_schema_with_properties=2, test_object_schema_no_properties=2),
    Case("schema_updates", test_schema_updates=6),
    Case("special_chars_in_attributes", **{"test:SpecialChars!in?attributes": 1}),
    Case("user_location_data", test_users=5, test_locations=3, test_user_in_location=3),
    Case("user_location_data", "user_location_upsert_data", test_users=8, test_locations=5, test_user_in_location=5),
]

PINNED = {
    "test_duplicate_records": [{"id": 1, "metric": 100}, {"id": 2, "metric": 20}],
    "test_no_pk": [{"id": 1, "metric": 11}, {"id": 2, "metric": 22}, {"id": 3, "metric": 33}],
    "test_users": [{"id": 3, "name": "Jacob"}, {"id": 4, "name": "Josh"}],
    "test_schema_updates": [
        {"id": 1, "a1": 101, "a2": "string1", "a3": None, "a4": None, "a5": None, "a6": None},
        {"id": 6, "a1": 106, "a2": "string6", "a3": True, "a4": {"id": 4, "value": 444},
         "a5": ["banana", "orange"], "a6": 341},
    ],
    "test:SpecialChars!in?attributes": [
        {"_id": "a2e98886", "d": {"env": "prod", "agent:type": "desktop", "agent:os:version": "10.13.1"}}],
}


def read(name):
    return (KIT / f"{name}.singer").read_bytes()


def states_of(data):
    """The values of the STATEs, as they stand in the file."""
    lines = [l for l in data.decode().split("\n") if l.strip()]
    return [re.search(r'"value":\s*(.*)\}\s*$', l)[1] for l in lines if json.loads(l)["type"] == "STATE"]




def filled(value, schema):
    """The value as a column of this schema shows it: structs name every field."""
    if isinstance(value, dict) and schema.get("properties"):
        return {k: filled(value.get(k), s) for k, s in schema["properties"].items()}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [filled(v, schema["items"]) for v in value]
    return value


def model(files):
    """The rows of each stream after the files are loaded in turn."""
    props, keys, tables = {}, {}, {}
    for line in b"\n".join(map(read, files)).decode().split("\n"):
        m = json.loads(line) if line.strip() else {"type": None}
        if m["type"] == "SCHEMA":
            props.setdefault(m["stream"], {}).update(m["schema"]["properties"])
            keys[m["stream"]] = m.get("key_properties", [])
            tables.setdefault(m["stream"], {})
        elif m["type"] == "RECORD":
            table = tables[m["stream"]]
            key = tuple(m["record"][k] for k in keys[m["stream"]]) or len(table)
            table[key] = m["record"]
    return {s: [filled(r, {"properties": props[s]}) for r in t.values()] for s, t in tables.items()}, props


def plain(value):
    """A whole number is the same number with and without a point."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def canon(rows):
    return sorted(json.dumps(plain(r), sort_keys=True) for r in rows)


def check(want, got, what):
    if want != got:
        raise AssertionError(f"{what}:\n  want {want}\n  got  {got}")


def run(case, directory):
    states = []
    for name in case.files:
        data = read(name)
        code, out, err = lake.load(directory, data, case.config)
        if case.refused:
            return refused(case, directory, code, out, err)
        check(0, code, f"exit code, saying {err}")
        check(case.states or states_of(data)[-1:], out, "STATEs on stdout")
        states += out
    if states:
        check(states[-1], open(f"{directory}/state.json").read(), "state.json")
    tables, props = model(case.files)
    check(case.counts, {s: len(t) for s, t in tables.items()}, "row counts of the model")
    for stream, want in tables.items():
        view = lake.quote(stream)
        got = lake.query(directory, f"SELECT count(*) AS n FROM {view}")
        check(len(want), int(got[0]["n"]), f"rows of {stream}")
        # One row of NULLs, where there is none, names the columns.
        columns = lake.rows(directory, f"SELECT t.* FROM (SELECT 1) LEFT JOIN {view} AS t ON true LIMIT 1")
        check(sorted(props[stream]), sorted(columns[0]), f"columns of {stream}")
        have = canon(lake.rows(directory, f"SELECT * FROM {view}"))
        check(canon(want), have, f"rows of {stream}")
        for row in canon(PINNED.get(stream, [])):
            if row not in have:
                raise AssertionError(f"{stream} lacks {row}")


def refused(case, directory, code, out, err):
    """Bad input ends with 65, names the stream, and leaves no row and no STATE."""
    check(65, code, f"exit code, saying {err}")
    check([], out, "stdout")
    if case.refused not in err:
        raise AssertionError(f"stderr does not name {case.refused}: {err}")
    try:
        got = lake.query(directory, f"SELECT count(*) AS n FROM {lake.quote(case.refused)}")
    except RuntimeError:
        return  # there is no such view
    check(0, int(got[0]["n"]), f"rows of {case.refused}")


def main():
    kit = {f.name.removesuffix(".singer") for f in KIT.iterdir() if f.name.endswith(".singer")}
    missing = kit - {f for c in CASES for f in c.files}
    if missing:
        sys.exit(f"kit: no case for {sorted(missing)}: the SDK has new streams")
    for flag in "--version", "--about":
        subprocess.run([lake.TARGET, flag], check=True, stdout=subprocess.DEVNULL)
    failed = 0
    for case in CASES:
        name = " + ".join(case.files) + (f" {case.config}" if case.config else "")
        with tempfile.TemporaryDirectory() as directory:
            try:
                run(case, directory + "/lake")
                print(f"kit: {name}: ok")
            except (AssertionError, RuntimeError) as fault:
                failed += 1
                print(f"kit: {name}: FAILED: {fault}", file=sys.stderr)
    print(f"kit: {len(CASES) - failed} of {len(CASES)} cases passed, from {len(kit)} files")
    sys.exit(failed > 0)


main()
