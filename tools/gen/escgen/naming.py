"""Name styles of the target languages."""


def camel(snake: str) -> str:
    """bad_fcs -> BadFcs"""
    return "".join(part[:1].upper() + part[1:] for part in snake.split("_"))


def screaming(snake: str) -> str:
    """bad_fcs -> BAD_FCS"""
    return snake.upper()


def header(comment: str, source: str) -> str:
    """First line of each generated file."""
    return f"{comment} Generated from {source} by `make generate`. Do not edit.\n"
