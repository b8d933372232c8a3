"""Writes one SCHEMA message for each stream of an installed tap, without a network.

Each tap is asked in its own words. Where it would ask a server (which custom
fields an account has, what columns a table), the answer is made up here.
"""

import datetime
import decimal
import importlib
import json
import socket
import sys
from unittest import mock


def load(path):
    """What module.name stands for."""
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


def catalog(found):
    """Streams of a catalog, which is singer's own class or plain JSON."""
    if not isinstance(found, dict):
        found = found.to_dict()
    for s in found["streams"]:
        root = next(m["metadata"] for m in s["metadata"] if not m["breadcrumb"])
        yield s["stream"], s["schema"], s.get("key_properties") or root.get("table-key-properties")


def pair(schemas, metadata):
    streams = [{"stream": n, "schema": s, "metadata": metadata[n]} for n, s in schemas.items()]
    return catalog({"streams": streams})


def loaded(load_schema, streams):
    for s in streams:
        yield s.tap_stream_id, load_schema(s.tap_stream_id), s.pk_fields


def sdk(tap, **config):
    tap = load(tap)(config=config, validate_config=False)
    for s in tap.discover_streams():
        yield s.name, s.schema, s.primary_keys


def github_sdk():
    """It takes one thing to ask for at a time, and each has streams of its own."""
    found = {}
    for query in "repositories", "organizations", "searches", "user_usernames":
        found |= {s[0]: s for s in sdk("tap_github.tap.TapGitHub", **{query: ["acme/parcels"]})}
    return found.values()


def hubspot():
    tap = importlib.import_module("tap_hubspot")
    tap.get_custom_schema = tap.get_v3_schema = lambda entity: tap.parse_custom_schema(
        entity, {"results": HUBSPOT_FIELDS} if entity == "tickets" else HUBSPOT_FIELDS
    )
    tap.generate_custom_streams = lambda mode: []
    return catalog(tap.discover_schemas())


HUBSPOT_FIELDS = [{"name": t, "type": t} for t in ("string", "number", "bool", "datetime", "enumeration")]


def shopify():
    tap = importlib.import_module("tap_shopify")
    importlib.import_module("tap_shopify.streams")
    tap.initialize_shopify_client = lambda: None
    tap.fetch_app_scopes = lambda: {"read_users"}
    return catalog(tap.discover())


def chargebee():
    for model, names in (True, "ITEM"), (False, "PLAN"):
        for stream in load(f"tap_chargebee.streams.{names}_MODEL_AVAILABLE_STREAMS"):
            for name, schema, key in catalog({"streams": stream({"item_model": model}, {}, None, None).generate_catalog()}):
                yield f"{names.lower()}_{name}", schema, key


def zendesk():
    import singer

    refs = load("tap_zendesk.discover.load_shared_schema_refs")()
    for make in load("tap_zendesk.streams.STREAMS").values():
        stream = make(mock.MagicMock(), {})
        yield stream.name, singer.resolve_schema_references(stream.load_schema(), refs), stream.key_properties


def mongodb():
    """The schema that the tap begins with, and the one it sends once it has seen a document."""
    from bson import decimal128

    collection = mock.MagicMock()
    collection.name = collection.database.name = "orders"
    collection.options.return_value, collection.estimated_document_count.return_value = {}, 1
    stream = load("tap_mongodb.produce_collection_schema")(collection)
    yield "orders", stream["schema"], ["_id"]
    schema = {"type": "object", "properties": {}}
    values = [1.5, decimal128.Decimal128("1.5"), datetime.datetime(2026, 1, 2), {"at": 1.5}, [1.5, {"n": 2.5}]]
    for v in values:
        load("tap_mongodb.sync_strategies.common.row_to_schema")(schema, {"mixed": v, type(v).__name__: v})
    yield "orders_seen", schema, ["_id"]


def mongodb_sdk():
    yield "orders", load("tap_mongodb.schema.SCHEMA"), ["replication_key"]


MYSQL = """tinyint(1) tinyint(3) smallint(5) mediumint(8) int(11) int(10)unsigned bigint(20) bigint(20)unsigned
    float double decimal(10,2) decimal(38,18) decimal(65,30) decimal(10,0) bit(1) json char(36) varchar(255) text
    longtext enum('a','b') date time datetime timestamp""".split()


def mysql():
    import tap_mysql

    properties = {}
    for text in MYSQL:
        kind, _, rest = text.partition("(")
        size = [int(d) for d in rest.partition(")")[0].split(",") if d.isdigit()]
        length = {"longtext": 4294967295, "text": 65535}.get(kind, size[0] if size else None)
        column = tap_mysql.Column("shop", "kinds", text, kind, length, *(size + [None, None])[:2], text, "")
        properties[text] = tap_mysql.schema_for_column(column)
    key = tap_mysql.Column("shop", "kinds", "id", "bigint", None, 20, 0, "bigint(20)", "PRI")
    properties["id"] = tap_mysql.schema_for_column(key)
    yield "kinds", tap_mysql.Schema(type="object", properties=properties).to_dict(), ["id"]


