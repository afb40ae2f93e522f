"""Whether an Event Grid subscription would deliver an event: its filters, as the service documents them.

https://learn.microsoft.com/azure/event-grid/event-filtering : at most 25 advanced filters and 25 values over all of them, texts of at
most 512 characters; all filters must hold, of one filter any value; case does not count; of a key that is missing only the
`NotIn` filters hold; arrays are looked into only when that is switched on.
"""

MOST_FILTERS = MOST_VALUES = 25
LONGEST_TEXT = 512
_MISSING = object()
_ENVELOPE = {"eventid": "id", "eventtype": "type", "eventtypeversion": "dataversion"}

_TEXT = {
    "In": lambda value, wanted: value == wanted,
    "BeginsWith": lambda value, wanted: value.startswith(wanted),
    "EndsWith": lambda value, wanted: value.endswith(wanted),
    "Contains": lambda value, wanted: wanted in value,
}
_NUMBER = {
    "In": lambda value, wanted: value == wanted,
    "GreaterThan": lambda value, wanted: value > wanted,
    "GreaterThanOrEquals": lambda value, wanted: value >= wanted,
    "LessThan": lambda value, wanted: value < wanted,
    "LessThanOrEquals": lambda value, wanted: value <= wanted,
    "InRange": lambda value, wanted: wanted[0] <= value <= wanted[1],
}


def check(subscription):
    """Raise ValueError for what the service would not create."""
    advanced = subscription.get("advancedFilters", [])
    values = [value for one in advanced for value in _values(one)]
    texts = [text for text in values if isinstance(text, str)]
    texts += [subscription.get(name, "") for name in ("subjectBeginsWith", "subjectEndsWith")]
    if len(advanced) > MOST_FILTERS or len(values) > MOST_VALUES:
        raise ValueError(f"at most {MOST_FILTERS} advanced filters and {MOST_VALUES} values")
    if any(len(text) > LONGEST_TEXT for text in texts):
        raise ValueError(f"at most {LONGEST_TEXT} characters")


def matches(event, subscription):
    """Say whether a CloudEvent passes a subscription's filters."""
    check(subscription)
    types = subscription.get("includedEventTypes")
    if types and event["type"].lower() not in [name.lower() for name in types]:
        return False
    subject = event.get("subject", "")
    begin, end = (subscription.get(name, "") for name in ("subjectBeginsWith", "subjectEndsWith"))
    if not subscription.get("isSubjectCaseSensitive"):
        subject, begin, end = subject.lower(), begin.lower(), end.lower()
    arrays = subscription.get("enableAdvancedFilteringOnArrays", False)
    return (
        subject.startswith(begin)
        and subject.endswith(end)
        and all(_holds(event, one, arrays=arrays) for one in subscription.get("advancedFilters", []))
    )


def _values(one):
    if "values" in one:
        return one["values"]
    return [one["value"]] if "value" in one else []


def _find(event, key):
    first, *rest = key.split(".")
    found = event
    for name in [_ENVELOPE.get(first.lower(), first), *rest]:
        if not isinstance(found, dict):
            return _MISSING
        found = next((value for key, value in found.items() if key.lower() == name.lower()), _MISSING)
    return found


def _holds(event, one, *, arrays):
    operator, found = one["operatorType"], _find(event, one["key"])
    nothing = found is _MISSING or found is None
    if operator in ("IsNullOrUndefined", "IsNotNull"):
        return nothing == (operator == "IsNullOrUndefined")
    if found is _MISSING:
        return operator in ("NumberNotIn", "StringNotIn")
    candidates = found if isinstance(found, list) and arrays else [found]
    if operator == "BoolEquals":
        return any(isinstance(value, bool) and value == one["value"] for value in candidates)
    kind = "Number" if operator.startswith("Number") else "String"
    rule = operator.removeprefix(kind).removeprefix("Not")
    hit = any(_fits(value, wanted, kind, rule) for value in candidates for wanted in _values(one))
    return hit != operator.removeprefix(kind).startswith("Not")


def _fits(value, wanted, kind, rule):
    if kind == "String":
        return isinstance(value, str) and _TEXT[rule](value.lower(), wanted.lower())
    return isinstance(value, int | float) and not isinstance(value, bool) and _NUMBER[rule](value, wanted)
