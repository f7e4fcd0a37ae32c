"""A folder that is emptied."""

from pathlib import Path

from deploy.folders import emptied, synced


def test_what_is_in_it_is_gone_and_what_it_points_to_is_not(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "file").touch()
    (folder / "file").touch()
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (folder / "link").symlink_to(elsewhere)
    emptied(folder)
    synced(folder)
    assert list(folder.iterdir()) == []
    assert (elsewhere / "kept").exists()
