"""DVC remotes and shared caches: what was pushed comes back, and two who share do each other no harm."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import pytest

from tests.integration.repository import assert_clean

pytestmark = [pytest.mark.slow, pytest.mark.long]


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def s3(tmp_path):
    """A real S3 server on loopback, with a bucket."""
    boto3 = pytest.importorskip("boto3")
    number = port()
    url = f"http://127.0.0.1:{number}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(number)], stderr=subprocess.DEVNULL
    )
    secrets = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", number), 1):
            break
        time.sleep(0.1)
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=url, **keys).create_bucket(Bucket="gans")
    yield url, secrets
    server.kill()
    server.wait()


def test_an_s3_remote_gives_back_what_was_pushed(done, s3, tmp_path):
    url, secrets = s3
    done.dvc("remote", "add", "--default", "s3", "s3://gans/cocktail")
    done.dvc("remote", "modify", "s3", "endpointurl", url)
    done.commit("remote")
    done.dvc("push", environment=secrets)
    clone = done.clone(tmp_path / "clone")
    clone.dvc("pull", environment=secrets)
    assert clone.planned() == {"figure", "curves", "report_distances", "report"}
    clone.snakemake()
    assert clone.contents() == done.contents()
    assert_clean(clone)


def test_two_checkouts_of_one_cache_run_at_once(done, tmp_path):
    """Each makes the same from nothing, at the same time; then one goes its own way, which the other does not see."""
    clones = [done.clone(tmp_path / name) for name in ("one", "two")]
    for clone in clones:
        clone.dvc("cache", "dir", "--local", str(tmp_path / "cache"))
        clone.dvc("config", "--local", "cache.shared", "group")
    runs = [clone.start("snakemake", "--cores", "1") for clone in clones]
    for run in runs:
        output, _ = run.communicate()
        assert run.returncode == 0, output
    for clone in clones:
        assert clone.contents() == done.contents()
        assert_clean(clone)
    one, two = clones
    one.set("merging.kimg", 0.08)
    two.set("figures.dpi", 80)
    runs = [one.start("dvc", "repro"), two.start("snakemake", "--cores", "1")]
    for run in runs:
        output, _ = run.communicate()
        assert run.returncode == 0, output
    for clone in clones:
        assert_clean(clone)
    models = [path for path in done.contents() if path.startswith("results/unions")]
    assert {path: two.contents()[path] for path in models} == {path: done.contents()[path] for path in models}
    assert {path: one.contents()[path] for path in models} != {path: done.contents()[path] for path in models}


GROUP, ADA, BOB = 2000, 2001, 2002  # ids that nobody has


def can_start_python(user):
    try:
        return subprocess.run([sys.executable, "-c", ""], user=user, group=GROUP, cwd="/").returncode == 0
    except PermissionError:
        return False


@pytest.fixture
def users(done, tmp_path):
    """A checkout for each of two users of one group, who share a cache as DVC's documentation has it."""
    if os.geteuid() or not can_start_python(ADA):
        pytest.skip("needs root, and a Python that others may start")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    cache = tmp_path / "cache"
    cache.mkdir()
    os.chown(cache, 0, GROUP)
    cache.chmod(0o2775)
    found = []
    for user in (ADA, BOB):
        home = tmp_path / str(user)
        home.mkdir()
        clone = done.clone(home / "checkout")
        clone.dvc("cache", "dir", "--local", str(cache))
        clone.dvc("config", "--local", "cache.shared", "group")
        subprocess.run(["chown", "-R", f"{user}:{GROUP}", home, clone.log], check=True)
        found.append(
            (
                clone,
                {
                    "user": user,
                    "group": GROUP,
                    "umask": 0o002,
                    "environment": {"HOME": str(home), "LOGNAME": str(user)},
                },
            )
        )
    return found


def as_user(repository, who, *command):
    """By a process of that user's own; the resident is root's."""
    process = repository.start(*command, **who)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


def test_two_users_of_one_cache(done, users):
    """What one has made the other checks out and goes on from, and neither can harm or hinder the other."""
    (ada, as_ada), (bob, as_bob) = users
    as_user(ada, as_ada, "snakemake", "--cores", "2")
    assert ada.contents() == done.contents()
    as_user(bob, as_bob, "dvc", "checkout", "--allow-missing")
    bob.events()
    as_user(bob, as_bob, "snakemake", "--cores", "2")
    assert bob.contents() == done.contents()
    assert not [path for path in bob.made() if "unions" in path or "rooted" in path]  # nothing long was made again
    for repository, who in ((bob, as_bob), (ada, as_ada)):
        repository.set("merging.kimg", 0.08)
        as_user(repository, who, "dvc", "repro")
    assert ada.contents() == bob.contents() != done.contents()
    for repository, who in users:
        assert "up to date" in as_user(repository, who, "dvc", "repro")
