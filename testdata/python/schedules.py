"""Calls each operation of EventBridge Scheduler, and says what it did not expect.

Its argument is the ARN of a target that there is a way to.
"""

import datetime
import sys

from expect import client, pages, refused, same

TARGET = sys.argv[1]
ROLE = "arn:aws:iam::000000000000:role/scheduler"
OFF = {"Mode": "OFF"}

scheduler = client("scheduler")


def schedule(name, **more):
    return {
        "Name": name,
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": TARGET, "RoleArn": ROLE},
    } | more


def groups():
    group = scheduler.create_schedule_group(Name="jobs", Tags=[{"Key": "stage", "Value": "test"}])["ScheduleGroupArn"]
    same(group, "arn:aws:scheduler:us-east-1:000000000000:schedule-group/jobs")
    scheduler.tag_resource(ResourceArn=group, Tags=[{"Key": "a b/c", "Value": "ü"}])
    scheduler.untag_resource(ResourceArn=group, TagKeys=["stage", "none"])
    same(scheduler.list_tags_for_resource(ResourceArn=group)["Tags"], [{"Key": "a b/c", "Value": "ü"}])
    same([g["Name"] for g in pages(scheduler, "list_schedule_groups", "ScheduleGroups")], ["default", "jobs"])
    same(scheduler.get_schedule_group(Name="jobs")["State"], "ACTIVE")
    refused("ConflictException", "Schedule group jobs already exists.", scheduler.create_schedule_group, Name="jobs")


def schedules():
    start = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
    arn = scheduler.create_schedule(
        **schedule(
            "nightly",
            GroupName="jobs",
            Description="each night",
            ScheduleExpressionTimezone="Europe/Berlin",
            StartDate=start,
            EndDate=start + datetime.timedelta(days=1),
            FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            ActionAfterCompletion="DELETE",
        )
    )["ScheduleArn"]
    same(arn, "arn:aws:scheduler:us-east-1:000000000000:schedule/jobs/nightly")
    got = scheduler.get_schedule(Name="nightly", GroupName="jobs")
    same((got["Arn"], got["StartDate"], got["ScheduleExpressionTimezone"]), (arn, start, "Europe/Berlin"))
    same(got["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185})
    scheduler.update_schedule(**schedule("nightly", GroupName="jobs", State="DISABLED"))
    got = scheduler.get_schedule(Name="nightly", GroupName="jobs")
    same([member for member in ("Description", "StartDate", "EndDate") if member in got], [])
    same((got["State"], got["ActionAfterCompletion"]), ("DISABLED", "NONE"))
    for name in "abc":
        scheduler.create_schedule(**schedule(name))
    same(sorted(s["Name"] for s in pages(scheduler, "list_schedules", "Schedules")), ["a", "b", "c", "nightly"])
    same([s["Name"] for s in scheduler.list_schedules(GroupName="jobs", State="DISABLED", NamePrefix="n")["Schedules"]], ["nightly"])


def refusals():
    for text, more in {
        "Invalid Schedule Expression cron(* * * * * *).": {"ScheduleExpression": "cron(* * * * * *)"},
        "Invalid timezone Not/AZone.": {"ScheduleExpressionTimezone": "Not/AZone"},
        "s3 is not a supported service for a target.": {"Target": {"Arn": "arn:aws:s3:::bucket", "RoleArn": ROLE}},
    }.items():
        refused("ValidationException", text, scheduler.create_schedule, **schedule("refused", **more))
    refused("ConflictException", "Schedule a already exists.", scheduler.create_schedule, **schedule("a"))
    try:
        scheduler.get_schedule(Name="none")
    except scheduler.exceptions.ResourceNotFoundException as refusal:
        same(refusal.response["ResponseMetadata"]["HTTPStatusCode"], 404)
        same(refusal.response["Message"], "Schedule none does not exist.")


def ends():
    scheduler.delete_schedule(Name="a")
    refused("ResourceNotFoundException", "Schedule a does not exist.", scheduler.delete_schedule, Name="a")
    scheduler.delete_schedule_group(Name="jobs")
    same(sorted(s["Name"] for s in scheduler.list_schedules()["Schedules"]), ["b", "c"])
    refused("ResourceNotFoundException", "Schedule group jobs does not exist.", scheduler.get_schedule_group, Name="jobs")


for step in (groups, schedules, refusals, ends):
    step()
print("done")
