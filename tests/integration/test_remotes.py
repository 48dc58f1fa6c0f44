"""DVC remotes and shared caches: what was pushed comes back, and two who share do each other no harm."""

import contextlib
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
