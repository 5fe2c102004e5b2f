"""Remote models through Inspect AI, against a real server on this machine that misbehaves on demand."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytest.importorskip("inspect_ai")
pytest.importorskip("openai")

from axiometer.canon import canonical, draws
from axiometer.errors import BadInput, Incapable, UnknownName
from axiometer.subjects import Answer, Cues, Missing, Prompt, Subject, Turn, Weigher
from axiometer.subjects.exchange import REASONS
from axiometer.subjects.inspect import InspectSubject, InspectWeigher, open_inspect
from servers.openai_like import OpenAILike, echo, seeded_share

pytestmark = pytest.mark.slow  # importing Inspect and waiting for time-outs take half a minute

KEY = "sk-a-very-secret-key"
ASKED = [Prompt(f"question {i}") for i in range(12)]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.endswith(("_API_KEY", "_BASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NEAR_API_KEY", KEY)


def opened(server: OpenAILike, model: str = "answer", **options: object) -> InspectSubject:
    written = urlencode({"base_url": server.url, "backoff": 0, "retries": 1, "timeout": 5} | options)
    return open_inspect(f"openai-api/near/{model}?{written}", Cues())


def weigher(server: OpenAILike, **options: object) -> InspectWeigher:
    subject = opened(server, logprobs=1, **options)
    assert isinstance(subject, InspectWeigher)
    return subject


@contextmanager
def served(*args: object, **kwargs: object) -> Iterator[OpenAILike]:
    with OpenAILike(*args, **kwargs) as server:  # type: ignore[arg-type]
        yield server


# What is asked


def test_every_prompt_gets_the_answer_to_itself() -> None:
    with served() as server:
        answers = opened(server).answer(ASKED, seed=1)
    assert answers == [Answer(f"echo: {prompt.user}") for prompt in ASKED]


def test_pictures_are_sent_with_the_first_turn_and_nothing_of_them_is_lost() -> None:
    pytest.importorskip("PIL")
    from base64 import b64decode
    from io import BytesIO

    from PIL import Image

    from axiometer.subjects.pictures import read_picture

    out = BytesIO()
    Image.effect_mandelbrot((64, 48), (-2, -1, 1, 1), 50).save(out, "JPEG")
    picture = read_picture(out.getvalue())
    turns = (Turn("user", "Do you like it?"), Turn("assistant", "Yes."))
    with served(say=lambda body: "because") as server:
        first = Prompt("Do you like it?", system="See.", pictures=(picture,))
        then = Prompt("Why?", system="See.", turns=turns, pictures=(picture,))
        subject = opened(server)
        assert subject.answer([first, then], seed=0) == [Answer("because")] * 2
        assert subject.card.sees
    for body in server.bodies:
        system, user, *others = body["messages"]
        seen, words = user["content"]
        assert (system["role"], words["text"]) == ("system", "Do you like it?")
        assert read_picture(b64decode(seen["image_url"]["url"].partition(",")[2])).key == picture.key
        assert all(isinstance(one["content"], str) for one in others)


def test_system_turns_and_user_are_sent_as_the_turns_of_a_chat() -> None:
    prompt = Prompt(
        "now?", system="be brief", turns=(Turn("user", "before?"), Turn("assistant", "yes")), about="id1"
    )
    with served() as server:
        opened(server).answer([prompt], seed=1)
    (body,) = server.bodies
    assert [(m["role"], m["content"]) for m in body["messages"]] == [
        ("system", "be brief"),
        ("user", "before?"),
        ("assistant", "yes"),
        ("user", "now?"),
    ]
    assert "id1" not in json.dumps(body)


def test_options_reach_the_server_and_temperature_is_zero_unless_asked() -> None:
    with served() as server:
        opened(server).answer(ASKED[:1], seed=1)
        opened(server, temperature=1, max_tokens=64, top_p=0.5).answer(ASKED[:1], seed=1)
        opened(server, temperature="default").answer(ASKED[:1], seed=1)
    plain, warm, default = server.bodies
    assert (plain["temperature"], "max_tokens" in plain) == (0, False)
    assert (warm["temperature"], warm["max_tokens"], warm["top_p"]) == (1, 64, 0.5)
    assert "temperature" not in default


def test_the_seed_of_a_call_depends_on_seed_and_prompt_and_on_nothing_else() -> None:
    def seeds(prompts: list[Prompt], seed: int) -> dict[str, int]:
        with served() as server:
            opened(server).answer(prompts, seed=seed)
        return {body["messages"][-1]["content"]: body["seed"] for body in server.bodies}

    whole, again, other = seeds(ASKED, 1), seeds(ASKED[::-1][:5], 1), seeds(ASKED, 2)
    assert len(set(whole.values())) == len(ASKED)
    assert again == {prompt.user: whole[prompt.user] for prompt in ASKED[::-1][:5]}
    assert not set(whole.values()) & set(other.values())
    assert whole["question 0"] == int(draws(1, "inspect", ASKED[0]).integers(2**31))


def test_the_same_question_twice_is_really_asked_twice() -> None:
    with served() as server:
        opened(server).answer([ASKED[0], ASKED[0]], seed=1)
        opened(server).answer([ASKED[0]], seed=1)
    assert len(server.bodies) == 3


def test_order_of_batch_does_not_matter() -> None:
    with served(behave=seeded_share(0.4, ["server-error", "empty", "content-filter"]), delay=0.01) as server:
        forth = opened(server, retries=0).answer(ASKED, seed=1)
    with served(behave=seeded_share(0.4, ["server-error", "empty", "content-filter"])) as server:
        back = opened(server, retries=0).answer(ASKED[::-1], seed=1)
    assert forth == back[::-1]
    assert len({type(reply) for reply in forth}) == 2


def test_an_empty_batch_asks_nothing() -> None:
    with served() as server:
        assert opened(server).answer([], seed=1) == []
    assert server.bodies == []


def test_plain_text_to_continue_is_not_for_a_chat_model() -> None:
    with served() as server, pytest.raises(Incapable, match="cannot continue plain text"):
        opened(server).answer([Prompt("Once upon", chat=False)], seed=1)


# What comes back


@pytest.mark.parametrize(
    ("behaviour", "reply"),
    [
        ("answer", Answer("echo: question 0")),
        ("length", Answer("echo: q")),
        ("refusing-text", Answer("I can't help with that.")),
        ("refusal", Missing("refused", "refusal field")),
        ("content-filter", Missing("filtered")),
        ("policy", Missing("filtered")),
        ("empty", Missing("unparsed", "empty answer")),
        ("nothing-in-time", Missing("truncated", "nothing said before the limit of max_tokens")),
        ("too-long", Missing("truncated", "longer than the model's context")),
        ("no-choices", Missing("failed", "the reply had no choices")),
        ("not-an-object", Missing("failed", "OpenAIResponseError")),
        ("rate-limit", Missing("failed", "HTTP 429")),
        ("server-error", Missing("failed", "HTTP 500")),
        ("reset", Missing("failed", "the connection broke")),
        ("cut-json", Missing("failed", "the reply was not whole JSON")),
        ("cut-body", Missing("failed", "the connection broke")),
    ],
)
def test_each_way_of_a_server_has_its_reason(behaviour: str, reply: Answer | Missing) -> None:
    with served() as server:
        assert opened(server, behaviour).answer(ASKED[:1], seed=1) == [reply]


def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    with served() as server:
        begun = time.monotonic()
        replies = opened(server, "hang", timeout=1, retries=0).answer(ASKED[:3], seed=1)
    assert replies == [Missing("failed", "no reply within 1 s")] * 3
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("behaviour", ["rate-limit", "server-error", "reset", "cut-json"])
def test_retries_are_counted_once_and_not_again_by_the_client_below(behaviour: str) -> None:
    with served() as server:
        opened(server, behaviour, retries=3).answer(ASKED[:2], seed=1)
    assert Counter(server.users()) == {"question 0": 4, "question 1": 4}


def test_what_fails_once_is_asked_again_and_answered() -> None:
    with served(behave=lambda _, nth: "answer" if nth else "server-error") as server:
        assert opened(server).answer(ASKED, seed=1) == [Answer(f"echo: {prompt.user}") for prompt in ASKED]


def test_a_server_that_says_when_to_come_back_is_believed() -> None:
    with served(behave=lambda _, nth: "answer" if nth else "rate-limit", retry_after="1") as server:
        begun = time.monotonic()
        assert opened(server).answer(ASKED[:1], seed=1) == [Answer("echo: question 0")]
    assert 1 <= time.monotonic() - begun < 4


@pytest.mark.slow
def test_a_server_that_fails_three_in_ten_calls_in_six_ways_leaves_every_prompt_answered_or_missing_with_a_reason() -> (
    None
):
    ways = ["rate-limit", "server-error", "hang", "reset", "cut-json", "content-filter"]
    prompts = [Prompt(f"question {i}", system=f"persona {i % 7}") for i in range(240)]
    with served(behave=seeded_share(0.3, ways, seed=3)) as server:
        replies = opened(server, retries=2, timeout=1, connections=40).answer(prompts, seed=1)
    assert len(replies) == len(prompts)
    reasons: Counter[str] = Counter()
    for prompt, reply in zip(prompts, replies, strict=True):
        if isinstance(reply, Missing):
            assert reply.why in REASONS
            assert (reply.why == "filtered") != bool(reply.detail), "failures say what failed"
            assert KEY not in reply.detail
            assert prompt.user not in reply.detail
            reasons[reply.why] += 1
        else:
            assert reply == Answer(f"echo: {prompt.user}")
    assert set(reasons) == {"failed", "filtered"}
    assert 2 <= reasons["filtered"] <= 30
    assert reasons["failed"] <= 15
    assert len(server.bodies) > 280


def test_one_failing_prompt_never_sinks_the_others() -> None:
    def behave(body: dict[str, object], nth: int) -> str:
        return "not-found" if "question 7" in json.dumps(body["messages"]) else "answer"

    with served(behave=behave) as server:
        subject = opened(server)
        subject.answer(ASKED[:1], seed=1)
        replies = subject.answer(ASKED, seed=1)
    assert replies[7] == Missing("failed", "HTTP 404")
    assert [r for i, r in enumerate(replies) if i != 7] == [
        Answer(f"echo: {p.user}") for p in ASKED if p != ASKED[7]
    ]


# What is said at once


def test_a_missing_key_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEAR_API_KEY")
    with pytest.raises(Incapable) as caught:
        open_inspect("openai-api/near/answer?base_url=http://127.0.0.1:9/v1", Cues())
    message = str(caught.value)
    assert "No NEAR_API_KEY defined in the environment" in message
    assert "\n" not in message
    assert "[bold]" not in message
    with pytest.raises(Incapable, match="OPENAI_API_KEY"):
        open_inspect("openai/gpt-4o", Cues())


def test_a_missing_package_names_the_command_that_installs_it() -> None:
    pytest.importorskip("inspect_ai")
    try:
        import groq  # noqa: F401
    except ImportError:
        with pytest.raises(Incapable, match="pip install groq"):
            open_inspect("groq/llama", Cues())


def test_a_missing_extra_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai.model", None)
    with pytest.raises(Incapable, match=r"pip install 'axiometer\[inspect\]'"):
        open_inspect("openai/gpt-4o", Cues())


def test_an_unknown_provider_is_answered_with_the_nearest_known_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean openai"):
        open_inspect("opena1/gpt-4o", Cues())


@pytest.mark.parametrize("rest", ["", "gpt-4o", "openai/", "/gpt-4o", "?temperature=1"])
def test_a_model_without_a_provider_is_bad_input(rest: str) -> None:
    with pytest.raises(BadInput, match="PROVIDER/MODEL"):
        open_inspect(rest, Cues())


def test_an_unknown_option_is_answered_with_the_nearest_known_ones() -> None:
    with pytest.raises(UnknownName, match="did you mean temperature"):
        open_inspect("openai/gpt-4o?temprature=1", Cues())


@pytest.mark.parametrize(
    "option",
    [
        *(
            "temperature=hot",
            "temperature=nan",
            "temperature=3",
            "max_tokens=0",
            "max_tokens=1.5",
            "connections=0",
        ),
        *(
            "timeout=0",
            "retries=-1",
            "logprobs=maybe",
            "top_p=2",
            "temperature=1&temperature=1",
            "backoff=inf",
        ),
        *("base_url=127.0.0.1:8000", "base_url=ftp://a/b", "base_url=http://me:secret@host/v1", "timeout="),
    ],
)
def test_an_option_that_cannot_be_used_is_bad_input(option: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_inspect(f"openai/gpt-4o?{option}", Cues())
    assert option.partition("=")[0] in str(caught.value)


def test_a_refused_key_raises_and_does_not_quote_it() -> None:
    with served() as server, pytest.raises(Incapable, match="key was refused") as caught:
        opened(server, "unauthorized", connections=2).answer(ASKED, seed=1)
    assert "NEAR_API_KEY" in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(server.bodies) < len(ASKED), "the others are not sent after it"


def test_unknown_model_404_raises() -> None:
    with served() as server, pytest.raises(UnknownName, match="no such model") as caught:
        opened(server, "not-found").answer(ASKED, seed=1)
    assert "The model not-found does not exist" in str(caught.value)
    assert server.url in str(caught.value)


def test_a_base_url_without_its_path_raises() -> None:
    with served() as server, pytest.raises(UnknownName, match="base_url"):
        opened(server, base_url=server.url.removesuffix("/v1")).answer(ASKED, seed=1)


def test_an_account_without_credit_raises_instead_of_waiting() -> None:
    with served() as server, pytest.raises(Incapable, match="no credit left"):
        opened(server, "no-credit", retries=9, connections=2).answer(ASKED, seed=1)
    assert len(server.bodies) <= 2


def test_nobody_listening_raises_at_once() -> None:
    with served() as server:
        url = server.url
    begun = time.monotonic()
    with pytest.raises(Incapable, match="nobody listens at"):
        opened(server, base_url=url, retries=9, backoff=9).answer(ASKED, seed=1)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("way", "words"), [("bad-request", "no such parameter"), ("forbidden", "your country")]
)
def test_a_server_that_accepts_nothing_raises_with_its_words_and_without_the_key(
    way: str, words: str
) -> None:
    with served() as server, pytest.raises(Incapable, match=words) as caught:
        opened(server, way).answer(ASKED, seed=1)
    assert KEY not in str(caught.value)


def test_one_rejected_prompt_among_answered_ones_is_missing() -> None:
    def behave(body: dict[str, object], nth: int) -> str:
        return "bad-request" if "question 7" in json.dumps(body["messages"]) else "answer"

    with served(behave=behave) as server:
        replies = opened(server).answer(ASKED, seed=1)
    assert [i for i, reply in enumerate(replies) if isinstance(reply, Missing)] == [7]
    assert replies[7] == Missing("failed", "HTTP 400")


def test_a_server_that_stops_after_it_answered_makes_answers_missing() -> None:
    with served() as server:
        subject = opened(server, retries=0)
        assert subject.answer(ASKED[:1], seed=1) == [Answer("echo: question 0")]
    (reply,) = subject.answer(ASKED[:1], seed=1)
    assert isinstance(reply, Missing)
    assert reply.why == "failed"


# How it is asked


def test_calls_run_concurrently() -> None:
    with served(delay=0.2) as server:
        # a model of its own: the first subject of a model and address fixes its connections, and ports come back
        subject = opened(server, model="concurrent", connections=6)
        subject.answer([Prompt(f"q{i}") for i in range(24)], seed=1)
    assert server.most_at_once == 6


def test_each_subject_has_its_own_number_of_connections() -> None:
    with served(delay=0.1) as server:
        opened(server, connections=1).answer(ASKED[:3], seed=1)
        assert server.most_at_once == 1
        opened(server, connections=12).answer(ASKED, seed=1)
        assert server.most_at_once == 12


def test_it_can_be_asked_from_threads_and_under_a_running_loop() -> None:
    with served(delay=0.02) as server:
        subject = opened(server)
        found: list[list[Answer | Missing]] = []
        threads = [
            threading.Thread(target=lambda: found.append(subject.answer(ASKED, seed=1))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        async def under_a_loop() -> list[Answer | Missing]:
            return subject.answer(ASKED, seed=1)

        found.append(asyncio.run(under_a_loop()))
        found.append(subject.answer(ASKED, seed=1))
    assert found == [[Answer(f"echo: {prompt.user}") for prompt in ASKED]] * 6


def test_ctrl_c_propagates_promptly_and_the_subject_can_be_asked_again() -> None:
    with served(behave=lambda _, nth: "answer" if nth else "hang") as server:
        subject = opened(server, timeout=60)
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            subject.answer(ASKED, seed=1)
        assert time.monotonic() - begun < 2
        assert subject.answer(ASKED, seed=1) == [Answer(f"echo: {prompt.user}") for prompt in ASKED]


SCRIPT = """
    import sys
    from axiometer.subjects import Cues, Prompt
    from axiometer.subjects.inspect import open_inspect
    before = sys.excepthook
    subject = open_inspect(sys.argv[1], Cues())
    replies = subject.answer([Prompt(f"question {i}") for i in range(30)], seed=1)
    assert len(replies) == 30 and sys.excepthook is before
