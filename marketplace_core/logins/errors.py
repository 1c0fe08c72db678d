"""Why somebody is not let in. None of these says whether the market knows the number."""

from marketplace_core.errors import Refused


class NotSignedIn(Refused):
    """No valid access token came with the request."""

    http = 401

    def __init__(self) -> None:
        super().__init__("sign in first: no valid access token came with the request")


class WrongCode(Refused):
    """The code is not the one that was sent, or it is older than five minutes, or it was used."""

    http = 401

    def __init__(self) -> None:
        super().__init__("this code is wrong or no longer valid")


class LockedOut(Refused):
    """Five wrong codes: nobody signs in with this number for fifteen minutes, whatever code they have."""

    http = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many wrong codes; try again later")
        self.retry_after = retry_after


class AskedTooOften(Refused):
    """A code was sent a moment ago, or many within the hour."""

    http = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("a code was sent already; try again later")
        self.retry_after = retry_after


class SessionOver(Refused):
    """This refresh token is unknown, used, expired or of a session that has ended: sign in anew."""

    http = 401

    def __init__(self) -> None:
        super().__init__("this session is over; sign in again")


class CannotSend(Refused):
    """This server has no way to send an SMS."""

    http = 503

    def __init__(self) -> None:
        super().__init__("codes cannot be sent at the moment")
