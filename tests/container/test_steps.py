"""The Dockerfile as it is read by the script that carries it out by hand."""

from pathlib import Path

import pytest

from tests.container.steps import copied, stages

ROOT = Path(__file__).parents[2]


def test_the_image_is_what_the_readme_promises() -> None:
    build, image = stages(ROOT / "Dockerfile")
    assert build.name == "build"
    assert image.user == "qingqun"
    assert image.volumes == ["/data"]
    assert image.entrypoint == ["qingqun"]
    assert image.command[0] == "run"
    assert "/healthz" in " ".join(image.health)
    assert image.stop_signal == "SIGTERM"


def test_every_copied_file_is_there_and_let_through() -> None:
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for stage in stages(ROOT / "Dockerfile"):
        for step in stage.steps:
            for source in copied(step)[0] if step.word == "COPY" else ():
                assert (ROOT / source).exists()
                assert f"!{source}" in let_through


def test_what_a_run_borrows_is_no_part_of_its_command() -> None:
    [run] = [step for step in stages(ROOT / "Dockerfile")[1].steps if step.word == "RUN"]
    assert run.mounts == [("build", "/wheels", "/wheels")]
    assert run.command.startswith("pip install --no-cache-dir --no-index")
    assert "useradd" in run.command


def test_an_unknown_instruction_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM scratch\nSHELL ["x"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="SHELL"):
        stages(tmp_path / "Dockerfile")
