"""WhatsApp: three buttons, else a list of ten, else numbered lines."""

from collections.abc import Sequence
from dataclasses import replace

from bot.channels.choices import Choice, InWords, choices, line, numbered, paragraphs
from bot.channels.limits import WHATSAPP
from bot.channels.text import clean, cut, units
from bot.message import Outgoing, Picture, Row
from flows.say import Reply, label


def render(reply: Reply, say: InWords) -> Outgoing:
    shown = _shown(reply, say)
    if reply.picture is None:
        return shown
    said = cut(clean(say(reply.picture.alt)).strip(), WHATSAPP.body)
    return replace(shown, picture=Picture(reply.picture.key, said))


def _shown(reply: Reply, say: InWords) -> Outgoing:
    body = paragraphs(reply, say, "\n\n")
    options = choices(reply, say)
    text = numbered(body, options, WHATSAPP.text, between="\n\n")
    wants_location = reply.wants == "place"
    if (
        len(options) == 1 and options[0].detail
    ):  # a list of one is no list: what it is stands above its button
        only = options[0]
        body, options = f"{body}\n\n{only.whole}", (Choice(only.payload, only.label),)
    if buttons := _buttons(body, options):
        return Outgoing(text, buttons=buttons, body=body, wants_location=wants_location)
    above = _with_what_is_cut(body, options)
    if rows := _rows(above, options):
        title = cut(say(label("Choose")), WHATSAPP.rows_title)
        return Outgoing(text, rows=rows, rows_title=title, body=above, wants_location=wants_location)
    return Outgoing(text, wants_location=wants_location)


def _buttons(body: str, options: Sequence[Choice]) -> tuple[Row, ...]:
    short = all(
        units(option.label) <= WHATSAPP.button_title and not option.detail and not option.hint
        for option in options
    )
    rows = tuple(Row(option.payload, option.label) for option in options)
    return rows if short and len(rows) <= WHATSAPP.buttons and _sendable(body, rows) else ()


def _rows(body: str, options: Sequence[Choice]) -> tuple[Row, ...]:
    rows = tuple(
        Row(
            option.payload,
            cut(option.label, WHATSAPP.row_title),
            cut(option.detail or option.hint, WHATSAPP.description),
        )
        for option in options
    )
    return rows if 2 <= len(rows) <= WHATSAPP.rows and _sendable(body, rows) else ()


def _with_what_is_cut(body: str, options: Sequence[Choice]) -> str:
    cut_lines = [
        line(number, option.whole)
        for number, option in enumerate(options, 1)
        if units(option.label) > WHATSAPP.row_title or units(option.detail) > WHATSAPP.description
    ]
    return "\n\n".join(filter(None, (body, "\n".join(cut_lines))))


def _sendable(body: str, rows: Sequence[Row]) -> bool:
    """Meta refuses empty parts and equal titles; over-long ones vanish without an error."""
    titles, payloads = {row.title for row in rows}, {row.payload for row in rows}
    return (
        0 < units(body) <= WHATSAPP.body
        and len(titles) == len(payloads) == len(rows)
        and "" not in titles
        and all(0 < units(payload) <= WHATSAPP.payload for payload in payloads)
    )
