#!/usr/bin/env bash
# A month column of pandas periods, written by pandas to Parquet, comes back from pyarrow alone as bare whole numbers.
#
# pandas 3.1.1 and pyarrow 26.0.1: `DataFrame.to_parquet` stores a period column as int64 (months since January 1970) with the extension
# type "pandas.period" in the field's metadata. A program that reads the file with pyarrow and has not imported pandas' Arrow types
# gets a plain int64 column: 648, 649, ... in place of 2024-01, 2024-02, ... The frequency is then in the field's metadata only. With
# polars 2.1.0 the column is an extension type that names the frequency, and its values are the same whole numbers. pandas itself
# reads periods again. So whoever takes such a file for a table of metrics sees a column of numbers that rise by one.
#
# Needs a package registry. Exits with 0 if the behaviour is as described, with 1 if it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0
cd "$folder"
env/bin/python - <<'WRITE'
import pandas as pd

frame = pd.DataFrame({"month": pd.period_range("2024-01", periods=3, freq="M"), "sales": [1.0, 2.0, 3.0]})
frame.to_parquet("metrics.parquet")
WRITE
env/bin/python - <<'READ'
import json
import sys

import pyarrow
import pyarrow.parquet

assert "pandas" not in sys.modules
field = pyarrow.parquet.read_table("metrics.parquet")
told = field.schema.field("month")
print("pyarrow", pyarrow.__version__, "alone:", told.type, field.column("month").to_pylist(), told.metadata)
assert str(told.type) == "int64"
assert field.column("month").to_pylist() == [648, 649, 650]
assert told.metadata[b"ARROW:extension:name"] == b"pandas.period"
assert json.loads(told.metadata[b"ARROW:extension:metadata"]) == {"freq": "M"}

import polars

kind = polars.read_parquet("metrics.parquet").schema["month"]
print("polars", polars.__version__, kind)
assert "pandas.period" in str(kind) and "Int64" in str(kind)

import pandas

back = pandas.read_parquet("metrics.parquet")["month"]
print("pandas", pandas.__version__, back.dtype, back.astype(str).tolist())
assert str(back.dtype) == "period[M]" and str(back[0]) == "2024-01"
READ
echo "as described"
