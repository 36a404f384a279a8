"""The line format in Python, written from hdl/line/line_format.toml: `encode` packs, `decode` reads, `crc` sums.

Entries are dictionaries with the field names of `entry_t`; the two directions share nothing but constants.
"""
