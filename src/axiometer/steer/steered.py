"""A subject, changed, is a subject: the one wrapper for every intervention."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

from axiometer.canon import Spec, canonical, derived
from axiometer.errors import Incapable
from axiometer.subjects import Answer, Card, Missing, Prompt, Subject, Weigher, Weights
from axiometer.subjects.ledger import Remembered
from axiometer.subjects.sites import Edit, OpenModel, Receipt

Reply: TypeAlias = Answer | Weights | Missing
Put: TypeAlias = Callable[[Sequence[Prompt], Sequence[int]], list[Reply]]


class Intervention(Protocol):
    """A frozen value with a spec and at least one face: `Rewrites`, `Edits` or `Revises`."""

    @property
    def spec(self) -> Spec:
        """Plain JSON that names everything the intervention does."""
        ...


@runtime_checkable
class Rewrites(Intervention, Protocol):
    """An intervention that changes what is asked."""

    def rewrite(self, prompt: Prompt) -> Prompt:
        """The prompt to put instead."""
        ...


class Say(Protocol):
    """Puts prompts that are answered in words."""

    def __call__(
        self, prompts: Sequence[Prompt], *, draw: int = 0, by: Sequence["Edits"] = ()
    ) -> list[Answer | Missing]:
        """The answers.

        Args:
            prompts: what is asked.
            draw: another number gives a subject that varies its answers another chance.
            by: what is done to an open model meanwhile, besides what is done to it anyway.
        """
        ...


@runtime_checkable
class Revises(Intervention, Protocol):
    """An intervention that asks more than once and makes one reply of it."""

    def revise(self, prompts: Sequence[Prompt], put: Put, say: Say) -> list[Reply]:
        """A reply to each prompt.

        Args:
            prompts: what is asked.
            put: puts prompts the way the subject is being asked, in words or by log-probability; the numbers say
                which of `prompts` each belongs to.
            say: puts prompts that are answered in words.
        """
        ...


@runtime_checkable
class Edits(Intervention, Protocol):
    """An intervention that changes what goes on inside an open model."""

    def edits(self, model: OpenModel, prompts: Sequence[Prompt]) -> Sequence[Sequence[Edit]]:
        """What is to be done to each prompt; nothing leaves the prompt as it is, to the bit."""
        ...


@dataclass(frozen=True)
class Steered:
    """A subject under interventions, applied in the order of their canonical specs, however they were listed.

    Attributes:
        named: what opens it again, where there is such a name.
    """

    base: Subject
    by: tuple[Rewrites | Edits | Revises, ...]
    named: str = field(default="", compare=False)

    @property
    def spec(self) -> Spec:
        """The base and the interventions."""
        return {"subject": "steered", "base": self.base.spec, "by": [each.spec for each in self.by]}

    @property
    def card(self) -> Card:
        """The base's, under a name that says it is steered."""
        return replace(self.base.card, name=self.named or f"{self.base.card.name} (steered)")

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        """The base's answers to the rewritten prompts, under the edits, revised."""
        return self.receipted(prompts, seed=seed)[0]

    def receipted(
        self, prompts: Sequence[Prompt], *, seed: int
    ) -> tuple[list[Answer | Missing], list[Receipt]]:
        """The answers, and a receipt for every prompt that was put under edits, in the order in which they were put."""
        kept: list[Receipt] = []
        found = self._revised(prompts, lambda asked, of: list(self._said(asked, seed, kept)), seed, kept)
        return [reply for reply in found if not isinstance(reply, Weights)], kept

    @contextmanager
    def _editing(self, more: Sequence[Edits] = ()) -> Iterator[list[Receipt]]:
        """The base under the edits of every intervention that has some, and under more."""
        inside = [*(each for each in self.by if isinstance(each, Edits)), *more]
        if not inside:
            yield []
            return
        base = self.base
        if not isinstance(base, OpenModel):
            raise _closed(inside[0], base)

        def assign(prompts: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
            every = [each.edits(base, prompts) for each in inside]
            return [tuple(edit for some in each for edit in some) for each in zip(*every, strict=True)]

        with base.editing(assign) as receipts:
            yield receipts

    def as_sent(self, prompt: Prompt) -> Prompt:
        """The rewritten prompt; one that asks for an unconditional likelihood stays as it is."""
        for each in self.by:
            prompt = prompt if prompt.bare or not isinstance(each, Rewrites) else each.rewrite(prompt)
        return prompt

    def _said(
        self, prompts: Sequence[Prompt], seed: int, kept: list[Receipt], by: Sequence[Edits] = ()
    ) -> list[Answer | Missing]:
        if by and isinstance(self.base, Remembered):
            return _under(self.base, by).answer([self.as_sent(p) for p in prompts], seed=seed)
        with self._editing(by) as receipts:
            said = self.base.answer([self.as_sent(p) for p in prompts], seed=seed)
        kept.extend(receipts)
        return said

    def _revised(self, prompts: Sequence[Prompt], put: Put, seed: int, kept: list[Receipt]) -> list[Reply]:
        """The replies through every revising intervention; prompts of an unconditional likelihood pass by them."""

        def say(
            prompts: Sequence[Prompt], *, draw: int = 0, by: Sequence[Edits] = ()
        ) -> list[Answer | Missing]:
            return self._said(prompts, derived(seed, "draw", draw) if draw else seed, kept, by)

        for each in self.by:
            if isinstance(each, Revises):
                put = _through(each, put, say)
        return put(prompts, range(len(prompts)))


@dataclass(frozen=True)
class SteeredWeigher(Steered):
    """The same for a subject that weighs options."""

    base: Weigher

    def weigh(self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]) -> list[Weights | Missing]:
        """The base's weights after the rewritten prompts, revised."""
        return self.receipted_weights(prompts, options)[0]

    def receipted_weights(
        self, prompts: Sequence[Prompt], options: Sequence[Sequence[str]]
    ) -> tuple[list[Weights | Missing], list[Receipt]]:
        """The weights, and a receipt for every prompt that was put under edits, in the order in which they were put."""
        kept: list[Receipt] = []

        def put(asked: Sequence[Prompt], of: Sequence[int]) -> list[Reply]:
            with self._editing() as receipts:
                found = self.base.weigh([self.as_sent(p) for p in asked], [options[i] for i in of])
            kept.extend(receipts)
            return list(found)

        found = self._revised(prompts, put, 0, kept)
        return [reply for reply in found if not isinstance(reply, Answer)], kept


