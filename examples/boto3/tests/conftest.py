"""Fixtures for pytest: an emulator for all tests, which each test finds empty."""

import ecs_emulator
import pytest


@pytest.fixture(scope="session")
def served():
    if ecs_emulator.program() is None:
        pytest.exit(ecs_emulator.NO_PROGRAM, returncode=1)  # one line, and no test fails for it once more
    with ecs_emulator.serve() as emulator:
        yield emulator


@pytest.fixture
def emulator(served):
    yield served
    served.reset()


@pytest.fixture
def ecs(emulator):
    return emulator.client("ecs")
