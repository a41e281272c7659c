"""What is known about metrics beside their numbers: one `Metric` each, a `Catalogue` of them, and the files that hold one.

By topic: `fields` checks what a metric is given, `metric` keeps it, `listed` holds many, `reading` opens what they are written
in, with `yaml_text` and `frames` for two of the forms.
"""

from leadlag.catalogue.fields import Missing, Moment, as_delay, as_moment, as_sign, as_window, check_missing
from leadlag.catalogue.listed import Catalogue, as_catalogue, known_of, with_missing_masked
from leadlag.catalogue.metric import Metric
from leadlag.catalogue.ratios import Aggregate, Ratio, is_said, ratio
from leadlag.catalogue.reading import read_catalogue

__all__ = [
    "Aggregate", "Catalogue", "Metric", "Missing", "Moment", "Ratio", "as_catalogue", "as_delay", "as_moment", "as_sign",
    "as_window", "check_missing", "is_said", "known_of", "ratio", "read_catalogue", "with_missing_masked",
]  # fmt: skip