def steer(subject: Subject, *by: Intervention) -> Steered:
    """The subject under these interventions.

    Raises:
        Incapable: an intervention without any face that this subject can use, or a subject that is recorded data.
    """
    if subject.card.kind == "data":
        raise Incapable(f"{subject.card.name} is recorded data: nobody can be told anything any more.")
    faced: list[Any] = []
    for each in by:
        if not isinstance(each, Rewrites | Edits | Revises):
            raise Incapable(
                f"{type(each).__name__} changes nothing here: it needs a rewrite(prompt), an edits(model, prompts) or a "
                "revise(prompts, put, say) method."
            )
        if isinstance(each, Edits) and not isinstance(subject, OpenModel):
            raise _closed(each, subject)
        faced.append(each)
    ordered = tuple(sorted(faced, key=lambda each: canonical(each.spec)))
    return SteeredWeigher(subject, ordered) if isinstance(subject, Weigher) else Steered(subject, ordered)


def saying(subject: Subject, seed: int) -> Say:
    """Puts prompts to a subject as it stands, for whoever revises outside of `Steered`."""

    def say(prompts: Sequence[Prompt], *, draw: int = 0, by: Sequence[Edits] = ()) -> list[Answer | Missing]:
        put = _under(subject, by) if by else subject
        return put.answer(prompts, seed=derived(seed, "draw", draw) if draw else seed)

    return say


def _under(subject: Subject, by: Sequence[Edits]) -> Subject:
    """The subject under edits; one that remembers goes on to, the edited answers apart from the others."""
    if isinstance(subject, Remembered):
        return replace(subject, base=steer(subject.base, *by))
    return steer(subject, *by)


def _closed(each: Edits, subject: Subject) -> Incapable:
    return Incapable(
        f"{type(each).__name__} changes a model's inside, and {subject.card.name} shows none; open a model in memory, such as "
        "smollm2 or local:PATH."
    )


def _through(each: Revises, put: Put, say: Say) -> Put:
    def revised(prompts: Sequence[Prompt], of: Sequence[int]) -> list[Reply]:
        told = [i for i, prompt in enumerate(prompts) if not prompt.bare]
        if not told:
            return put(prompts, of)
        found = list(
            put([p for p in prompts if p.bare], [o for o, p in zip(of, prompts, strict=True) if p.bare])
        )
        own = each.revise(
            [prompts[i] for i in told], lambda asked, inner: put(asked, [of[told[j]] for j in inner]), say
        )
        bare, mine = iter(found), iter(own)
        return [next(bare) if prompt.bare else next(mine) for prompt in prompts]

    return revised
