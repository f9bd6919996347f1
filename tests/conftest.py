"""The order of the tests, and what a skip means.

Quick tests come first, so that a mistake shows at once.  A test that cannot be run here is skipped
with its reason; with ``MAILKIT_NO_SKIP=1`` (the complete run, ``.ci/run``) that is a failure.
"""

import os
from collections.abc import Generator
from typing import Any

import pytest

NO_SKIP = os.environ.get("MAILKIT_NO_SKIP") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return forbid_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return forbid_skip((yield))


def forbid_skip(report: Any) -> Any:
    """Turn a skip into a failure where skips are forbidden; an expected failure is none."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}: MAILKIT_NO_SKIP=1 allows no skip"
    return report