"""


@pytest.mark.slow
def test_nothing_is_printed_or_left_behind(tmp_path: Path) -> None:
    with served(
        behave=seeded_share(0.4, ["rate-limit", "server-error", "refusal", "content-filter"])
    ) as server:
        rest = f"openai-api/near/answer?base_url={server.url}&backoff=0&retries=2&temperature=1"
        environment = os.environ | {"HOME": str(tmp_path), "PYTHONWARNINGS": "default"}
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), rest],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            cwd=tmp_path,
            timeout=60,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_import_is_cheap() -> None:
    code = (
        "import sys, axiometer.subjects.inspect, axiometer.subjects.opening; "
        "print([m for m in sys.modules if m.split('.')[0] in ('inspect_ai', 'openai', 'asyncio.x', 'httpx')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Providers that have ways of their own


def test_vllm_at_an_address_is_a_weigher_and_a_second_address_is_not_mixed_up_with_the_first() -> None:
    with served(tops=lambda _: [[("A", -0.1)]]) as server, served() as other:
        subject = open_inspect(f"vllm/org/model-1?base_url={server.url}&retries=0", Cues())
        assert subject.answer(ASKED[:1], seed=1) == [Answer("echo: question 0")]
        assert isinstance(subject, InspectWeigher)
        with pytest.raises(Incapable, match="one address for a model"):
            open_inspect(f"vllm/org/model-1?base_url={other.url}", Cues())
    assert [body["model"] for body in server.bodies] == ["org/model-1"]


def test_openai_retries_are_counted_once_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with served(behave=lambda *_: "server-error") as server:
        rest = f"openai/gpt-4o?base_url={server.url}&retries=2&backoff=0"
        assert open_inspect(rest, Cues()).answer(ASKED[:1], seed=1) == [Missing("failed", "HTTP 500")]
    assert len(server.bodies) == 3


def test_a_reasoning_model_is_asked_the_question_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with served() as server, pytest.raises(UnknownName):
        open_inspect(f"openai/gpt-5?base_url={server.url}", Cues()).answer(ASKED[:1], seed=1)
    (body,) = server.bodies
    assert "question 0" in json.dumps(body)


# What it says of itself


def test_the_spec_names_everything_that_changes_answers_and_never_the_key() -> None:
    with served() as server:
        subject = opened(server, temperature=1, max_tokens=64, connections=3, retries=4)
    assert subject.spec == {
        "subject": "inspect",
        "model": "openai-api/near/answer",
        "temperature": 1.0,
        "max_tokens": 64,
        "logprobs": False,
        "base_url": server.url,
    }
    assert KEY not in canonical(subject.spec)
    assert KEY not in repr(subject)


def test_how_patiently_it_is_asked_makes_no_other_subject() -> None:
    with served() as server:
        assert opened(server, connections=3, timeout=9, retries=4) == opened(server)
        assert opened(server, temperature=1) != opened(server)


@pytest.mark.parametrize(
    "options", [{}, {"temperature": "default", "top_p": 0.5}, {"logprobs": 1, "max_tokens": 9}]
)
def test_a_spec_opens_an_equal_subject(options: dict[str, object]) -> None:
    with served() as server:
        subject = opened(server, **options)
        spec = dict(subject.spec)
        del spec["subject"]
        model = spec.pop("model")
        again = open_inspect(f"{model}?{urlencode(spec)}", Cues())
    assert (again.spec, type(again)) == (subject.spec, type(subject))


def test_an_address_from_the_environment_is_in_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEAR_BASE_URL", "http://127.0.0.1:9/v1/")
    assert open_inspect("openai-api/near/m", Cues()).spec["base_url"] == "http://127.0.0.1:9/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:secret@127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert open_inspect("openai/gpt-4o", Cues()).spec["base_url"] == "http://127.0.0.1:9/v1"


def test_the_card_says_remote_and_how_many_to_ask_together() -> None:
    with served() as server:
        card = opened(server, connections=7).card
    assert (card.kind, card.batch, card.source) == ("remote", 28, ("inspect_ai",))


def test_only_a_subject_with_log_probabilities_is_a_weigher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with served() as server:
        assert isinstance(opened(server), Subject)
        assert not isinstance(opened(server), Weigher)
        assert isinstance(opened(server, logprobs=1), Weigher)
    assert isinstance(open_inspect("openai/gpt-4o", Cues()), Weigher)
    assert not isinstance(open_inspect("openai/gpt-5", Cues()), Weigher)
    assert not isinstance(open_inspect("openai/gpt-4o?logprobs=0", Cues()), Weigher)


# Weighing

LETTERS = ("A", "B", "C")


def test_log_probabilities_of_letters() -> None:
    with served(tops=lambda _: [[("B", -0.1), (" A", -2.5), ("A", -3.5), ("x", -6.0)]]) as server:
        (weights,) = weigher(server, max_tokens=500, temperature=1).weigh(ASKED[:1], [LETTERS])
    assert not isinstance(weights, Missing)
    a, b, c = weights.logp
    assert b == pytest.approx(-0.1)
    assert a == pytest.approx(-2.1867, abs=1e-4), "log(exp(-2.5) + exp(-3.5)): with and without a blank"
    assert c == -6.0, "an upper bound: the smallest that was reported"
    assert weights.tokens == (1, 1, 1)
    (body,) = server.bodies
    assert (body["logprobs"], body["top_logprobs"], body["max_tokens"], body["temperature"]) == (
        True,
        20,
        4,
        0,
    )


def test_what_stands_before_the_letter_is_passed_over() -> None:
    with served(
        tops=lambda _: [[("\n", -0.1), ("A", -9.0)], [("(", -0.1)], [("C", -0.2), ("B", -2.0)]]
    ) as server:
        (weights,) = weigher(server).weigh(ASKED[:1], [LETTERS])
    assert not isinstance(weights, Missing)
    assert weights.logp == pytest.approx((-2.0, -2.0, -0.2))


def test_a_word_may_be_begun_by_a_token_that_no_other_option_shares() -> None:
    with served(tops=lambda _: [[("Dis", -0.1), ("Ag", -2.5), ("", -3.0), ("A", -4.0)]]) as server:
        (weights,) = weigher(server).weigh(ASKED[:1], [("Agree", "Disagree")])
    assert not isinstance(weights, Missing)
    assert weights.logp == pytest.approx((-2.2986, -0.1), abs=1e-4)


def test_no_option_among_the_likeliest_tokens_is_unparsed() -> None:
    with served(tops=lambda _: [[("I", -0.1), ("As", -2.5)]]) as server:
        replies = weigher(server).weigh(ASKED[:2], [LETTERS, LETTERS])
    assert replies == [Missing("unparsed", "no option among the 2 likeliest first tokens")] * 2


def test_a_server_without_log_probabilities_is_told_so() -> None:
    with served() as server, pytest.raises(Incapable, match="logprobs=0"):
        weigher(server).weigh(ASKED[:1], [LETTERS])


def test_a_reply_without_log_probabilities_among_others_is_missing() -> None:
    with served(tops=lambda body: [[("A", -0.1)]] if "0" in echo(body) else []) as server:
        weights, missing = weigher(server).weigh(ASKED[:2], [LETTERS, LETTERS])
    assert not isinstance(weights, Missing)
    assert missing == Missing("failed", "no log-probabilities in the reply")


@pytest.mark.parametrize("least", [float("-inf"), -9999.0])
def test_minus_infinity_never_reaches_the_ledger(least: float) -> None:
    with served(tops=lambda _: [[("A", 0.0), ("B", least)]]) as server:
        (weights,) = weigher(server).weigh(ASKED[:1], [LETTERS])
    assert "Infinity" not in canonical(weights)


@pytest.mark.parametrize(("behaviour", "why"), [("content-filter", "filtered"), ("server-error", "failed")])
def test_weighing_knows_the_same_reasons(behaviour: str, why: str) -> None:
    with served(behave=lambda *_: behaviour, tops=lambda _: [[("A", -0.1)]]) as server:
        (reply,) = weigher(server).weigh(ASKED[:1], [LETTERS])
    assert isinstance(reply, Missing)
    assert reply.why == why


def test_the_scripted_server_says_what_the_tests_think_it_says() -> None:
    assert echo({"messages": [{"content": "x"}]}) == "echo: x"
