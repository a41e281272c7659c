"""Where the numbers of a run come from: through the one door, with what each source has promised."""

from leadlag.batch.sources.reading import SourceProblem, SourceRead, read_source
from leadlag.batch.sources.samples import TOTAL, job_sha256, sample_of, segments_of, untestable_why
from leadlag.batch.sources.snapshots import Change, changes_since, read_snapshot, write_snapshot

__all__ = [
    "TOTAL", "Change", "SourceProblem", "SourceRead", "changes_since", "job_sha256", "read_snapshot", "read_source", "sample_of",
    "segments_of", "untestable_why", "write_snapshot",
]  # fmt: skip
