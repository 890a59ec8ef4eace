"""POST /api/feedback: a line on disk for each that is answered with `noted`, and nothing else."""

import json
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from tests.routing.router_servers import World, world

GIVEN = {"question": "Où est le badge ?", "version": 42, "kind": "gap", "comment": "à la cave"}


@pytest.fixture
async def site(tmp_path):
    async with world(tmp_path, feedback_dir=tmp_path / "deep" / "feedback") as ready:
        yield ready


async def give(site: World, content: object = GIVEN, **options: object) -> tuple[int, dict]:
    body = {"json": content} if "data" not in options else {}
    async with site.client.post(site.url + "/api/feedback", **body, **options) as answer:
        return answer.status, await answer.json()


def kept(site: World) -> list[dict]:
    files = sorted((site.data_dir / "deep" / "feedback").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


async def test_it_is_kept_although_nothing_is_served(site: World):
    assert await give(site) == (202, {"status": "noted"})
    [line] = kept(site)
    assert {name: line[name] for name in GIVEN} == GIVEN
    assert set(line) == {"id", "given_at", *GIVEN}


async def test_a_version_in_it_is_no_time_travel(site: World):
    """A question with a version would be handed to Django, which these servers don't have."""
    assert (await give(site))[0] == 202


async def test_the_comment_may_be_left_out(site: World):
    given = {**GIVEN, "kind": "helpful"}
    del given["comment"]
    assert (await give(site, given))[0] == 202
    assert (await give(site, {**given, "comment": None, "more": 1}))[0] == 202
    assert [line["comment"] for line in kept(site)] == ["", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": "  "}, {"question": "x" * 4001}, {"question": None}, {"question": "\ud800"},
        {"version": "42"}, {"version": True}, {"version": 0}, {"version": 4.0},
        {"version": 10**9 + 1}, {"kind": "great"}, {"kind": ["gap"]}, {"comment": "x" * 501},
        {"comment": 7},
    ],
    ids=repr,
)  # fmt: skip
async def test_what_is_wrong_is_told_by_its_name(site: World, wrong):
    status, told = await give(site, {**GIVEN, **wrong})
    assert (status, told["code"]) == (400, "invalid")
    assert f'"{next(iter(wrong))}"' in told["detail"]
    assert kept(site) == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"version": NaN}', b"\xff\xfe", b"[" * 60_000, b'"gap"']
)
async def test_a_body_that_is_no_object_is_refused(site: World, body):
    status, told = await give(site, data=body, headers={"Content-Type": "application/json"})
    assert (status, told["code"]) == (400, "invalid")


async def test_other_kinds_of_bodies_and_large_ones_are_refused(site: World):
    form = await give(site, data=b"question=x", headers={"Content-Type": "text/plain"})
    assert (form[0], form[1]["code"]) == (415, "unsupported_media_type")
    large = await give(site, {**GIVEN, "more": "x" * 70_000})
    assert (large[0], large[1]["code"]) == (413, "too_large")
    async with site.get("/api/feedback") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_the_longest_fits_however_it_is_spelled(site: World):
    given = {**GIVEN, "question": "😀" * 4000, "comment": "😀" * 500}
    body = json.dumps(given, ensure_ascii=True).encode()
    assert (await give(site, data=body, headers={"Content-Type": "application/json"}))[0] == 202
    assert kept(site)[0]["question"] == "😀" * 4000


async def test_it_says_so_when_nothing_is_kept(tmp_path: Path):
    async with world(tmp_path) as site:
        assert await give(site) == (202, {"status": "not_kept"})
        assert (await give(site, {}))[0] == 400


async def test_it_never_says_noted_when_it_could_not_write(site: World):
    (site.data_dir / "deep").write_text("a file where the folder should be")
    status, told = await give(site)
    assert (status, told["code"]) == (503, "not_kept")


async def test_it_wants_the_login_that_asking_wants(tmp_path: Path):
    options = {"admits": lambda _: False, "control_token": "t", "feedback_dir": tmp_path / "deep"}
    async with world(tmp_path, **options) as site:
        assert (await give(site))[0] == 401
        assert (await give(site, headers={"Authorization": "Bearer t"}))[0] == 202


async def test_it_is_limited_with_the_questions(tmp_path: Path):
    async with world(tmp_path, rate_limit_ask="3/minute") as site:
        site.point(1, "v1", 1)
        async with site.ask() as answer:
            assert answer.status == 200
        assert [(await give(site))[0] for _ in range(3)] == [202, 202, 429]


async def test_it_is_counted_by_kind(site: World):
    def counted(kind: str) -> float | None:
        return REGISTRY.get_sample_value("kb_feedback_total", {"kind": kind})

    before = {kind: counted(kind) for kind in ("helpful", "unhelpful", "gap")}
    await give(site)
    await give(site, {**GIVEN, "kind": "great"})
    grown = {kind: counted(kind) - before[kind] for kind in before}
    assert grown == {"helpful": 0, "unhelpful": 0, "gap": 1}
