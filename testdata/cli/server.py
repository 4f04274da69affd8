"""Runs commands of the AWS CLI, which is loaded once for all of them.

    server.py <socket> <service>...

A command by itself spends nine tenths of its time on starting Python and on reading the
CLI's modules and the models of services. This program reads them once and forks workers,
as many as there are commands at a time. A worker runs one command after another, each with a
driver and a session of its own, the caller's variables and folder: a fork for each command would
spend most of its time on copying what is read. The CLI is not changed, and what a command does
is its own; only its waiters, which ask AWS every 6 or 15 seconds, ask an emulator five times a
second.

A client of the socket sends {"args", "env", "dir"}, ends its side, and is sent {"code",
"stdout", "stderr"}. The program ends with its standard input.
"""

import contextlib
import functools
import gc
import http.server
import inspect
import io
import json
import logging
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
import warnings

given = dict(os.environ)

import awscli.clidriver  # noqa: E402, as the CLI sets variables when it is loaded

set_by_cli = {name: value for name, value in os.environ.items() if given.get(name) != value}


def main():
    path, services = sys.argv[1], sys.argv[2:]
    driver = awscli.clidriver.create_clidriver()
    emitter = type(driver.session.get_component("event_emitter"))
    botocore = emitter.__module__.removesuffix(".hooks")  # the copy in the CLI
    keep_methods(sys.modules[botocore + ".client"].ClientCreator)
    read_models(driver, services)
    keep_event_names(emitter)
    look_at_flags(sys.modules[botocore + ".hooks"])
    ask_as_waiters_say(sys.modules[botocore + ".waiter"].Waiter)
    commands = driver.create_help_command().command_table
    for service in services:
        commands[service].create_help_command()
    loader = driver.session.get_component("data_loader")
    run_once(loader)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    gc.collect()
    gc.freeze()  # so that a worker's collections copy no pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    serve(listener, loader)


def serve(listener, loader):
    """Gives each command to a worker that has none, until standard input ends."""
    idle, busy = [], []
    while True:
        readable, _, _ = select.select([listener, sys.stdin, *busy], [], [])
        if sys.stdin in readable:
            return
        for worker in [worker for worker in busy if worker in readable]:
            busy.remove(worker)
            if worker.recv(1):
                idle.append(worker)
            else:
                worker.close()  # it has failed
        if listener in readable:
            connection, _ = listener.accept()
            worker = idle.pop() if idle else start_worker(loader, [listener, connection, *busy])
            socket.send_fds(worker, [b"c"], [connection.fileno()])
            connection.close()
            busy.append(worker)


def start_worker(loader, others):
    """Returns the socket of a new worker, which ends when this program does."""
    worker, own = socket.socketpair()
    if os.fork() == 0:
        for other in [worker, *others]:
            other.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        work(loader, own)
        os._exit(0)
    own.close()
    return worker


def work(loader, own):
    began_with = loggers()
    while connections := socket.recv_fds(own, 1, 1)[1]:
        with socket.socket(fileno=connections[0]) as connection, warnings.catch_warnings():
            answer(loader, connection)
        for logger, (handlers, level) in (loggers() | began_with).items():
            logger.handlers[:] = handlers
            logger.setLevel(level)
        own.sendall(b"d")


def loggers():
    """What each logger has, which a command adds to: a later one would print its lines twice."""
    manager = logging.Logger.manager
    found = [manager.root, *(logger for logger in manager.loggerDict.values() if isinstance(logger, logging.Logger))]
    return {logger: (list(logger.handlers), logger.level) for logger in found}


def read_models(driver, services):
    """Lets the CLI's own loader keep what each command of these services reads, and each
    module what it works out from that once."""
    loader = driver.session.get_component("data_loader")
    driver.session.get_available_services()
    for kind in "service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1":
        for service in loader.list_available_services(kind):
            if service in services:
                model = loader.load_service_model(service, kind)
                for waiter in model.get("waiters", {}).values():
                    hasten(waiter)
    loader.load_data("endpoints")
    for service in services:
        driver.session.create_client(service, region_name="us-east-1", endpoint_url="http://127.0.0.1:1")


def keep_methods(creator):
    """Lets the methods of a service's clients be made once, before workers are."""
    make, made = creator._create_methods, {}

    def methods(self, service):
        if service.service_name not in made:
            made[service.service_name] = make(self, service)
        return dict(made[service.service_name])

    creator._create_methods = methods


def keep_event_names(emitter):
    """Lets what the CLI works out for each of the 400 names that a new driver listens to be
    worked out once: a third of the time of a command."""
    if hasattr(emitter, "_alias_event_name"):
        names = functools.cache(emitter(None)._alias_event_name)
        emitter._alias_event_name = lambda self, name: names(name)


def look_at_flags(hooks):
    """Lets the CLI see in the flags of a function that it takes any keywords, and not in the whole of its signature: a
    new driver looks at 400 of them for each command."""
    inspected = hooks.accepts_kwargs

    def accepts_kwargs(handler):
        code = getattr(handler, "__code__", None)
        return code.co_flags & inspect.CO_VARKEYWORDS if code else inspected(handler)

    hooks.accepts_kwargs = accepts_kwargs


def run_once(loader):
    """Has another CLI run commands, as Python makes code quicker that has run, and keeps what it has compiled."""
    with http.server.HTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        for args in (
            ["ecs", "describe-services", "--services", "web", "--query", "services[0].[status,events]", "--output", "text"],
            ["ecs", "run-task", "--task-definition", "web", "--network-configuration", "awsvpcConfiguration={subnets=[a]}"],
            ["ec2", "describe-vpcs", "--query", "Vpcs[0].VpcId", "--output", "text"],
        ):
            driver = new_driver(loader)
            with contextlib.redirect_stdout(io.StringIO()):
                driver.main(["--endpoint-url", "http://127.0.0.1:%d" % server.server_port, *args])
        server.shutdown()


def new_driver(loader):
    driver = awscli.clidriver.create_clidriver()
    driver.session.register_component("data_loader", loader)
    return driver


class Nothing(http.server.BaseHTTPRequestHandler):
    """Answers that there is nothing."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = b"{}" if "json" in self.headers["Content-Type"] else b"<Answer/>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


def hasten(waiter):
    """Lets a waiter ask more often, for as long as before. The loader keeps its model."""
    waiter["maxAttempts"] *= waiter["delay"] * 5
    waiter["delay"] = 0.2


def ask_as_waiters_say(waiters):
    """Lets a command that has its own idea of how often a waiter asks, as `cloudformation deploy` asks every 30 seconds,
    ask as often as the others do."""
    wait = waiters.wait

    def wait_as_said(self, **asked):
        asked.pop("WaiterConfig", None)
        return wait(self, **asked)

    waiters.wait = wait_as_said


def answer(loader, connection):
    with connection.makefile("rb") as stream:
        asked = json.load(stream)
    outputs = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for fd, output in enumerate(outputs, 1):
        os.dup2(output.fileno(), fd)
    code = run(loader, asked)
    sys.stdout.flush()
    sys.stderr.flush()
    for output in outputs:
        output.seek(0)
    stdout, stderr = (output.read().decode(errors="replace") for output in outputs)
    connection.sendall(json.dumps({"code": code, "stdout": stdout, "stderr": stderr}).encode())


def run(loader, asked):
    os.environ.clear()
    os.environ.update(asked["env"] | set_by_cli)
    os.chdir(asked["dir"])
    sys.argv = ["aws"] + asked["args"]
    try:
        return new_driver(loader).main(asked["args"])
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1


main()
