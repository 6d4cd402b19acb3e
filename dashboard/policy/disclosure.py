"""Which figures about groups may be shown (P24, P35): pure functions over counts; nobody's key comes in here.

The groups of one question (one feature, action and week) are the companies; every person is in exactly one of them, so
whoever knows the total and all groups but one knows that one. What must never happen: a figure, or a difference of
figures, that is about fewer people than the thresholds say. docs/statistics.md holds the argument, and what is left.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

LEAST_IN_COMPANY = 5
"""People of one company: smaller groups are not shown (statistical offices ask for 3 to 5)."""
LEAST_ACROSS = 10
"""People of several companies together."""
ROUNDED_TO = 5
"""Shown counts are multiples of this."""
MOST_OF_ONE = (1, 2)
"""One person may make up half of a group's uses at most: the (n, k) dominance rule with n = 1 and k = 50 %, as in
Hundepool et al., Statistical Disclosure Control (Wiley 2012), and in Eurostat's handbook before it."""


@dataclass(frozen=True)
class Group:
    """What a group did: how many people, how many uses, how many of those one person alone made at most."""

    people: int = 0
    uses: int = 0
    largest: int = 0

    def __add__(self, other: "Group") -> "Group":
        """Return both groups as one; nobody is in both."""
        return Group(self.people + other.people, self.uses + other.uses, max(self.largest, other.largest))


@dataclass(frozen=True)
class Shown:
    """What may be shown of a group: both rounded."""

    people: int
    uses: int


@dataclass(frozen=True)
class Published:
    """What may be shown of one question: everyone, the groups by name, and all other groups as one."""

    everyone: Shown | None = None
    rest: Shown | None = None
    groups: Mapping[str, Shown] | None = None


NOTHING = Published()


def rounded(count: int) -> int:
    """Return the nearest multiple of ROUNDED_TO."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def is_safe(group: Group, *, least: int) -> bool:
    """Whether a group is large enough, and no one person makes up most of it."""
    part, whole = MOST_OF_ONE
    return group.people >= least and group.largest * whole <= group.uses * part


def publish(groups: Mapping[str, Group], *, within: Collection[str] | None = None) -> Published:
    """Decide what is shown of one question; `within` names the only groups that may be shown by name.

    Where everyone together is not safe nothing is shown: a group shown alone would tell how few the others are.
    """
    everyone = together(groups, groups)
    if not is_safe(everyone, least=LEAST_ACROSS):
        return NOTHING
    safe = {n for n, group in groups.items() if is_safe(group, least=LEAST_IN_COMPANY)}
    named = complemented(safe if within is None else safe & set(within), groups)
    rest = together(groups.keys() - named, groups)
    return Published(shown(everyone), shown(rest), {name: shown(groups[name]) for name in sorted(named)})


def complemented(named: Collection[str], groups: Mapping[str, Group]) -> set[str]:
    """Take out groups, the smallest first, until those not named are safe to be known together (subtraction)."""
    left = sorted(named, key=lambda name: (rounded(groups[name].people), name), reverse=True)
    rest = together(groups.keys() - set(left), groups)
    while left and not is_safe(rest, least=LEAST_ACROSS):
        rest += groups[left.pop()]
    return set(left)


def together(names: Collection[str], groups: Mapping[str, Group]) -> Group:
    """Return several groups as one."""
    return reduce(add, (groups[name] for name in names), Group())


def shown(group: Group) -> Shown:
    """Return a group's figures as they are shown."""
    return Shown(rounded(group.people), rounded(group.uses))
