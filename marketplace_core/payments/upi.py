"""UPI links, as every Indian payment app opens them, and their picture. A link proves nothing."""

import io
from urllib.parse import quote

import segno

#: What payment apps show of a payee's name and a note.
LONGEST_NAME, LONGEST_NOTE = 40, 50


def upi_link(vpa: str, name: str, paise: int, code: str) -> str:
    """`tr` is our payment's code: banks carry it along, and an operator finds the payment by it."""
    rupees, rest = divmod(paise, 100)
    fields = {
        "pa": vpa,
        "pn": name[:LONGEST_NAME],
        "am": f"{rupees}.{rest:02}",
        "cu": "INR",
        "tn": f"Mandi Mitra {code}"[:LONGEST_NOTE],
        "tr": code,
    }
    # Apps read `%20`, not every app reads `+`; the @ of the address stays as NPCI prints it.
    return "upi://pay?" + "&".join(f"{name}={quote(value, safe='@')}" for name, value in fields.items())


def qr_png(link: str) -> bytes:
    """Readable from a cracked screen held at arm's length: medium correction, a wide quiet border."""
    picture = io.BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()
