"""Makes the files of this folder: Python 3.11 with pyreadstat, pandas and openpyxl. Run it in this folder."""

import datetime as dt
import struct

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

# types.sav, types.zsav: every kind of variable that SPSS knows.
frame = pd.DataFrame({
    "day": [dt.date(2024, 2, 29), dt.date(1999, 12, 31), None],
    "moment": [dt.datetime(2024, 2, 29, 13, 5, 9), None, dt.datetime(1970, 1, 1)],
    "duration": [dt.time(0, 12, 30), dt.time(1, 0, 0), None],
    "city": ["永康", "", "Zürich"],
    "essay": ["x" * 300, "short", "y" * 700],
    "income": [5200.5, -3.0, 99.0],
})
described = dict(
    file_label="types", column_labels=["Day", None, "Time taken", "城市", None, "Income"],
    missing_ranges={"income": [{"lo": -1e300, "hi": 0}, 99.0], "city": ["n/a"]},
    variable_value_labels={"income": {-3.0: "refused", 99.0: "do not know"}, "city": {"永康": "Yongkang"}},
    variable_measure={"income": "scale", "city": "nominal"},
)
pyreadstat.write_sav(frame, "types.sav", **described)
pyreadstat.write_sav(frame, "types.zsav", compress=True, **described)


def legacy_sav(name, code_page):
    """A file in GBK without an encoding record; with a code page record if one is given."""
    label = "学历".encode("gbk")
    out = b"$FL2" + b"@(#) SPSS DATA FILE by hand".ljust(60)
    out += struct.pack("<iiiii", 2, 2, 0, 0, 2) + struct.pack("<d", 100.0)
    out += b"01 Jan 24" + b"12:00:00" + b" " * 64 + b"\0" * 3
    out += struct.pack("<iiiiii", 2, 0, 1, 0, 0x050800, 0x050800) + b"EDU     "
    out += struct.pack("<i", len(label)) + label + b"\0" * (-len(label) % 4)
    out += struct.pack("<iiiiii", 2, 8, 0, 0, 0x010800, 0x010800) + "城市".encode("gbk").ljust(8)
    meaning = "研究生".encode("gbk")
    out += struct.pack("<ii", 3, 1) + struct.pack("<d", 1.0) + bytes([len(meaning)]) + meaning
    out += b"\0" * (-(len(meaning) + 1) % 8) + struct.pack("<iii", 4, 1, 1)
    if code_page:
        out += struct.pack("<iiii", 7, 3, 4, 8) + struct.pack("<8i", 20, 0, 0, -1, 1, 1, 2, code_page)
    out += struct.pack("<ii", 999, 0)
    out += struct.pack("<d", 1.0) + "永康".encode("gbk").ljust(8)
    out += struct.pack("<d", 2.0) + "金华".encode("gbk").ljust(8)
    open(name, "wb").write(out)


legacy_sav("gbk_unstated.sav", None)
legacy_sav("gbk_936.sav", 936)

# types.xlsx: cells of every kind; a second sheet; formulas without stored results, because openpyxl stores none.
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "answers"
sheet.append(["id", "agrees", "score", "mixed", "day", "moment", "taken", "formula", "phone", None])
sheet.append([1, True, "4.5", 1, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 5, 9), dt.timedelta(minutes=12.5), "=A2*2", "13800138000123456", None])
sheet.append([2, False, 3, "one", dt.date(1999, 12, 31), None, dt.time(1, 0, 0), 7, None, "stray"])
sheet.append([3, None, "NA", None, None, dt.datetime(1999, 1, 1), None, "=A4*2", "1", None])
other = book.create_sheet("other")
other.append(["x"])
other.append([1])
book.save("types.xlsx")

book = openpyxl.Workbook()
book.active.append(["id", "T11"])
book.active.append([1, 2])
book.active.append([2, "#DIV/0!"])
book.active["B3"].data_type = "e"
book.save("error_cell.xlsx")

# types.dta (release 118), old.dta (release 114, GBK as Chinese Stata wrote it before 14).
stata = pd.DataFrame({
    "item": [1.0, 5.0, np.nan],
    "whole": np.array([100, -5, 7], dtype="int16"),
    "city": ["永康", "", "Zürich"],
    "day": pd.to_datetime(["2024-02-29", "1999-12-31", None]),
    "month": pd.to_datetime(["2024-02-01", "1999-12-01", "1960-01-01"]),
    "moment": pd.to_datetime(["2024-02-29 13:05:09", None, "1970-01-01 00:00:00"]),
    "essay": ["x" * 3000, "short", ""],
})
stata.to_stata(
    "types.dta", version=118, write_index=False, convert_strl=["essay"],
    convert_dates={"day": "td", "month": "tm", "moment": "tc"},
    variable_labels={"item": "学历", "essay": "Essay"}, value_labels={"whole": {-5: "minus five", 7: "七"}},
)
pyreadstat.write_dta(
    pd.DataFrame({"x": [1, "a", 2, "b"], "y": [1.5, 2.5, np.nan, 3.5]}), "extended.dta",
    missing_user_values={"x": ["a", "b"]}, variable_value_labels={"x": {1: "one", "a": "refused"}},
)
plain = pd.DataFrame({"edu": np.array([1, 2], dtype="int8"), "city": ["yongkang", "jinhua--"]})
plain.to_stata("old.dta", version=114, write_index=False, variable_labels={"edu": "ABCD"})
raw = open("old.dta", "rb").read()
raw = raw.replace(b"yongkang", "永康永康".encode("gbk")).replace(b"jinhua--", "金华".encode("gbk") + b"\0\0\0\0")
raw = raw.replace(b"ABCD", "学历".encode("gbk"))
open("old.dta", "wb").write(raw)