def postgres_sdk():
    """A table with a column of each type that PostgreSQL's dialect knows."""
    from singer_sdk import typing
    from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, DOMAIN, ENUM, NUMERIC
    from sqlalchemy.dialects.postgresql.base import ischema_names

    kinds = {n: k() for n, k in ischema_names.items() if k not in (ARRAY, DOMAIN, ENUM)}
    kinds |= {"id": BIGINT(), "bigint[]": ARRAY(BIGINT), "enum": ENUM("a", "b", name="letter")}
    kinds |= {"numeric(38,18)": NUMERIC(38, 18), "numeric(10,2)": NUMERIC(10, 2)}
    for as_object in False, True:
        to = load("tap_postgres.client.PostgresSQLToJSONSchema")(dates_as_string=as_object, json_as_object=as_object)
        columns = [
            typing.Property(n, typing.CustomType(to.to_jsonschema(k)), required=n == "id", nullable=n != "id")
            for n, k in kinds.items()
        ]
        yield f"kinds_{as_object}", typing.PropertiesList(*columns).to_dict(), ["id"]


def rest():
    """The tap infers a schema from the first records that a server sends."""
    answer = mock.MagicMock(ok=True)
    answer.json.return_value = [
        {"id": 1, "total": 1, "at": "2026-01-02T03:04:05Z", "tags": ["a"], "lines": [{"n": 1}], "who": {"name": "x"}},
        {"id": 2, "total": 1.5, "at": None, "tags": [], "lines": [{"n": None, "m": "b"}], "who": {"name": 7}, "gone": None},
    ]
    stream = {"name": "orders", "path": "/orders", "primary_keys": ["id"]}
    with mock.patch("requests.get", return_value=answer):
        yield from sdk("tap_rest_api_msdk.tap.TapRestApiMsdk", api_url="https://localhost", streams=[stream])


HOW = {
    "tap-github": lambda: pair(*load("tap_github.schema.get_schemas")()),
    "tap-gitlab": lambda: catalog(load("tap_gitlab.discover.discover")()),
    "tap-hubspot": hubspot,
    "tap-mongodb": mongodb,
    "tap-mysql": mysql,
    "tap-stripe": lambda: catalog(load("tap_stripe.discover")()),
    "tap-shopify": shopify,
    "tap-jira": lambda: loaded(load("tap_jira.load_schema"), load("tap_jira.streams.ALL_STREAMS")),
    "tap-zendesk": zendesk,
    "tap-intercom": lambda: pair(*load("tap_intercom.schema.get_schemas")()),
    "tap-facebook": lambda: catalog(load("tap_facebook.discover_schemas")()),
    "tap-chargebee": chargebee,
    "tap-xero": lambda: loaded(load("tap_xero.load_schema"), load("tap_xero.streams.all_streams")),
    "tap-quickbooks": lambda: catalog(load("tap_quickbooks.discover.do_discover")()),
    "tap-square": lambda: pair(*load("tap_square.discover.get_schemas")(False)),
    "meltanolabs-tap-github": github_sdk,
    "meltanolabs-tap-postgres": postgres_sdk,
    "meltanolabs-tap-mongodb": mongodb_sdk,
    "tap-rest-api-msdk": rest,
    "tap-dbt": lambda: sdk("tap_dbt.tap.TapDBT"),
    "tap-shortcut": lambda: sdk("tap_shortcut.tap.TapShortcut"),
    "tap-checkly": lambda: sdk("tap_checkly.tap.TapCheckly"),
    "tap-readthedocs": lambda: sdk("tap_readthedocs.tap.TapReadTheDocs"),
    "tap-pulumi-cloud": lambda: sdk("tap_pulumi_cloud.tap.TapPulumiCloud"),
    "tap-freshservice": lambda: sdk("tap_freshservice.tap.TapFreshservice"),
}


def no_network(*args):
    raise OSError("a tap asked for the network")


def plain(value):
    if isinstance(value, decimal.Decimal):
        return float(value)  # singer-python writes a number too
    raise TypeError(f"{type(value)} in a schema")


if __name__ == "__main__":
    socket.socket.connect = socket.getaddrinfo = no_network
    out = sys.stdout
    sys.stdout = sys.stderr  # some taps talk
    for stream, schema, key in HOW[sys.argv[1]]():
        message = {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": list(key or [])}
        out.write(json.dumps(message, default=plain) + "\n")
