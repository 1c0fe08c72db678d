"""Where values lie that nobody may read from a stolen table: account numbers, UPI ids, PAN, secrets.

Every value has a data key of its own, and that key is wrapped by a master key with a name. Both are bound to the
cell they lie in: a value moved to another row, column or tenant does not open. New master keys are put in front;
`rewrap` brings a value under the newest one without touching its ciphertext. What must be found again has a blind
index, and what must only be recognised (Aadhaar) has nothing but a slow, salted, peppered hash.

    MANDI_VAULT_KEYS="k2:<base64 of 32 bytes>,k1:<base64>"     the newest first; "k2:kms:<base64>" if KMS wrapped it
    MANDI_VAULT_PEPPER="<base64 of 32 bytes>"                  never changes: indexes and hashes depend on it

Without them a first run makes both, once, in `vault.keys` under MANDI_HOME.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from marketplace_core.settings import MarketSettings, market_settings

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
SALT_BYTES = 16
KEY_FILE = "vault.keys"
PEPPER = "pepper"
#: About 40 ms a guess, beside the pepper that a thief of the database does not have.
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class VaultNotConfigured(Exception):
    """A sentence for whoever starts us; never a key."""


class DoesNotOpen(Exception):
    """Tampered with, moved to another cell, or locked with a key that is not configured."""


@dataclass(frozen=True)
class Cell:
    """The one place where a sealed value is genuine."""

    tenant: int
    table: str
    column: str
    row_id: UUID

    def bound(self, role: str) -> bytes:
        """Length-prefixed: no two cells read alike."""
        parts = (role, str(self.tenant), self.table, self.column, self.row_id.hex)
        return b"".join(len(part.encode()).to_bytes(2, "big") + part.encode() for part in parts)


@dataclass(frozen=True)
class Sealed:
    """Two columns of a row: `key_id TEXT`, `sealed BYTEA` (wrapped data key, then the value)."""

    key_id: str
    blob: bytes


class Vault:
    def __init__(self, keys: Mapping[str, bytes], pepper: bytes) -> None:
        """`keys` newest first."""
        if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), pepper)):
            raise VaultNotConfigured("the vault needs a master key and a pepper of 32 bytes each")
        self._masters = {name: AESGCM(key) for name, key in keys.items()}
        self.newest = next(iter(keys))
        self._index_key, self._hash_key = (_derived(pepper, use) for use in ("blind index", "recognition"))

    def __repr__(self) -> str:
        return f"Vault(newest={self.newest!r}, keys={len(self._masters)})"

    def seal(self, cell: Cell, clear: str) -> Sealed:
        data_key = AESGCM.generate_key(8 * KEY_BYTES)
        value = _encrypted(AESGCM(data_key), clear.encode(), cell.bound("value"))
        return Sealed(self.newest, self._wrapped(cell, data_key) + value)

    def open(self, cell: Cell, sealed: Sealed) -> str:
        data_key = AESGCM(self._unwrapped(cell, sealed))
        return _decrypted(data_key, sealed.blob[WRAPPED_BYTES:], cell.bound("value")).decode()

    def rewrap(self, cell: Cell, sealed: Sealed) -> Sealed:
        """The same value under the newest master key."""
        if sealed.key_id == self.newest:
            return sealed
        wrapped = self._wrapped(cell, self._unwrapped(cell, sealed))
        return Sealed(self.newest, wrapped + sealed.blob[WRAPPED_BYTES:])

    def blind_index(self, tenant: int, what: str, value: str) -> bytes:
        """Equal for equal values of one tenant and one kind, and telling nothing else."""
        said = b"\0".join((str(tenant).encode(), what.encode(), value.encode()))
        return hmac.digest(self._index_key, said, "sha256")

    def recognition(self, value: str, salt: bytes) -> bytes:
        """What is kept of a value that may never be read again. Slow by intent: call it in a thread."""
        peppered = hmac.digest(self._hash_key, value.encode(), "sha256")
        return hashlib.scrypt(peppered, salt=salt, **SCRYPT)

    def recognises(self, value: str, salt: bytes, kept: bytes) -> bool:
        return hmac.compare_digest(self.recognition(value, salt), kept)

    def _wrapped(self, cell: Cell, data_key: bytes) -> bytes:
        bound = cell.bound(f"key {self.newest}")
        return _encrypted(self._masters[self.newest], data_key, bound)

    def _unwrapped(self, cell: Cell, sealed: Sealed) -> bytes:
        master = self._masters.get(sealed.key_id)
        if master is None:
            raise DoesNotOpen(f"master key {sealed.key_id!r} is not configured")
        return _decrypted(master, sealed.blob[:WRAPPED_BYTES], cell.bound(f"key {sealed.key_id}"))


def _encrypted(key: AESGCM, clear: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encrypt(nonce, clear, bound)


def _decrypted(key: AESGCM, blob: bytes, bound: bytes) -> bytes:
    try:
        return key.decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):  # ValueError: cut short
        raise DoesNotOpen("not what was sealed in this cell") from None


def _derived(pepper: bytes, use: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, f"mandi {use}".encode()).derive(pepper)


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


@cache
def house_vault() -> Vault:
    """The vault of this process, opened on first use."""
    return open_vault(market_settings())


def open_vault(settings: MarketSettings, kms: Any = None) -> Vault:
    """From the environment, or from the key file of a first run. KMS is asked once, here, and never again."""
    keys, pepper = settings.mandi_vault_keys, settings.mandi_vault_pepper
    if keys is None and pepper is None:
        entries = _kept(settings.mandi_home / KEY_FILE)
        return Vault(_parsed(entries[1:], kms), _parsed(entries[:1], kms)[PEPPER])
    if keys is None or pepper is None:
        raise VaultNotConfigured("MANDI_VAULT_KEYS and MANDI_VAULT_PEPPER are set together, or neither")
    entries = [entry.strip() for entry in keys.get_secret_value().split(",") if entry.strip()]
    return Vault(_parsed(entries, kms), _parsed([f"{PEPPER}:{pepper.get_secret_value()}"], kms)[PEPPER])


def _parsed(entries: list[str], kms: Any) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in entries:
        name, _, coded = entry.partition(":")
        wrapped_by_kms = coded.startswith("kms:")
        try:
            key = base64.b64decode(coded.removeprefix("kms:"), validate=True)
        except binascii.Error:
            raise VaultNotConfigured(f"the vault's key {name!r} is not base64") from None
        if name in keys:
            raise VaultNotConfigured(f"the vault's key {name!r} is there twice")
        keys[name] = _unwrapped_by_kms(name, key, kms or boto3.client("kms")) if wrapped_by_kms else key
    return keys


def _unwrapped_by_kms(name: str, wrapped: bytes, kms: Any) -> bytes:
    answer = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=kms_context(name))
    key: bytes = answer["Plaintext"]
    return key


def kms_context(name: str) -> dict[str, str]:
    """What a key of ours was wrapped for; KMS refuses it for anything else."""
    return {"use": "mandi-vault", "key": name}


def _kept(path: Path) -> list[str]:
    """The lines of the key file; made on the first run, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}:{_coded(secrets.token_bytes(KEY_BYTES))}" for name in (PEPPER, "k1")]
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".vault-") as aside:  # mode 0600
            aside.write("\n".join(lines) + "\n")
            aside.flush()
            os.fsync(aside.fileno())
            with suppress(FileExistsError):  # of two first runs one wins
                os.link(aside.name, path)  # whole or not at all
    return path.read_text().split()


def _coded(key: bytes) -> str:
    return base64.b64encode(key).decode()
