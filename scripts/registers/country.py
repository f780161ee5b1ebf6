#!/usr/bin/env python3
"""Builds a register of the whole country from the package `vietnamadminunits` (PyPI, MIT), for `fieldproof import-units`.

    scripts/registers/country.py OUT.json [WHEEL]     fetches the wheel with pip where none is given

63 provinces, 696 districts and 10,035 communes until 1 July 2025, 34 provinces and 3,321 communes since then, and who took
over from whom, whole or in part. Codes, names and relations are taken; coordinates and areas are not (many repeat). A
merger opens a new unit even where name and code stay; a commune that was only taken out of its district keeps its id.
Ids follow from level, code and time, so that building again gives the same register. It is apart from the small register
that comes with the program, which knows the same places by other ids: enter one or the other.
"""

import collections
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata
import uuid
import zipfile

PACKAGE = "vietnamadminunits==1.0.4"
LAW = "202/2025/QH15"  # merges provinces, in force on MERGED
MERGED, WORKING = "2025-06-12", "2025-07-01"
PREFIXES = [
    ("Thị trấn ", "township"),
    ("Thị xã ", "town"),
    ("Đặc khu ", "special_zone"),
    ("Phường ", "ward"),
    ("Huyện ", "rural_district"),
    ("Quận ", "urban_district"),
    ("Tỉnh ", "province"),
    ("Xã ", "commune"),
]


