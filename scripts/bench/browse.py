"""Pages of photos over HTTP: the plan of each filter and order, and page 1,000 beside page 1.

    browse.py plans URL TOKEN POSTGRESQL_LOG
    browse.py pages URL TOKEN
"""

import json
import re
import statistics
import sys
import time

from browse_api import Api

LIMIT = 50
MOST_ROWS_READ = 40 * LIMIT


def nodes(plan):
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def plans_since(log, offset):
    """Plans written after this place in the log, with the query's text."""
    with open(log, encoding="utf-8") as lines:
        lines.seek(offset)
        text = lines.read()
    for found in re.finditer(r"duration: ([0-9.]+) ms  plan:\n((?:\t.*\n?)+)", text):
        yield float(found[1]), json.loads(found[2].replace("\n\t", "\n"))


def faults_of(plan):
    for node in nodes(plan):
        rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)) * node["Actual Loops"]
        if node["Node Type"] == "Seq Scan" and rows > 1000:
            yield f"reads {node['Relation Name']} from end to end"
        if node["Node Type"] in ("Sort", "Incremental Sort") and rows > MOST_ROWS_READ:
            yield f"sorts {rows} rows"
        if rows > MOST_ROWS_READ:
            yield f"{node['Node Type']} reads {rows} rows"


def cases(api):
    newest = api.get("/v1/photos", owner=owner(api), limit=1)["items"][0]
    scopes = {"owner": {"owner": newest["owner"]}, "campaign": {"campaign": newest["campaign"]}, "visit": {"visit": newest["visit"]},
              "unit": {"unit": newest["unit"]}, "province": {"unit": province(api, newest["unit"])}}
    facets = {"": {}, "item": {"item": newest["item"]}, "subject": {"subject": "desk"}, "place": {"place": "outside"}, "state": {"state": "quarantined"}}
    middle = {"captured_from": "2025-11-05T00:00:00Z", "captured_to": "2025-11-15T00:00:00Z"}
    for where, scope in scopes.items():
        for which, facet in facets.items():
            for order in ("-captured_at", "captured_at"):
                yield f"{where} {which} {order}", {**scope, **facet, "order": order}
                if where != "visit":
                    yield f"{where} {which} {order} captured", {**scope, **facet, "order": order, **middle}
    yield "bbox", {"owner": newest["owner"], "bbox": "105.8,20.9,105.9,21.0"}
    yield "bbox of a degree", {"owner": newest["owner"], "bbox": "105,20,106,21"}
    yield "bbox captured", {"owner": newest["owner"], "bbox": "105,20,106,21", **middle}


def owner(api):
    return api.get("/v1/me")["grants"][0]["owner"]["id"]


def province(api, unit):
    return api.get(f"/v1/units/{unit}")["at"]["ancestors"][0]


def plans(url, token, log):
    api = Api(url, token)
    bad = 0
    for name, query in cases(api):
        for page in ("first", "second"):
            with open(log, "rb") as lines:
                offset = lines.seek(0, 2)
            answer = api.get("/v1/photos", limit=LIMIT, **query)
            # A page is one statement; a box is a few, each over more strips of cells than the one before.
            found = [(ms, plan) for ms, plan in plans_since(log, offset) if re.search(r"FROM [^$]*photo", plan["Query Text"]) and "LIMIT" in plan["Query Text"]]
            if not found or (len(found) > 1 and not name.startswith("bbox")):
                sys.exit(f"browse: {name}: {len(found)} plans were written where one was expected")
            ms = sum(ms for ms, _ in found)
            used = sorted({node["Index Name"] for _, plan in found for node in nodes(plan["Plan"]) if node.get("Index Name")})
            faults = [fault for _, plan in found for fault in faults_of(plan["Plan"])]
            bad += bool(faults)
            print(f"{name:44} {page:6} {ms:8.2f} ms {len(answer['items']):3} rows  {len(found)} × {', '.join(used)}  {'; '.join(faults)}", flush=True)
            if not answer["next"]:
                break
            query = {**query, "cursor": answer["next"]}
    sys.exit(f"browse: {bad} plans are not what a list may cost" if bad else 0)


def pages(url, token):
    api = Api(url, token)
    ratios = {}
    scopes = {"owner": {"owner": owner(api)}}
    newest = api.get("/v1/photos", limit=1, **scopes["owner"])["items"][0]
    scopes["campaign, by place"] = {"campaign": newest["campaign"], "place": "inside"}
    for name, scope in scopes.items():
        cursor, page = None, 1
        while page < 1000:
            answer = api.get("/v1/photos", limit=10, cursor=cursor, **scope)
            cursor, page = answer["next"], page + 1
        times = {"first": [], "thousandth": []}
        # A first page with a cursor, so that both open one: page 2 stands for page 1.
        second = api.get("/v1/photos", limit=10, **scope)["next"]
        for _ in range(400):
            for which, at in (("first", second), ("thousandth", cursor)):
                begun = time.perf_counter()
                api.get("/v1/photos", limit=10, cursor=at, **scope)
                times[which].append(time.perf_counter() - begun)
        first, last = (statistics.median(times[which]) * 1000 for which in times)
        ratios[name] = last / first
        print(f"{name}: page 1 {first:.2f} ms, page 1,000 {last:.2f} ms, ratio {last / first:.3f}")
    sys.exit("browse: page 1,000 costs more than 1.1 of page 1" if max(ratios.values()) > 1.1 else 0)


{"plans": plans, "pages": pages}[sys.argv[1]](*sys.argv[2:])
