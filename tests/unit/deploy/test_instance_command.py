"""`collector instance add` and `import` without any server: what is wrong is one line that names its field."""

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
    monkeypatch.setattr("sys.argv", ["collector", "instance", *arguments])
    with pytest.raises(SystemExit) as ended:
        program.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (BAD_CONFIGURATION, "", 1), said.err
    assert not [secret for secret in (TOKEN, TOKEN_V2, APP_KEY) if secret in said.err]
    return said.err


PLACE = ("--state", "AL", "--zone", "America/Maceio", "--ddd", "82")
WRONG: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "name": ("Norte", "--url https://erp.example", {}, "name is wrong"),
    "no url": ("n", "", {}, "erp.url is missing: give --url"),
    "no folder": ("n", "--erp altarede-export", {}, "erp.folder is missing: give --folder"),
    "address": ("n", "--url erp", {}, "erp.url is wrong"),
    "password": ("n", f"--url https://u:{TOKEN_V2}@erp.example", {}, "erp.url is wrong (holds a user, a password"),
    "query": ("n", f"--url https://erp.example/?key={TOKEN_V2}", {}, "erp.url is wrong (holds a user, a password"),
    "state": ("n", "--url http://e --state XX", {}, "state is wrong"),
    "no state": ("n", "--url http://e --zone America/Maceio --ddd 82", {}, "state is missing: give --state, such as AL"),
    "no zone": ("n", "--url http://e --state AL --ddd 82", {}, "zone is missing: give --zone, such as America/Maceio"),
    "no area": ("n", "--url http://e --state AL --zone America/Maceio", {}, "ddd is missing: give --ddd, such as 82"),
    "page": ("n", "--url http://e --page-size many", {}, "erp.page_size is wrong (Input should be a valid integer"),
    "gap": ("n", "--url http://e --gap 0,2", {}, "erp.gap is wrong (Input should be a valid number"),
    "days": ("n", "--url http://e --min-days-overdue week", {}, "rules.min_days_overdue is wrong"),
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
    given = [*(() if case in {"no state", "no zone", "no area"} else PLACE), *options.split()]
    said = refused(monkeypatch, capsys, "add", name, *given, *(("--config", "further.json") if fields else ()))
    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("option", "value", "example"),
    [
        ("--zone", "America/Maceió", "--zone, such as America/Maceio"),
        ("--state", "Alagoas", "--state, such as AL"),
        ("--ddd", "082", "--ddd, such as 82"),
        ("--url", "erp.example", "--url, such as https://"),
        ("--page-size", "0", "--page-size, such as 600"),
        ("--gap", "fast", "--gap, such as 0.15"),
        ("--min-days-overdue", "-1", "--min-days-overdue, such as 7"),
        ("--every", "bill=soon", "--every, such as bill=120"),
        ("--erp", "icx", "--erp, such as ixc"),
    ],
)
def test_a_typo_in_an_option_shows_an_example_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, value: str, example: str
) -> None:
    assert f"mend {example}" in refused(monkeypatch, capsys, "add", "n", "--url", "http://e", *PLACE, option, value)


FIELDS = {"name": "n", "zone": "America/Maceio", "state": "AL", "ddd": "82", "erp": {"kind": "ixc", "url": "http://e"}}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "FILE file.json cannot be read"),
        ("[1]", "file.json holds no instance with name and erp"),
        (json.dumps([FIELDS, FIELDS]), "file.json holds n twice"),
        (json.dumps({**FIELDS, "erp": {**FIELDS["erp"], "token": TOKEN_V2}}), "erp.token must not lie open in a file"),  # type: ignore[dict-item]
    ],
)
def test_a_file_that_is_no_export_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "file.json").write_text(content)
    assert refused(monkeypatch, capsys, "import", "file.json").startswith(sentence)


def test_a_change_of_nothing_and_a_removal_without_the_name_are_one_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    assert refused(monkeypatch, capsys, "set", "norte").startswith("nothing is named")
    assert refused(monkeypatch, capsys, "remove", "norte", "--yes", "nrte").startswith("nothing is removed")
    assert refused(monkeypatch, capsys, "remove", "norte").startswith("nothing is removed")


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
    said = refused(monkeypatch, capsys, "add", "n", "--erp", erp, "--url", "http://e", *PLACE)
    assert said.startswith(sentence)
    assert not [secret for secret in secrets.values() if secret and secret in said]
