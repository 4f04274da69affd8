"""Run a task and wait for its end, with boto3 as on AWS.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 python3 run_task.py [image]

The image defaults to ecs-emulator/demo, which `make demo-image` makes.
"""

import os
import sys

import boto3

ecs = boto3.client(
    "ecs",
    # Newer versions of boto3 read AWS_ENDPOINT_URL themselves.
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4577"),
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
image = sys.argv[1] if len(sys.argv) > 1 else "ecs-emulator/demo"

ecs.register_task_definition(
    family="job",
    requiresCompatibilities=["FARGATE"],
    networkMode="awsvpc",
    cpu="256",
    memory="512",
    containerDefinitions=[{"name": "job", "image": image, "command": ["exit", "3"]}],
)
answer = ecs.run_task(
    taskDefinition="job",
    launchType="FARGATE",
    networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}},
)
for failure in answer["failures"]:
    sys.exit(f"not started: {failure['reason']}")
arn = answer["tasks"][0]["taskArn"]

ecs.get_waiter("tasks_stopped").wait(tasks=[arn], WaiterConfig={"Delay": 1, "MaxAttempts": 60})

task = ecs.describe_tasks(tasks=[arn])["tasks"][0]
container = task["containers"][0]
print(f"{task['lastStatus']}: {task['stoppedReason']}, exit code {container.get('exitCode')}")
