"""`collector instance add` without any server: what is wrong is one line that names its field, before anything is stored."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from deploy.cli import main as program

TOKEN, TOKEN_V2, APP_KEY = "17:0a1b2c3d4e5f", "1a2b3c4d5e6f", "2a3b4c5d6e7f"
BAD_CONFIGURATION = 2


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that nobody reaches: nothing may get so far."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MONGO_URI", "mongodb://127.0.0.1:1")
    monkeypatch.setenv("COLLECTOR_SECRET_KEY", Fernet.generate_key().decode())
    for name, secret in {"ERP_TOKEN": TOKEN, "ERP_TOKEN_V2": TOKEN_V2, "ERP_APP_KEY": APP_KEY}.items():
        monkeypatch.setenv(name, secret)


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that is said."""
    monkeypatch.setattr("sys.argv", ["collector", "instance", "add", *arguments])
    with pytest.raises(SystemExit) as ended:
        program.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (BAD_CONFIGURATION, "", 1), said.err
    assert not [secret for secret in (TOKEN, TOKEN_V2, APP_KEY) if secret in said.err]
    return said.err


WRONG: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "name": ("Norte", "--url https://erp.example", {}, "name is wrong"),
    "no url": ("n", "", {}, "erp.url is missing: give --url"),
    "no folder": ("n", "--erp altarede-export", {}, "erp.folder is missing: give --folder"),
    "address": ("n", "--url erp", {}, "erp.url is wrong"),
    "password": ("n", f"--url https://u:{TOKEN_V2}@erp.example", {}, "erp.url is wrong (holds a user, a password"),
    "query": ("n", f"--url https://erp.example/?key={TOKEN_V2}", {}, "erp.url is wrong (holds a user, a password"),
    "state": ("n", "--url http://e --state XX", {}, "state is wrong"),
    "zone": ("n", "--url http://e --zone Brasil", {}, "zone is wrong (not an IANA time zone"),
    "area": ("n", "--url http://e --ddd 8", {}, "ddd is wrong"),
    "kind": ("n", "--erp mk-auth --url http://e", {}, "erp.kind is wrong"),
    "pace": ("n", "--url http://e --every bill", {}, "--every is KIND=SECONDS"),
    "seconds": ("n", "--url http://e --every bill=soon", {}, "erp.every.bill is wrong"),
    "rows": ("n", "--url http://e --every boleto=5", {}, "erp.every.boleto is wrong"),
    "no file": ("n", "--url http://e --config there.json", {}, "--config there.json cannot be read"),
    "field": ("n", "--url http://e", {"erp": {"tokn": 1}}, "erp.tokn is wrong (there is no such field)"),
    "part": ("n", "--url http://e", {"erp": ["ixc"]}, "erp is wrong (no JSON object)"),
    "open secret": ("n", "--url http://e", {"erp": {"token": TOKEN_V2}}, "erp.token must not lie open in a file"),
    "open app key": (
        "n",
        "--url http://e --erp altarede-webhooks",
        {"erp": {"app_key": APP_KEY}},
        "erp.app_key must not lie open in a file: take it out of --config, set ERP_APP_KEY",
    ),
    "resource": (
        "n",
        "--url http://e",
        {"erp": {"kind": "altarede-webhooks", "resources": {"bill": {"path": "boletos"}}}},
        "erp.resources.bill is wrong (each is document, but nothing asks for {document})",
    ),
    "variant": (
        "n",
        "--url http://e",
        {"reverse": {"bairro": {"Centro": ["CTR"], "Centro Histórico": ["ctr"]}}},
        "reverse.bairro is wrong ('ctr' is a variant of both Centro and Centro Histórico)",
    ),
    "blank variant": ("n", "--url http://e", {"reverse": {"client_type": {"Rural": [" "]}}}, "reverse.client_type is wrong"),
}


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_is_one_line_that_names_its_field(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, case: str
) -> None:
    name, options, fields, sentence = WRONG[case]
    (tmp_path / "further.json").write_text(json.dumps(fields))
    said = refused(monkeypatch, capsys, name, *options.split(), *(("--config", "further.json") if fields else ()))
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("erp", "secrets", "sentence"),
    [
        ("ixc", {"ERP_TOKEN": ""}, "ERP_TOKEN is not set: set it, or run this on a terminal"),
        ("ixc", {"ERP_TOKEN": "0a1b2c"}, "erp.token is wrong (no user id)"),
        ("ixc", {"ERP_TOKEN": "17:0a 1b"}, "erp.token is wrong (holds a blank"),
        ("rbx", {"ERP_TOKEN_V2": "0a1b\n2c"}, "erp.token_v2 is wrong (holds a blank"),
        ("rbx", {"ERP_TOKEN_V2": "0a1b·ç2c"}, "erp.token_v2 is wrong (holds a blank, an accent"),
        ("altarede-webhooks", {"ERP_APP_KEY": "0a\t1b"}, "erp.app_key is wrong (holds a blank"),
    ],
)
def test_a_secret_that_cannot_be_one_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], erp: str, secrets: dict[str, str], sentence: str
) -> None:
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    said = refused(monkeypatch, capsys, "n", "--erp", erp, "--url", "http://e")
    assert said.startswith(sentence)
    assert not [secret for secret in secrets.values() if secret and secret in said]