def clean(name):
    """A name in NFC, its word with one capital: the package writes a few as Thị Trấn."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    for word in ("Thị trấn ", "Thị xã ", "Thành phố "):
        if name.lower().startswith(word.lower()):
            name = word + name[len(word) :]
    return name


def minted(*words):
    digest = bytearray(hashlib.sha256(" ".join(words).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def type_of(name, of_city):
    if name.startswith("Thành phố "):
        return of_city
    return next(code for prefix, code in PREFIXES if name.startswith(prefix))


def version(name, of_city, parent, code, since, until, instrument=None):
    return {
        "name": name,
        "unit_type": type_of(name, of_city),
        "parent": parent,
        "official_code": code,
        "valid_from": since,
        "valid_to": until,
        "instrument": instrument,
        "certainty": "medium",
    }


def event(kind, name, units, successions, effective_on=None, legal=None, instrument=None):
    return {
        "id": minted("event", kind, name),
        "kind": kind,
        "instrument": instrument,
        "legal_date": legal,
        "operating_date": WORKING,
        "effective_on": effective_on,
        "certainty": "medium",
        "units": units,
        "successions": [{"from": a, "to": b, "portion": portion} for a, b, portion in successions],
    }


class Country:
    def __init__(self, database, relations):
        self.units, self.events = {}, []
        self.relations = relations
        rows = sqlite3.connect(database)
        rows.row_factory = sqlite3.Row
        self.old = [dict(row) for row in rows.execute("SELECT * FROM admin_units_legacy")]
        self.new = [dict(row) for row in rows.execute("SELECT * FROM admin_units")]

    def add(self, unit, *versions):
        self.units[unit] = {"id": unit, "versions": list(versions)}

    def provinces(self):
        """Old key → id, new key → id."""
        named = {row["provinceKey"]: (clean(row["province"]), row["provinceCode"]) for row in self.old}
        after = {row["provinceKey"]: (clean(row["province"]), row["provinceCode"]) for row in self.new}
        self.old_province = {key: minted("province", code, "2025-03") for key, (_, code) in named.items()}
        self.new_province, self.merged_into = {}, {}
        for key, froms in self.relations["DICT_PROVINCE"].items():
            name, code = after[key]
            stays = len(froms) == 1
            unit = self.old_province[froms[0]] if stays else minted("province", code, "2025-07")
            self.new_province[key] = unit
            if stays:
                self.add(unit, version(name, "municipality", None, code, None, None))
                continue
            self.add(unit, version(name, "municipality", None, code, MERGED, None, LAW))
            for old in froms:
                self.merged_into[old] = unit
                name, code = named[old]
                self.add(self.old_province[old], version(name, "municipality", None, code, None, MERGED))
            links = [(self.old_province[old], unit, "whole") for old in froms]
            self.events.append(event("merge", "province " + key, [], links, MERGED, MERGED, LAW))

    def districts(self):
        self.district = {}
        for row in self.old:
            key = row["provinceKey"], row["districtKey"]
            if key in self.district:
                continue
            unit = self.district[key] = minted("district", row["districtCode"], "2025-03")
            name, code, province = clean(row["district"]), row["districtCode"], row["provinceKey"]
            below, then = self.old_province[province], self.merged_into.get(province)
            if then:
                self.add(
                    unit,
                    version(name, "provincial_city", below, code, None, MERGED),
                    version(name, "provincial_city", then, code, MERGED, WORKING, LAW),
                )
            else:
                self.add(unit, version(name, "provincial_city", below, code, None, WORKING))
        self.events.append(event("abolish", "districts", sorted(set(self.district.values())), []))

    def communes(self):
        olds = {}
        for row in self.old:
            key = "_".join(row[part] or "" for part in ("provinceKey", "districtKey", "wardKey"))
            olds[key] = row
        sources = collections.defaultdict(list)
        for province, communes in self.relations["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for new, froms in communes.items():
                sources[province, new] += [(old, "whole") for old in froms]
        for province, communes in self.relations["DICT_PROVINCE_WARD_DIVIDED"].items():
            for old, news in communes.items():
                for new in dict.fromkeys(row["newWardKey"] for row in news):
                    sources[province, new].append((old, "part"))
        moved, kept = collections.defaultdict(list), set()
        for row in self.new:
            name, code = clean(row["ward"]), row["wardCode"]
            froms = [(olds[old], portion) for old, portion in sources[row["provinceKey"], row["wardKey"]] if old in olds]
            communes = [(old, portion) for old, portion in froms if old["wardCode"]]
            below = self.new_province[row["provinceKey"]]
            begins = version(name, None, below, code, WORKING, None)
            if len(froms) == 1 and communes and communes[0][1] == "whole":
                old = communes[0][0]
                unit = minted("commune", old["wardCode"], "2025-03")
                self.add(unit, self.until(old), begins)
                moved[row["provinceKey"]].append(unit)
                kept.add(old["wardCode"])
                continue
            unit = minted("commune", code, "2025-07")
            self.add(unit, begins)
            links = [(minted("commune", old["wardCode"], "2025-03"), unit, portion) for old, portion in communes]
            islands = [self.district[old["provinceKey"], old["districtKey"]] for old, _ in froms if not old["wardCode"]]
            links += [(island, unit, "whole") for island in islands]
            if links:
                self.events.append(event("merge", "commune " + code, [], sorted(set(links))))
            else:
                self.events.append(event("create", "commune " + code, [unit], []))
        for row in self.old:
            if row["wardCode"] and row["wardCode"] not in kept:
                self.add(minted("commune", row["wardCode"], "2025-03"), self.until(row))
        for province, units in sorted(moved.items()):
            self.events.append(event("transfer", "communes of " + province, sorted(units), []))

    def until(self, old):
        below = self.district[old["provinceKey"], old["districtKey"]]
        return version(clean(old["ward"]), None, below, old["wardCode"], None, WORKING)


def main(out, wheel):
    with tempfile.TemporaryDirectory() as folder:
        if wheel is None:
            fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, PACKAGE]
            subprocess.run(fetch, check=True)
            wheel = next(pathlib.Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as package:
            relations = json.loads(package.read("vietnamadminunits/data/converter_2025.json"))
            database = package.extract("vietnamadminunits/data/dataset.db", folder)
        country = Country(database, relations)
        country.provinces()
        country.districts()
        country.communes()
    source = f"Administrative units of Viet Nam around 1 July 2025, from {PACKAGE} (PyPI, MIT)"
    register = {"source": source, "units": list(country.units.values()), "events": country.events}
    pathlib.Path(out).write_text(json.dumps(register, ensure_ascii=False, indent=1) + "\n")
    versions = sum(len(unit["versions"]) for unit in country.units.values())
    print(f"{out}: {len(country.units)} units, {versions} versions, {len(country.events)} events", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None)
