#!/usr/bin/env python3
"""Makes the register that comes with the program from a history of units.

    scripts/registers/seeds.py HISTORY.json [REGISTER.json]     default api/library/units.json

HISTORY holds `units` (id, gso_code, versions with name, type, parent, valid_from, valid_to, certainty), `events` (id, date,
kind, instrument, from, to, certainty, note, effects) and `crosswalk_2025` (old, new, portion, date). Only facts are taken.
A unit that is in the register already keeps its id; the id of a new one follows from its key in HISTORY, so that running
this again changes nothing.
"""

import hashlib
import json
import pathlib
import sys
import uuid

SOURCE = (
    "Administrative units of five districts and their provinces, 2007 to 2025: catalogue history of the General "
    "Statistics Office and resolutions 1656, 1659, 1684/NQ-UBTVQH15"
)
TYPES = {
    "tinh": "province",
    "thanh_pho_truc_thuoc_tw": "municipality",
    "quan": "urban_district",
    "huyen": "rural_district",
    "thi_xa": "town",
    "thanh_pho": "provincial_city",
    "phuong": "ward",
    "xa": "commune",
    "thi_tran": "township",
    "dac_khu": "special_zone",
}
KINDS = {
    "create": "create",
    "create_by_transfer": "create",
    "implied": None,
    "merge": "merge",
    "merge_with_parts": "merge",
    "abolish_merge": "merge",
    "transfer_parent": "transfer",
    "reclassify": "reclassify",
    "reclassify_rename": "reclassify",
    "abolish": "abolish",
}
# The day on which an instrument took effect in law, where it says so itself or in its date.
LEGAL = {
    "1656/NQ-UBTVQH15": "2025-06-16",
    "1659/NQ-UBTVQH15": "2025-06-16",
    "1684/NQ-UBTVQH15": "2025-06-16",
    "202/2025/QH15": "2025-06-12",
    "19/NQ-CP (08/5/2009)": "2009-05-08",
    "07/NQ-CP (28/01/2011)": "2011-01-28",
}
# Provinces that the National Assembly merged exist since its resolution; their governments work since 1 July.
OPERATING = {"202/2025/QH15": "2025-07-01"}


def minted(name):
    digest = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def first(unit):
    version = unit["versions"][0]
    return unit.get("gso_code") or version.get("official_code"), version["name"], version["valid_from"]


def instruments(history):
    """Unit and day: the instrument behind the version that begins then."""
    found = {}
    for event in history["events"]:
        for effect in event["effects"]:
            if effect["after"] and not event["instrument"].startswith("see "):
                found[effect["unit"], event["date"]] = event["instrument"]
    return found


def portions(history):
    return {(row["old"], row["new"], row["date"]): row["portion"] for row in history["crosswalk_2025"]}


def successions(event, known):
    """Who took over from whom: as the crosswalk says where it does, else as the kind of event means."""
    if event["kind"] in ("implied", "transfer_parent", "reclassify", "reclassify_rename", "abolish"):
        return
    changed = {effect["unit"]: effect["op"] for effect in event["effects"]}
    if event["kind"] == "create_by_transfer":
        givers = {effect["before"]["parent"] for effect in event["effects"] if effect["before"]}
        for giver in sorted(givers):
            yield giver, event["to"][0], "part"
        return
    for old in event["from"]:
        for new in event["to"]:
            if old != new:
                portion = known.get((old, new, event["date"]))
                yield old, new, portion or ("whole" if changed.get(old) == "close" else "part")


def main(history_file, register_file):
    history = json.loads(pathlib.Path(history_file).read_text())
    out = pathlib.Path(register_file)
    old = json.loads(out.read_text())["units"] if out.exists() else []
    kept = {first(unit): unit["id"] for unit in old}
    ids = {unit["id"]: kept.get(first(unit)) or minted("unit " + unit["id"]) for unit in history["units"]}
    by_law = instruments(history)
    units, events = [], []
    for unit in history["units"]:
        versions = [
            {
                "name": version["name"],
                "unit_type": TYPES[version["type"]],
                "parent": ids[version["parent"]] if version["parent"] else None,
                "official_code": unit["gso_code"],
                "valid_from": version["valid_from"],
                "valid_to": version["valid_to"],
                "instrument": by_law.get((unit["id"], version["valid_from"])),
                "certainty": version["certainty"],
            }
            for version in unit["versions"]
        ]
        units.append({"id": ids[unit["id"]], "versions": versions})
    known = portions(history)
    for event in history["events"]:
        kind = KINDS[event["kind"]]
        # What follows from other events of the day: parents that change. That the history begins is no event.
        if kind is None and all(effect["op"] == "change" for effect in event["effects"]):
            kind = "transfer"
        if kind is None:
            continue
        named = not event["instrument"].startswith("see ")
        touched = sorted({effect["unit"] for effect in event["effects"]})
        row = {
            "id": minted("unit event " + event["id"]),
            "kind": kind,
            "instrument": event["instrument"] if named else None,
            "legal_date": LEGAL.get(event["instrument"]),
            "operating_date": OPERATING.get(event["instrument"], event["date"]),
            "effective_on": event["date"] if event["instrument"] in OPERATING else None,
            "certainty": event["certainty"],
            "units": [ids[unit] for unit in touched],
            "successions": [
                {"from": ids[a], "to": ids[b], "portion": portion} for a, b, portion in successions(event, known)
            ],
        }
        events.append(row)

    def lines(rows):
        return ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)

    def unit_lines(unit):
        versions = ",\n".join("    " + json.dumps(version, ensure_ascii=False) for version in unit["versions"])
        return f'  {{"id": "{unit["id"]}", "versions": [\n{versions}\n  ]}}'

    text = '{{"source": {},\n "units": [\n{}\n ],\n "events": [\n{}\n ]}}\n'.format(
        json.dumps(SOURCE, ensure_ascii=False), ",\n".join(map(unit_lines, units)), lines(events)
    )
    out.write_text(text)
    print(f"{out}: {len(units)} units, {len(events)} events", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "api/library/units.json")
