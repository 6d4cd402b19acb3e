"""Two attackers who hold everything that was ever published, and small worlds for them.

`solved` knows even the counts that rounding hides, and solves all equations between figures at once (Gaussian
elimination over fractions). `bounded` knows the rounded figures and the rules: it narrows the interval of every count by every
equation and inequality between them until nothing moves. Both say which hidden counts they have pinned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from dashboard.policy import disclosure
from dashboard.policy.disclosure import Group, Published

Question = tuple[int, str]
"""A week and what was done; ANYTHING counts whoever did something."""
Count = tuple[str, Question, str]
"""people or uses, of which question, of which company."""
ANYTHING = ""
EVERYONE = "everyone"
ENOUGH = 10_000


@dataclass
class SmallWorld:
    """What people of a few companies did in a few weeks, exactly, and what was published of it."""

    truth: Mapping[Question, Mapping[str, Group]]
    published: dict[Question, Published] = field(default_factory=dict)

    def exact(self, count: Count) -> int:
        measure, question, company = count
        return getattr(self.truth[question][company], measure)

    def publish(self) -> "SmallWorld":
        """Publish as the nights do: each week's whole first, its parts within the companies shown there."""
        for question in sorted(self.truth):
            week, what = question
            within = None if what == ANYTHING else set(self.published[week, ANYTHING].groups or ())
            self.published[question] = disclosure.publish(self.truth[question], within=within)
        return self

    def hidden(self) -> Iterator[Count]:
        for question, of_companies in self.truth.items():
            for company in of_companies.keys() - set(self.published[question].groups or ()):
                yield from ((m, question, company) for m in measures(question))

    def small(self, count: Count) -> bool:
        """Whether a count is of a group that nobody may know."""
        _measure, question, company = count
        return self.truth[question][company].people < disclosure.LEAST_IN_COMPANY


def measures(question: Question) -> tuple[str, ...]:
    return ("people",) if question[1] == ANYTHING else ("people", "uses")


def small_world(seed: int, *, weeks: int = 1) -> SmallWorld:
    """Make a world of two to six companies, of one person to about thirty each; some people use far more than others."""
    rng = Random(seed)
    companies = [f"c{n}" for n in range(rng.randint(2, 6))]
    actions = [f"a{n}" for n in range(rng.randint(1, 3))]
    staff = {company: rng.choice((1, 2, 3, 4, 5, 6, 8, 13, 21, 30)) for company in companies}
    truth: dict[Question, dict[str, Group]] = {}
    for week in range(weeks):
        whole = dict.fromkeys(companies, 0)
        parts = {a: dict.fromkeys(companies, Group()) for a in actions}
        likely = {a: rng.choice((0.1, 0.4, 0.8, 1.0)) for a in actions}
        for company in companies:
            for _person in range(staff[company]):
                done = [a for a in actions if rng.random() < likely[a]]
                whole[company] += bool(done)
                for action in done:
                    uses = rng.choice((1, 1, 2, 3, 5, 8, 40))
                    parts[action][company] += Group(1, uses, uses)
        truth[week, ANYTHING] = {c: Group(count) for c, count in whole.items()}
        truth.update({(week, a): groups for a, groups in parts.items()})
    return SmallWorld(truth).publish()


def solved(world: SmallWorld) -> set[Count]:
    """Return the hidden counts that the equations alone determine, given the exact counts behind all figures."""
    known = {c for q in world.truth for company in world.published[q].groups or () for c in counts(q, company)}
    rows = []
    for question in world.truth:
        if world.published[question].everyone:
            for measure in measures(question):
                names = [(measure, question, company) for company in world.truth[question]]
                rows.append({name: Fraction(1) for name in names if name not in known})
    reduced = eliminated([row for row in rows if row])
    return {next(iter(row)) for row in reduced if len(row) == 1}


def counts(question: Question, company: str) -> Iterator[Count]:
    yield from ((measure, question, company) for measure in measures(question))


def eliminated(rows: list[dict[Count, Fraction]]) -> list[dict[Count, Fraction]]:
    """Bring the left sides of equations to reduced row echelon form; a row of one name determines it."""
    done: list[dict[Count, Fraction]] = []
    for given in rows:
        row = given
        for pivot, other in [(next(iter(other)), other) for other in done]:
            row = less(row, other, row[pivot] / other[pivot]) if pivot in row else row
        if row:
            pivot = next(iter(row))
            done = [less(other, row, other[pivot] / row[pivot]) if pivot in other else other for other in done]
            done.append(row)
    return done


