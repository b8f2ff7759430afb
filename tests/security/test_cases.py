"""The table of holes is whole, and every test that it names is there."""

from __future__ import annotations

import ast

from tests.security.cases import NUMBERS, TESTS, cases


def test_every_case_is_listed_once() -> None:
    """The threat model lists every number, in order, each with a rule."""
    listed = [case.number for case in cases()]
    assert listed == sorted(NUMBERS)
    assert all(case.rule for case in cases())


def test_every_case_is_tested_or_says_why_not() -> None:
    """Each case names tests that are there, or says in words why it does not apply yet."""
    for case in cases():
        assert case.tests or case.why, case
        for test in case.tests:
            file, _, name = test.partition("::")
            tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
            found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
            assert name in found, f"case {case.number}: {test}"


def test_most_cases_apply() -> None:
    """What does not apply yet is the smaller part; none of it is about who signs, who one is or where we connect."""
    later = {case.number for case in cases() if case.why}
    assert len(later) < len(NUMBERS) / 4
    assert not later & {*range(1, 16), *range(17, 45), *range(80, 112), 155, 156, 158}
