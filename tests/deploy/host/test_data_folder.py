"""A data folder that is none, and the keys' own backup within one, are refused in a sentence that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.host.data_folder import CannotStart, locked
from deploy.host.keys_needed import keys_apart
from shared.base.settings import Settings


def test_what_is_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("x")
    link.symlink_to(tmp_path / "nowhere" / "at all")
    for data, said in ((file, f"{file} is no folder"), (file / "data", f"{file} is no folder"), (link, "to nothing")):
        with pytest.raises(CannotStart, match=said) as caught:
            locked(data)
        assert "--data" in str(caught.value)


def test_what_has_the_name_of_the_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(CannotStart, match=f"{tmp_path / 'lock'}: Is a directory"):
        locked(tmp_path)


@pytest.mark.parametrize("way", ["keys", ".", "keys/../keys", "../link", "../link/keys", "new/deep"])
def test_the_keys_own_backup_takes_no_place_of_keys_in_use(tmp_path: Path, way: str) -> None:
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (tmp_path / "link").symlink_to(data)
    for named in (data, tmp_path / "link"):
        with pytest.raises(CannotStart, match="MAILLAGE_KEYS_BACKUP"):
            keys_apart(Settings(data=named, keys_backup=data / way))
    keys_apart(Settings(data=data, keys_backup=tmp_path / "apart"))
    keys_apart(Settings(data=data))
