"""Values that a scenario cannot write down: `${make FUNCTION ARGUMENT…}`. Arguments are texts or saved values."""


def repeat(text, times):
    """`${make repeat a 64}`: a text so many times."""
    return text * int(times)


def document(text):
    """A JSON text from a value: policies are sent as text."""
    import json

    return text if isinstance(text, str) else json.dumps(text)
