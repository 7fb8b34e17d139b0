"""Files and text: model files, graphs as text."""

from __future__ import annotations

from sojourn._core import (
    Model,
    load_model,
    model_format_version,
    model_from_json,
    save_model,
    to_dot,
    to_json,
    to_mermaid,
)

__all__ = [
    "Model",
    "load_model",
    "model_format_version",
    "model_from_json",
    "save_model",
    "to_dot",
    "to_json",
    "to_mermaid",
]
