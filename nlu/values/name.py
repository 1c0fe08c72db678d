"""What a person is called."""

from nlu.values.message import Found, Message

_LONGEST = 5


def find(message: Message) -> list[Found]:
    asked = message.expecting == "name"
    kinds = ("name_introduced", "name_introduced_when_asked") if asked else ("name_introduced",)
    for at in range(len(message.words)):
        for kind in kinds:
            introduced = message.find(at, kind)
            found = _name(message, at, at + introduced.length) if introduced else None
            if found:
                return [found]
    if asked and len(message.words) <= _LONGEST:
        found = _name(message, 0, 0)
        return [found] if found and found.end >= len(message.words) - 1 else []
    return []


def _name(message: Message, begin: int, start: int) -> Found | None:
    while message.key(start) in ("is", "hai", "है", ":", "-"):
        start += 1
    end = start
    while (
        end < min(len(message.words), start + _LONGEST)
        and message.kind(end) == "word"
        and message.free(end, end + 1)
        and (end == start or not message.says(end, "ends_name"))
        and (message.expecting == "name" or not message.says(end, "ordinary"))
    ):
        end += 1
    if end == start:
        return None
    said = " ".join(word.text for word in message.words[start:end])
    return Found("name", (said.title() if said.islower() or said.isupper() else said,), begin, end)
