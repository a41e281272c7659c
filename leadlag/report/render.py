"""Plain dicts to HTML: every text is escaped, and no markup comes from anywhere but the templates."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["render"]


def render(template: str, content: dict[str, Any]) -> str:
    """Fill a template; a text that is missing is an error, never a hole."""
    return _environment().get_template(template).render(content)


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("leadlag.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
