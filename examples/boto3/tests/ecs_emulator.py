"""An ECS emulator for tests in Python. It needs boto3, and the program ecs-emulator, which pip installs with it."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
import urllib.request

import boto3


NO_PROGRAM = "ecs-emulator is not in PATH: see docs/start/install.md of ecs-emulator"


def program():
    """The path of the ecs-emulator that pip installed with this module, else of the one in PATH, or None."""
    here, found = os.path.dirname(os.path.abspath(__file__)), None
    for scheme in [], [os.name + "_user"]:  # pip's schemes: for all users, and for one
        if here == sysconfig.get_path("platlib", *scheme):
            found = found or shutil.which("ecs-emulator", path=sysconfig.get_path("scripts", *scheme))
    return found or shutil.which("ecs-emulator")


@contextlib.contextmanager
def serve(*flags):
    """Start an emulator on a free port, with simulated containers, and end it afterwards."""
    if program() is None:
        raise SystemExit(NO_PROGRAM)
    command = [program(), "serve", "--engine", "sim", "--listen", "127.0.0.1:0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline()
            ready = re.search(r" is ready at (\S+), engine ", first)
            if not ready:
                raise RuntimeError(f"ecs-emulator has not started: {first or 'see its log above'}")
            emulator = Emulator(ready[1])
            emulator.ask("health")  # raises an HTTPError if tasks cannot run
            yield emulator
        finally:
            process.terminate()


class Emulator:
    def __init__(self, url):
        self.url = url

    def client(self, service):
        """A client of ECS, or of another service that the emulator has."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def advance(self, duration):
        """Have time pass at once, such as "90s" or "1h", with all that happens in it."""
        self.ask("clock", {"advance": duration})

    def reset(self):
        """Remove everything."""
        self.ask("reset", {})

    def ask(self, path, body=None):
        """Ask the emulator itself: a GET, or with a body a POST."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_emulator/{path}", data) as answer:
            return answer.read()
