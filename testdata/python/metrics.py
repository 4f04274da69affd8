"""Puts a metric that is there already, a large one, reads them, and puts one that is refused."""

import datetime

import boto3

cloudwatch = boto3.client("cloudwatch")
shelf = [{"Name": "Shelf", "Value": "top"}]
orders = {"MetricName": "Orders", "Dimensions": shelf, "Unit": "Count", "Values": [1, 2.5], "Counts": [1, 2]}
cloudwatch.put_metric_data(Namespace="Shop", MetricData=[orders])
cloudwatch.put_metric_data(Namespace="Large", MetricData=[{"MetricName": "Packed", "Value": i} for i in range(1000)])
now = datetime.datetime.now(datetime.timezone.utc)
hour = datetime.timedelta(hours=1)
start, end = [(now + d).replace(minute=0, second=0, microsecond=0) for d in (-hour, hour)]
query = {"Id": "orders", "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": shelf}, "Period": 10800, "Stat": "Sum"}}
result = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=start, EndTime=end)["MetricDataResults"][0]
print(result["StatusCode"], float(result["Values"][0]))
point = cloudwatch.get_metric_statistics(
    Namespace="Shop", MetricName="Orders", Dimensions=shelf, StartTime=start, EndTime=end, Period=10800, Statistics=["Sum"])["Datapoints"][0]
print(float(point["Sum"]), point["Unit"])
metric = cloudwatch.get_paginator("list_metrics").paginate(Namespace="Shop", MetricName="Orders").build_full_result()["Metrics"][0]
print(metric["Dimensions"][0]["Name"], metric["Dimensions"][0]["Value"])
try:
    cloudwatch.put_metric_data(Namespace="AWS/Shop", MetricData=[orders])
except cloudwatch.exceptions.InvalidParameterValueException as refusal:
    print(type(refusal).__name__, refusal.response["ResponseMetadata"]["HTTPStatusCode"])
