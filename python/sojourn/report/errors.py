"""What the command line tells instead of a traceback."""

from __future__ import annotations


class UsageError(Exception):
    """The options contradict each other or say too little: exit code 2."""


class DataError(Exception):
    """The file, its columns or its content cannot be used: exit code 1."""
