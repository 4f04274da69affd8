"""Have AWS's session-manager-plugin use what boto3's execute_command answers, as programs do that start it
themselves.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 execute_command.py <task> <command>
"""

import json
import os
import sys

import boto3

ecs = boto3.client("ecs")
task, command = sys.argv[1:]
session = ecs.execute_command(task=task, command=command, interactive=True)["session"]
container = ecs.describe_tasks(tasks=[task])["tasks"][0]["containers"][0]
target = f"ecs:default_{task.rpartition('/')[2]}_{container['runtimeId']}"
os.execvp("session-manager-plugin", [
    "session-manager-plugin", json.dumps(session), ecs.meta.region_name, "StartSession", "", json.dumps({"Target": target}), ecs.meta.endpoint_url])
