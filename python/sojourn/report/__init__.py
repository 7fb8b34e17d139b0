"""A log in, one self-contained page out: what the command line's ``report`` and ``demo`` run."""
