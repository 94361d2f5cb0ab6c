"""What holds for every policy."""

import ast
from pathlib import Path

import pytest

import policies
from bot.core.message import RoomKind
from bot.core.policy import Policy
from policies import all_policies

FILES = sorted(p for p in Path(policies.__file__).parent.glob("*.py") if p.stem != "__init__")


def test_the_twelve_are_there() -> None:
    assert set(all_policies()) == {
        "announcement_only", "no_results", "brief_documents", "work_hours", "no_chat",
        "quiet_receipts", "no_reply_demand", "no_solicitation", "material_demand", "secrecy",
        "duplicate_notice", "flood",
    }  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_one_rule_that_imports_only_plain_data(path: Path) -> None:
    text = path.read_text("utf-8")
    assert 25 <= len(text.splitlines()) <= 120
    assert "Known false positives" in (ast.get_docstring(ast.parse(text)) or "")
    imported = {
        node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)
    }
    assert all(m.startswith("bot.core.") for m in imported if m.split(".")[0] == "bot")
    assert (Path(__file__).parent / f"test_{path.stem}.py").exists()


@pytest.mark.parametrize("policy", all_policies().values(), ids=lambda policy: policy.name)
def test_names_words_and_settings_are_fit_to_be_shown(policy: Policy) -> None:
    assert policy.title
    assert policy.rule.endswith("。")
    assert set(policy.modes) <= set(RoomKind)
    for field in policy.Settings.model_fields.values():
        assert field.description, "a setting is explained by 帮助"
