"""What reports cost over HTTP, over everything and over parts of it.

    figures.py URL TOKEN
"""

import os
import statistics
import sys
import time

from browse_api import Api

MOST_S = {"everything": float(os.environ["MOST_WHOLE_S"])}
MOST_PART_S = float(os.environ["MOST_PART_S"])


def main(url, token):
    api = Api(url, token)
    owner = api.get("/v1/me")["grants"][0]["owner"]["id"]
    newest = api.get("/v1/visits", owner=owner, limit=1)["items"][0]
    province = api.get(f"/v1/units/{newest['unit']}")["at"]["ancestors"][0]
    scopes = {
        "everything": {},
        "campaign": {"campaign": newest["campaign"]},
        "province": {"unit": province},
        "half-year": {"from": "2024-01-01", "to": "2024-06-30"},
        "as known": {"as_known": "2023-06-30T00:00:00Z", "campaign": newest["campaign"]},
    }
    slow = 0
    for scope, about in scopes.items():
        for report in ("items", "ranking", "recurrence", "coverage", "burden"):
            query = {"owner": owner, **about}
            if report in ("coverage", "burden"):
                query["unit"] = province
                query.pop("to", None)
            if report == "burden":
                query.pop("as_known", None)
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                api.get(f"/v1/reports/{report}", **query)
                times.append(time.perf_counter() - begun)
            median = statistics.median(times)
            is_slow = median > MOST_S.get(scope, MOST_PART_S)
            slow += is_slow
            print(f"{report:12} {scope:12} {median * 1000:8.0f} ms{'  too slow' if is_slow else ''}", flush=True)
    sys.exit(f"figures: {slow} reports are too slow" if slow else 0)


main(*sys.argv[1:])