def less(row: dict[Count, Fraction], other: dict[Count, Fraction], times: Fraction) -> dict[Count, Fraction]:
    left = defaultdict(Fraction, row)
    for name, factor in other.items():
        left[name] -= times * factor
    return {name: factor for name, factor in left.items() if factor}


def bounded(world: SmallWorld, *, rest: int = disclosure.LEAST_ACROSS) -> set[Count]:
    """Return the hidden counts whose interval has shrunk to one number, given the figures and the rules.

    `rest`: how large all companies without a name are together, at least, by the rules.
    """
    bounds = Bounds()
    for question, published in world.published.items():
        companies = list(world.truth[question])
        for measure in measures(question):
            names = [(measure, question, company) for company in companies]
            _figures(bounds, published, measure, names, rest=rest)
        for company in companies:
            _inequalities(bounds, world, question, company)
    bounds.narrow()
    return {count for count in world.hidden() if bounds.low[count] == bounds.high[count]}


def _figures(bounds: "Bounds", published: Published, measure: str, names: list[Count], *, rest: int) -> None:
    groups = published.groups or {}
    nameless = [name for name in names if name[2] not in groups]
    totals = ((published.everyone, names, disclosure.LEAST_ACROSS), (published.rest, nameless, rest))
    for name in names:
        if name[2] in groups:
            bounds.within(name, *behind(getattr(groups[name[2]], measure), least=disclosure.LEAST_IN_COMPANY))
    for shown, parts, least in totals:
        if shown:
            total = (measure, names[0][1], f"{EVERYONE} of {len(parts)}")
            bounds.within(total, *behind(getattr(shown, measure), least=least))
            bounds.sums.append((total, parts))


def behind(figure: int, *, least: int) -> tuple[int, int]:
    """Return the counts that a rounded figure may stand for."""
    return max(least, figure - 2), figure + 2


def _inequalities(bounds: "Bounds", world: SmallWorld, question: Question, company: str) -> None:
    """Nobody did a part without doing anything; whoever did anything did a part; who did it did it once at least."""
    week, what = question
    if what == ANYTHING:
        parts = [("people", q, company) for q in world.truth if q[0] == week and q[1] != ANYTHING]
        bounds.at_most_together.append((("people", question, company), parts))
    else:
        bounds.at_most.append((("people", question, company), ("people", (week, ANYTHING), company)))
        bounds.at_most.append((("people", question, company), ("uses", question, company)))


class Bounds:
    """The interval each count lies in, narrowed until nothing moves."""

    def __init__(self) -> None:
        self.low: dict[Count, int] = defaultdict(int)
        self.high: dict[Count, int] = defaultdict(lambda: ENOUGH)
        self.sums: list[tuple[Count, list[Count]]] = []
        self.at_most: list[tuple[Count, Count]] = []
        self.at_most_together: list[tuple[Count, list[Count]]] = []
        self.moved = True

    def within(self, name: Count, low: int, high: int) -> None:
        if low > self.low[name] or high < self.high[name]:
            self.low[name], self.high[name] = max(low, self.low[name]), min(high, self.high[name])
            self.moved = True

    def narrow(self) -> None:
        while self.moved:
            self.moved = False
            for total, parts in self.sums:
                self._sum(total, parts)
            for less_, more in self.at_most:
                self.within(less_, 0, self.high[more])
                self.within(more, self.low[less_], ENOUGH)
            for whole, parts in self.at_most_together:
                self._together(whole, parts)

    def _sum(self, total: Count, parts: list[Count]) -> None:
        low, high = sum(self.low[p] for p in parts), sum(self.high[p] for p in parts)
        self.within(total, low, high)
        for part in parts:
            others_low, others_high = low - self.low[part], high - self.high[part]
            self.within(part, self.low[total] - others_high, self.high[total] - others_low)

    def _together(self, whole: Count, parts: list[Count]) -> None:
        high = sum(self.high[p] for p in parts)
        self.within(whole, 0, high)
        for part in parts:
            self.within(part, self.low[whole] - (high - self.high[part]), ENOUGH)
