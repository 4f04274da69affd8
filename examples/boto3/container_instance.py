"""Be the container agent of an instance that is registered by hand, with boto3.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 python3 container_instance.py

Nothing runs: the task moves because this program says so, as an agent would.
"""

import json
import os

import boto3

ecs = boto3.client(
    "ecs",
    # Newer versions of boto3 read AWS_ENDPOINT_URL themselves.
    endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4577"),
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)


def show(arn):
    task = ecs.describe_tasks(tasks=[arn])["tasks"][0]
    container = task["containers"][0]
    print(f"{task['lastStatus']}: wanted {task['desiredStatus']}, exit code {container.get('exitCode')}")


instance = ecs.register_container_instance(
    instanceIdentityDocument=json.dumps({"instanceId": "i-0123456789abcdef0", "instanceType": "m5.large"}),
    totalResources=[
        {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": 3904},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
    ],
)["containerInstance"]["containerInstanceArn"]
ecs.register_task_definition(
    family="by-hand",
    networkMode="bridge",
    containerDefinitions=[
        {"name": "app", "image": "app", "memory": 512, "portMappings": [{"containerPort": 80, "hostPort": 8080}]}
    ],
)
answer = ecs.start_task(taskDefinition="by-hand", containerInstances=[instance])
arn = answer["tasks"][0]["taskArn"]
show(arn)

binding = {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 8080, "protocol": "tcp"}
ecs.submit_task_state_change(
    task=arn,
    status="RUNNING",
    containers=[{"containerName": "app", "status": "RUNNING", "runtimeId": "abc", "networkBindings": [binding]}],
)
show(arn)

# A task that shall stop waits for its agent.
ecs.stop_task(task=arn, reason="enough")
show(arn)
ecs.submit_container_state_change(task=arn, containerName="app", status="STOPPED", exitCode=143)
ecs.submit_task_state_change(task=arn, status="STOPPED")
show(arn)

ecs.deregister_container_instance(containerInstance=instance)
print(ecs.describe_container_instances(containerInstances=[instance])["containerInstances"][0]["status"])
