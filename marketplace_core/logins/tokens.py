"""The access token: who, of which tenant, in which session, for an hour. It never says what somebody may do."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from marketplace_core.logins.rules import ACCESS_LASTS

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "mandi-mitra", "mandi-mitra-api"
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Claims:
    tenant: int
    person_id: UUID
    session_id: UUID


class Seal:
    """Signs with the newest secret and believes all it was given, so that a secret can be rotated."""

    def __init__(self, given: Sequence[str]) -> None:
        if not given or any(len(each) < SHORTEST_SECRET for each in given):
            raise ValueError(f"MANDI_JWT_SECRET needs at least {SHORTEST_SECRET} characters")
        self._keys = {_name(each): OctKey.import_key(each.encode()) for each in given}
        self._newest = next(iter(self._keys))
        self.code_key = hmac.digest(given[0].encode(), b"mandi login codes", "sha256")

    def access(self, claims: Claims, now: datetime) -> str:
        return jwt.encode(
            {"alg": ALGORITHM, "kid": self._newest},
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": str(claims.person_id),
                "tenant": claims.tenant,
                "sid": str(claims.session_id),
                "iat": int(now.timestamp()),
                "exp": int((now + ACCESS_LASTS).timestamp()),
            },
            self._keys[self._newest],
            algorithms=[ALGORITHM],
        )

    def read(self, token: str, now: datetime) -> Claims | None:
        """What a token says, if it is ours, for us, and still good."""
        must = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=0,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )
        for key in self._keys.values():
            with suppress(JoseError, ValueError, KeyError, TypeError):
                told = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
                must.validate(told)
                return Claims(int(told["tenant"]), UUID(told["sub"]), UUID(told["sid"]))
        return None


def _name(secret: str) -> str:
    return hashlib.sha256(b"kid\0" + secret.encode()).hexdigest()[:12]


def own_secret(home: Path) -> str:
    """A first run makes one and keeps it; two that start together end with the same."""
    kept = home / "jwt-secret"
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = home / f".jwt-secret-{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, kept)
        draft.unlink()
    return kept.read_text().strip()
