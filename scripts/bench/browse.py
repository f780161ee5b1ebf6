"""Pages of lists over HTTP: the plan of each filter and order of photos, findings, actions, events of units and expected
media, and page 1,000 beside page 1.

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


def photo_cases(api):
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
    one = api.get("/v1/findings", limit=1)["items"][0]["id"]
    remedy = api.get("/v1/corrective-actions", limit=1)["items"][0]["id"]
    for which, scope in {"finding": {"finding": one}, "reply to": {"reply_to": one}, "action": {"action": remedy}}.items():
        yield which, scope
    yield "bbox", {"owner": newest["owner"], "bbox": "105.8,20.9,105.9,21.0"}
    yield "bbox of a degree", {"owner": newest["owner"], "bbox": "105,20,106,21"}
    yield "bbox captured", {"owner": newest["owner"], "bbox": "105,20,106,21", **middle}


def finding_cases(api):
    newest = api.get("/v1/findings", limit=1, critical="true")["items"][0]
    scopes = {"owner": {}, "campaign": {"campaign": newest["campaign"]}, "visit": {"visit": newest["visit"]}, "unit": {"unit": newest["unit"]},
              "province": {"unit": province(api, newest["unit"])}, "held by": {"held_by": newest["unit"]}, "at": {"at": newest["unit"]}}
    facets = {"": {}, "state": {"state": "candidate"}, "states": {"state": ["candidate", "confirmed"]}}
    # Only what is open is held by anybody, and a candidate is not.
    held = {"": {}, "state": {"state": "action_open"}, "states": {"state": ["action_open", "confirmed"]}}
    for where, scope in scopes.items():
        for which, facet in (held if where == "held by" else facets).items():
            yield f"{where} {which}", {**scope, **facet}
    for which, facet in {"item": {"item": "MUC-7"}, "kind": {"kind": "strength"}, "critical": {"critical": "true"}, "repeated": {"repeated": "true"},
                         "cause": {"root_cause": "Điều chỉnh địa giới"}}.items():
        yield f"owner {which}", facet
    # What leads from a figure to its rows is asked within something.
    for where in ("visit", "at"):
        for which, facet in {"without action": {"without_action": "true"}, "unverified": {"unverified": "true"}, "free": {"free": "true"},
                             "visit kind": {"visit_kind": "surprise"}, "from": {"from": "2025-11-05T00:00:00Z"}}.items():
            yield f"{where} {which}", {**scopes[where], **facet}


def action_cases(api):
    newest = api.get("/v1/corrective-actions", limit=1)["items"][0]
    unit = newest["owners"][0]["unit"]
    scopes = {"owner": {}, "campaign": {"campaign": newest["campaign"]}, "finding": {"finding": newest["findings"][0]["finding"]},
              "unit": {"unit": unit}, "province": {"unit": province(api, unit)}, "held by": {"held_by": unit}}
    facets = {"": {}, "state": {"state": "returned"}, "states": {"state": ["issued", "returned"]}}
    for where, scope in scopes.items():
        for which, facet in facets.items():
            yield f"{where} {which}", {**scope, **facet}
    for which, facet in {"overdue": {"overdue": "true"}, "extended": {"extended": "true"}, "carried from": {"carried_from": newest["campaign"]}}.items():
        yield f"campaign {which}", {"campaign": newest["campaign"], **facet}


def due_cases(api):
    newest = api.get("/v1/corrective-actions", limit=1)["items"][0]
    yield "owner", {"until": "2030-01-01"}
    yield "campaign", {"until": "2030-01-01", "campaign": newest["campaign"]}


def event_cases(api):
    touched = api.get("/v1/findings", limit=1)["items"][0]["unit"]
    between = {"from": "1990-01-01", "to": "2000-01-01"}
    for where, scope in {"all": {}, "unit": {"unit": touched}}.items():
        yield where, scope
        yield f"{where} between", {**scope, **between}


def media_cases(api):
    newest = api.get("/v1/photos", owner=owner(api), limit=1)["items"][0]
    yield "visit", {"at": f"/v1/visits/{newest['visit']}/media"}


# A list's address, the tables by which its statement is known, and its filters.
LISTS = {
    "photos": ("/v1/photos", r"FROM [^$]*photo", photo_cases),
    "findings": ("/v1/findings", r"FROM findings t", finding_cases),
    "actions": ("/v1/corrective-actions", r"FROM actions t", action_cases),
    "due": ("/v1/due-actions", r"FROM actions t", due_cases),
    "events": ("/v1/unit-events", r"FROM [^$]*unit_event", event_cases),
    "media": (None, r"FROM photos p\s+LEFT JOIN photo_receipts", media_cases),
}


def owner(api):
    return api.get("/v1/me")["grants"][0]["owner"]["id"]


def province(api, unit):
    return api.get(f"/v1/units/{unit}")["at"]["ancestors"][0]


def plans(url, token, log):
    api = Api(url, token)
    bad = 0
    for noun, (path, tables, cases) in LISTS.items():
        for name, query in cases(api):
            at = query.pop("at", path) if path is None else path
            for page in ("first", "second"):
                with open(log, "rb") as lines:
                    offset = lines.seek(0, 2)
                answer = api.get(at, limit=LIMIT, **query)
                # A page is one statement; a box is a few, each over more strips of cells than the one before, and the
                # events of a unit are cut first and read then.
                found = [(ms, plan) for ms, plan in plans_since(log, offset) if re.search(tables, plan["Query Text"]) and "LIMIT" in plan["Query Text"]]
                if not found or (len(found) > 1 and not name.startswith(("bbox", "unit"))):
                    sys.exit(f"browse: {noun} {name}: {len(found)} plans were written where one was expected")
                ms = sum(ms for ms, _ in found)
                used = sorted({node["Index Name"] for _, plan in found for node in nodes(plan["Plan"]) if node.get("Index Name")})
                faults = [fault for _, plan in found for fault in faults_of(plan["Plan"])]
                bad += bool(faults)
                print(f"{noun} {name:44} {page:6} {ms:8.2f} ms {len(answer['items']):3} rows  {len(found)} × {', '.join(used)}  {'; '.join(faults)}", flush=True)
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
