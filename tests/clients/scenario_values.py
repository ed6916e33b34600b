"""Values that a scenario cannot write down: `${make FUNCTION ARGUMENT…}`. Arguments are texts or saved values."""


def repeat(text, times):
    """`${make repeat a 64}`: a text so many times."""
    return text * int(times)


def document(text):
    """A JSON text from a value: policies are sent as text."""
    import json

    return text if isinstance(text, str) else json.dumps(text)


def tags(first, count):
    """`${make tags 0 50}`: so many tags, with keys that begin at a number."""
    return [{"Key": f"key-{number}", "Value": "value"} for number in range(int(first), int(first) + int(count))]


def random_tags(count):
    """Tags that take as much room as they can."""
    import random

    letters = random.Random(1)
    text = lambda length: "".join(letters.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(length))
    return [{"Key": text(120), "Value": text(250)} for _ in range(int(count))]
