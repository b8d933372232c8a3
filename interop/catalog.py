"""Reads a catalog, writes it with one stream selected, to be read by updated_at."""

import json
import sys

stream = sys.argv[1]
catalog = json.load(sys.stdin)
found = [s for s in catalog["streams"] if s["tap_stream_id"] == stream]
if len(found) != 1:
    sys.exit(f"catalog: {len(found)} streams named {stream}")
for s in catalog["streams"]:
    for m in s["metadata"]:
        if m["breadcrumb"] == []:
            m["metadata"]["selected"] = s is found[0]
    s["replication_method"], s["replication_key"] = "INCREMENTAL", "updated_at"
json.dump(catalog, sys.stdout)
