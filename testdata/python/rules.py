"""Calls each operation of EventBridge that is built, and says what it did not expect.

Its argument is the ARN of a target that there is a way to.
"""

import datetime
import json
import sys

from expect import client, pages, refused, same

TARGET = sys.argv[1]
PATTERN = json.dumps({"source": ["shop"], "detail": {"price": [{"numeric": [">", 100]}]}})

events = client("events")


def buses():
    bus = events.create_event_bus(Name="orders", Description="of the shop", Tags=[{"Key": "stage", "Value": "test"}])
    same(bus["EventBusArn"], "arn:aws:events:us-east-1:000000000000:event-bus/orders")
    refused("ResourceAlreadyExistsException", "Event bus orders already exists.", events.create_event_bus, Name="orders")
    events.tag_resource(ResourceARN=bus["EventBusArn"], Tags=[{"Key": "a b/c", "Value": "ü"}])
    events.untag_resource(ResourceARN=bus["EventBusArn"], TagKeys=["stage", "none"])
    same(events.list_tags_for_resource(ResourceARN=bus["EventBusArn"])["Tags"], [{"Key": "a b/c", "Value": "ü"}])
    events.put_permission(EventBusName="orders", Action="events:PutEvents", Principal="222222222222", StatementId="other")
    policy = json.loads(events.describe_event_bus(Name="orders")["Policy"])
    same(policy["Statement"][0]["Principal"], {"AWS": "arn:aws:iam::222222222222:root"})
    events.remove_permission(EventBusName="orders", StatementId="other")
    events.update_event_bus(Name="orders", Description="of the other shop")
    described = events.describe_event_bus(Name="orders")
    same((described["Description"], "Policy" in described), ("of the other shop", False))
    same([b["Name"] for b in events.list_event_buses()["EventBuses"]], ["default", "orders"])


def rules():
    same(
        events.put_rule(Name="large", EventBusName="orders", EventPattern=PATTERN)["RuleArn"],
        "arn:aws:events:us-east-1:000000000000:rule/orders/large",
    )
    events.put_rule(Name="small", EventBusName="orders", EventPattern='{"source":["shop"]}', State="DISABLED")
    refused(
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: Filter is not an object\n at [Source: (String)"[]"; line: 1, column: 2]',
        events.put_rule, Name="none", EventPattern="[]",
    )
    same([r["Name"] for r in pages(events, "list_rules", "Rules", EventBusName="orders")], ["large", "small"])
    events.disable_rule(Name="large", EventBusName="orders")
    same(events.describe_rule(Name="large", EventBusName="orders")["State"], "DISABLED")
    events.enable_rule(Name="large", EventBusName="orders")
    same(events.describe_rule(Name="large", EventBusName="orders")["EventPattern"], PATTERN)
    event = {
        "id": "1", "account": "000000000000", "source": "shop", "time": "2026-11-20T12:00:00Z", "region": "us-east-1",
        "resources": [], "detail-type": "order", "detail": {"price": 200},
    }
    same(events.test_event_pattern(EventPattern=PATTERN, Event=json.dumps(event))["Result"], True)


def targets():
    target = {
        "Id": "one", "Arn": TARGET, "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
        "InputTransformer": {"InputPathsMap": {"name": "$.detail.name"}, "InputTemplate": '{"ordered": <name>}'},
    }
    put = events.put_targets(Rule="large", EventBusName="orders", Targets=[target, {"Id": "two", "Arn": TARGET}])
    same((put["FailedEntryCount"], put["FailedEntries"]), (0, []))
    found = pages(events, "list_targets_by_rule", "Targets", Rule="large", EventBusName="orders")
    same(found, [target, {"Id": "two", "Arn": TARGET}])
    same(pages(events, "list_rule_names_by_target", "RuleNames", TargetArn=TARGET, EventBusName="orders"), ["large"])
    events.remove_targets(Rule="large", EventBusName="orders", Ids=["two"])


def entries():
    order = {"EventBusName": "orders", "Source": "shop", "DetailType": "order", "Time": datetime.datetime(2026, 1, 1)}
    answer = events.put_events(
        Entries=[order | {"Detail": json.dumps({"price": 200, "name": "bicycle"})}, order | {"Detail": "[]"}],
    )
    same(answer["FailedEntryCount"], 1)
    same(answer["Entries"][1], {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."})


def deleted():
    refused(
        "ValidationException", "Rule can't be deleted since it has targets.",
        events.delete_rule, Name="large", EventBusName="orders",
    )
    events.remove_targets(Rule="large", EventBusName="orders", Ids=["one"])
    for name in ["large", "small"]:
        events.delete_rule(Name=name, EventBusName="orders")
    events.delete_event_bus(Name="orders")
    refused("ResourceNotFoundException", "Event bus orders does not exist.", events.describe_event_bus, Name="orders")


for check in [buses, rules, targets, entries, deleted]:
    check()
print("done")
