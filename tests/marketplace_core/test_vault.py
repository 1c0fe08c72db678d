"""What lies in the vault opens in its own cell, with its own key, and nowhere else."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from pydantic import SecretStr

from marketplace_core.settings import MarketSettings
from marketplace_core.vault import (
    KEY_FILE,
    Cell,
    DoesNotOpen,
    Sealed,
    Vault,
    VaultNotConfigured,
    kms_context,
    new_salt,
    open_vault,
)

K1, K2, PEPPER = (bytes([n]) * 32 for n in (1, 2, 3))
CELL = Cell(1, "payout_destination", "account", UUID(int=7))
ACCOUNT = "50100012345678"
OLD, NEW = Vault({"k1": K1}, PEPPER), Vault({"k2": K2, "k1": K1}, PEPPER)


def configured(home: Path, **values: str) -> MarketSettings:
    secret = {name: SecretStr(value) for name, value in values.items()}
    return MarketSettings(_env_file=None, mandi_home=home, **secret)


def coded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_what_was_sealed_opens_again(clear: str) -> None:
    sealed = OLD.seal(CELL, clear)
    assert OLD.open(CELL, sealed) == clear
    if len(clear) > 3:
        assert clear.encode() not in sealed.blob


def test_the_same_value_never_looks_the_same() -> None:
    assert OLD.seal(CELL, ACCOUNT).blob != OLD.seal(CELL, ACCOUNT).blob


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"tenant": 2},
        {"table": "kyc_document"},
        {"column": "upi"},
        {"row_id": UUID(int=8)},
        {"table": "payout_destinationa", "column": "ccount"},
    ],
)
def test_moved_to_another_cell_it_does_not_open(elsewhere: dict[str, object]) -> None:
    sealed = OLD.seal(CELL, ACCOUNT)
    with pytest.raises(DoesNotOpen):
        OLD.open(replace(CELL, **elsewhere), sealed)  # type: ignore[arg-type]


def test_one_flipped_bit_anywhere_and_it_does_not_open() -> None:
    sealed = OLD.seal(CELL, ACCOUNT)
    for place in range(len(sealed.blob)):
        spoilt = bytearray(sealed.blob)
        spoilt[place] ^= 1
        with pytest.raises(DoesNotOpen):
            OLD.open(CELL, Sealed("k1", bytes(spoilt)))


@pytest.mark.parametrize("kept", [0, 5, 59, 60, 70, 75])
def test_cut_short_it_does_not_open(kept: int) -> None:
    with pytest.raises(DoesNotOpen):
        OLD.open(CELL, Sealed("k1", OLD.seal(CELL, ACCOUNT).blob[:kept]))


def test_rotation_wraps_anew_and_the_old_key_may_go() -> None:
    sealed = OLD.seal(CELL, ACCOUNT)
    assert NEW.open(CELL, sealed) == ACCOUNT
    fresh = NEW.rewrap(CELL, sealed)
    assert fresh.key_id == "k2"
    assert fresh.blob[60:] == sealed.blob[60:]
    only_new = Vault({"k2": K2}, PEPPER)
    assert only_new.open(CELL, fresh) == ACCOUNT
    assert NEW.rewrap(CELL, fresh) is fresh
    with pytest.raises(DoesNotOpen, match="'k1' is not configured"):
        only_new.open(CELL, sealed)
    with pytest.raises(DoesNotOpen):
        NEW.open(CELL, replace(fresh, key_id="k1"))


def test_a_wrapped_key_does_not_open_another_cells_value() -> None:
    other = replace(CELL, row_id=UUID(int=8))
    mine, theirs = OLD.seal(CELL, ACCOUNT), OLD.seal(other, "1")
    with pytest.raises(DoesNotOpen):
        OLD.open(other, Sealed("k1", theirs.blob[:60] + mine.blob[60:]))
    with pytest.raises(DoesNotOpen):
        NEW.rewrap(other, mine)


def test_the_blind_index_finds_equals_of_one_tenant_and_survives_rotation() -> None:
    index = OLD.blind_index(1, "account", ACCOUNT)
    assert index == NEW.blind_index(1, "account", ACCOUNT)
    assert len({index, OLD.blind_index(2, "account", ACCOUNT), OLD.blind_index(1, "pan", ACCOUNT)}) == 3
    assert index != OLD.blind_index(1, "account", ACCOUNT + "0")
    assert index != Vault({"k1": K1}, K2).blind_index(1, "account", ACCOUNT)


def test_a_recognised_value_needs_its_salt_and_the_pepper() -> None:
    salt = new_salt()
    kept = OLD.recognition("234567890124", salt)
    assert NEW.recognises("234567890124", salt, kept)
    assert not OLD.recognises("234567890125", salt, kept)
    assert not OLD.recognises("234567890124", new_salt(), kept)
    assert not Vault({"k1": K1}, K2).recognises("234567890124", salt, kept)


def test_nothing_of_a_key_shows() -> None:
    assert repr(NEW) == "Vault(newest='k2', keys=2)"


def test_the_first_run_makes_one_key_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    home = tmp_path / "fresh"
    with ThreadPoolExecutor(8) as together:
        vaults = list(together.map(lambda _: open_vault(configured(home)), range(8)))
    sealed = vaults[0].seal(CELL, ACCOUNT)
    assert {each.open(CELL, sealed) for each in vaults} == {ACCOUNT}
    assert [path.name for path in home.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert open_vault(configured(home)).open(CELL, sealed) == ACCOUNT


def test_keys_from_the_environment_leave_no_file(tmp_path: Path) -> None:
    settings = configured(
        tmp_path, mandi_vault_keys=f"k2:{coded(K2)}, k1:{coded(K1)}", mandi_vault_pepper=coded(PEPPER)
    )
    vault = open_vault(settings)
    assert vault.newest == "k2"
    assert vault.open(CELL, OLD.seal(CELL, ACCOUNT)) == ACCOUNT
    assert list(tmp_path.iterdir()) == []
    assert coded(K1) not in repr(settings)


@pytest.mark.parametrize(
    "values",
    [
        {"mandi_vault_keys": f"k1:{coded(K1)}"},
        {"mandi_vault_pepper": coded(PEPPER)},
        {"mandi_vault_keys": "k1:not base64!", "mandi_vault_pepper": coded(PEPPER)},
        {"mandi_vault_keys": f"k1:{coded(K1[:16])}", "mandi_vault_pepper": coded(PEPPER)},
        {"mandi_vault_keys": f"k1:{coded(K1)},k1:{coded(K2)}", "mandi_vault_pepper": coded(PEPPER)},
        {"mandi_vault_keys": ",", "mandi_vault_pepper": coded(PEPPER)},
    ],
)
def test_a_vault_configured_by_half_says_so_and_no_more(tmp_path: Path, values: dict[str, str]) -> None:
    with pytest.raises(VaultNotConfigured) as said:
        open_vault(configured(tmp_path, **values))
    assert not any(secret in str(said.value) for secret in (coded(K1), coded(PEPPER), "not base64!"))
    assert list(tmp_path.iterdir()) == []


def test_master_keys_may_be_wrapped_by_kms(tmp_path: Path) -> None:
    with mock_aws():
        kms = boto3.client("kms", "ap-south-1", aws_access_key_id="x", aws_secret_access_key="x")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]

        def wrapped(name: str) -> str:
            answer = kms.encrypt(KeyId=key_id, Plaintext=K2, EncryptionContext=kms_context(name))
            return coded(answer["CiphertextBlob"])

        settings = configured(
            tmp_path,
            mandi_vault_keys=f"k2:kms:{wrapped('k2')},k1:{coded(K1)}",
            mandi_vault_pepper=coded(PEPPER),
        )
        vault = open_vault(settings, kms)
        assert vault.open(CELL, NEW.seal(CELL, ACCOUNT)) == ACCOUNT
        stolen = configured(
            tmp_path, mandi_vault_keys=f"k9:kms:{wrapped('k2')}", mandi_vault_pepper=coded(PEPPER)
        )
        with pytest.raises(kms.exceptions.InvalidCiphertextException):
            open_vault(stolen, kms)
