"""A schedule that is due once deletes itself when it is told to. Says what it did not expect.

Its argument is the ARN of a target that there is a way to.
"""

import datetime
import json
import os
import sys
import urllib.request

from expect import client, refused, same

CLOCK = os.environ["AWS_ENDPOINT_URL"] + "/_emulator/clock"
TARGET = {"Arn": sys.argv[1], "RoleArn": "arn:aws:iam::000000000000:role/scheduler"}

scheduler = client("scheduler")


def now():
    """The time of the emulator's clock."""
    with urllib.request.urlopen(CLOCK) as answer:
        return datetime.datetime.fromisoformat(json.load(answer)["now"][:19])


def advance(duration):
    with urllib.request.urlopen(CLOCK, data=json.dumps({"advance": duration}).encode()) as answer:
        same(answer.status, 200)


def names():
    return sorted(s["Name"] for s in scheduler.list_schedules()["Schedules"])


soon = (now() + datetime.timedelta(hours=1)).strftime("at(%Y-%m-%dT%H:%M:%S)")
for name, action in ("goes", "DELETE"), ("stays", "NONE"):
    scheduler.create_schedule(Name=name, ScheduleExpression=soon, ActionAfterCompletion=action, FlexibleTimeWindow={"Mode": "OFF"}, Target=TARGET)
advance("59m")
same(names(), ["goes", "stays"])
advance("2m")
same(names(), ["stays"])
refused("ResourceNotFoundException", "Schedule goes does not exist.", scheduler.get_schedule, Name="goes")
same(scheduler.get_schedule(Name="stays")["State"], "ENABLED")

# One that is over is not due again, and its name is free.
scheduler.create_schedule(Name="goes", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"}, Target=TARGET)
advance("24h")
same(names(), ["goes", "stays"])
print("done")
