"""The desktop's picture is set by the right commands, and nothing in a file's name is ever one."""

import os
import shlex
import stat
from pathlib import Path

import pytest
from conftest import small

import cppn
from cppn.errors import CppnError
from cppn.gallery.wallpaper import DESKTOPS, commands, this_desktop

NAME = "a b'$(touch pwned);\"`.png"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return cppn.save(small("tanh"), tmp_path / NAME, size=(16, 16))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch) -> Path:
    """Programs that write down how they were called, instead of those of desktops."""
    log, folder = tmp_path / "log", tmp_path / "bin"
    folder.mkdir()
    for name in ("gsettings", "plasma-apply-wallpaperimage", "osascript", "powershell"):
        program = folder / name
        program.write_text(
            f'#!/bin/sh\nfor word in "{name}" "$@"; do printf "%s\\0" "$word" >> "{log}"; done\nprintf "%s\\n" "$CPPN_PICTURE" >> "{log}"\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def called(log: Path) -> list[list[str]]:
    return [line.split("\0") for line in log.read_text().split("\n") if line]


def test_gnome_gets_both_pictures_as_addresses(run, picture, desk, monkeypatch):
    cppn.save(small("tanh"), picture.with_name("night.png"), size=(16, 16))
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    run("wallpaper", NAME, "--dark", "night.png")
    words = [line for line in called(desk) if line[1] == "set"]
    assert [line[:4] for line in words] == [
        ["gsettings", "set", "org.gnome.desktop.background", "picture-uri"],
        ["gsettings", "set", "org.gnome.desktop.background", "picture-uri-dark"],
    ]
    assert words[0][4] == picture.resolve().as_uri()
    assert words[1][4].endswith("night.png")
    run("wallpaper", NAME)
    assert [line for line in called(desk) if line[1] == "set"][3][4] == picture.resolve().as_uri(), (
        "without one for the dark, the same"
    )
    assert not (picture.parent / "pwned").exists()


def test_gnomes_placement_is_the_users_unless_another_is_named(run, picture, desk):
    run("wallpaper", NAME, "--desktop", "gnome")
    assert "picture-options" not in [line[3] for line in called(desk) if line[1] == "set"]
    run("wallpaper", NAME, "--desktop", "gnome", "--placement", "spanned")
    assert called(desk)[-1][1:5] == ["set", "org.gnome.desktop.background", "picture-options", "spanned"]
    assert (
        "did you mean 'spanned'"
        in run("wallpaper", NAME, "--desktop", "gnome", "--placement", "span", fails=True).stderr
    )
    wrong = run("wallpaper", NAME, "--desktop", "kde", "--placement", "zoom", fails=True)
    assert "by its own settings" in wrong.stderr


def test_a_gnome_that_shows_no_picture_is_made_to(run, picture, desk):
    program = desk.parent / "bin" / "gsettings"
    program.write_text(program.read_text() + 'if [ "$1" = get ]; then echo "\'none\'"; fi\n')
    run("wallpaper", NAME, "--desktop", "gnome")
    assert called(desk)[-1][3:5] == ["picture-options", "zoom"]


@pytest.mark.parametrize(
    ("desktop", "program"), [("kde", "plasma-apply-wallpaperimage"), ("macos", "osascript"), ("windows", "powershell")]
)
def test_other_desktops_get_the_file_as_one_word(run, picture, desk, desktop, program):
    run("wallpaper", NAME, "--desktop", desktop)
    words = called(desk)
    text = desk.read_text()
    assert words[0][0] == program
    assert str(picture.resolve()) in text
    assert not (picture.parent / "pwned").exists()


@pytest.mark.parametrize("desktop", DESKTOPS)
def test_a_dry_run_prints_commands_that_a_shell_reads_as_they_are_meant(run, picture, desktop, desk):
    told = run("wallpaper", NAME, "--desktop", desktop, "--dry-run").stdout
    assert not desk.exists(), "nothing was called"
    wanted = commands(picture, None, desktop)
    words = shlex.split(told)
    for command, environment in wanted:
        assert [f"{k}={v}" for k, v in environment.items()] + command == words[: len(environment) + len(command)]
        words = words[len(environment) + len(command) :]
    assert words == []


def test_the_desktop_that_runs_is_found():
    assert this_desktop({}, "darwin") == "macos"
    assert this_desktop({}, "win32") == "windows"
    for name, desktop in (
        ("GNOME", "gnome"),
        ("ubuntu:GNOME", "gnome"),
        ("KDE", "kde"),
        ("Budgie:GNOME", "gnome"),
        ("pop:GNOME", "gnome"),
        ("Unity", "gnome"),
    ):
        assert this_desktop({"XDG_CURRENT_DESKTOP": name}, "linux") == desktop
    for name in ("", "sway"):
        with pytest.raises(CppnError, match="--desktop: gnome, kde, macos, windows"):
            this_desktop({"XDG_CURRENT_DESKTOP": name}, "linux")


def test_mistakes_are_told_in_one_line(run, picture, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    (tmp_path / "a.txt").write_text("no")
    for args, told in (
        (["gone.png", "--desktop", "kde"], "there is no such file"),
        (["a.txt", "--desktop", "kde"], "it is no picture"),
        ([NAME, "--desktop", "amiga"], "unknown desktop 'amiga'"),
        ([NAME, "--desktop", "kde", "--dark", NAME], "one picture for day and night"),
        ([NAME, "--desktop", "gnome", "--dark", "gone.png"], "there is no such file"),
        ([NAME, "--desktop", "kde"], "plasma-apply-wallpaperimage is not installed"),
    ):
        done = run("wallpaper", *args, fails=True)
        assert done.returncode in (1, 2)
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_what_the_desktop_says_is_passed_on(run, picture, desk, tmp_path):
    (tmp_path / "bin" / "gsettings").write_text("#!/bin/sh\necho No such schema >&2\nexit 1\n")
    done = run("wallpaper", NAME, "--desktop", "gnome", fails=True)
    assert done.returncode == 1
    assert done.stderr == "cppn: gnome: gsettings: No such schema\n"
