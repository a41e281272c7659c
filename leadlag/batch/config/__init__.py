"""What is asked of a night: a file as it is written, checked whole, every key with its place."""

from leadlag.batch.config.model import STATE, Config, MetricOfSource
from leadlag.batch.config.reading import config_schema, read_config
from leadlag.batch.config.schema import JobAsked, Promise, SourceAsked

__all__ = ["STATE", "Config", "JobAsked", "MetricOfSource", "Promise", "SourceAsked", "config_schema", "read_config"]
