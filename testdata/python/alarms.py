"""Prints the state and the first tag of the alarm errors, and looks for one that there is not."""

import boto3

cloudwatch = boto3.client("cloudwatch")
alarm = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="err").build_full_result()["MetricAlarms"][0]
tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
print(alarm["StateValue"], alarm["Threshold"], alarm["StateUpdatedTimestamp"].year, tags[0]["Value"])
try:
    cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="")
except cloudwatch.exceptions.ResourceNotFound as refusal:
    print(refusal.response["Error"]["Code"], refusal.response["ResponseMetadata"]["HTTPStatusCode"])
