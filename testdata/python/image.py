"""Write a tar of this Python with boto3, and of nothing else, to standard output: a file
system in which it runs, with role.py at /role.py.

    image.py > root.tar
"""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile

import boto3
import botocore

SERVICES = ("sts", "ssm", "ecs")  # of all others botocore has a hundred megabytes
PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3")
LEFT_OUT = ("__pycache__", "test", "tests", "site-packages", "idlelib", "lib2to3", "ensurepip", "tkinter", "turtledemo")


def walk(root):
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (os.path.join(folder, name) for name in files if not name.endswith(".a"))


def wanted(path):
    """Leave out what botocore knows of other services."""
    rest = os.path.relpath(path, os.path.join(os.path.dirname(botocore.__file__), "data"))
    return rest.startswith("..") or os.sep not in rest or rest.split(os.sep)[0] in SERVICES


def files():
    yield sys.executable
    packages = os.path.dirname(os.path.dirname(boto3.__file__))
    yield os.path.join(packages, "six.py")
    roots = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    for root in roots + [os.path.join(packages, name) for name in PACKAGES]:
        yield from filter(wanted, walk(root))


def libraries(path):
    """The shared libraries of a program, or of a library."""
    listed = subprocess.run(["ldd", path], capture_output=True, text=True)
    return re.findall(r"(?:=> )?(/\S+) \(0x", listed.stdout)


def main():
    found = {}
    for path in files():
        if os.path.exists(path):
            found[path] = True
            if path == sys.executable or ".so" in os.path.basename(path):
                found.update(dict.fromkeys(libraries(path)))
    here = os.path.dirname(os.path.abspath(__file__))
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", dereference=True) as tar:
        for path in found:
            tar.add(path, recursive=False)
        tar.add(os.path.join(here, "role.py"), "role.py")


main()
