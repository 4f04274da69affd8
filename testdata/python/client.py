"""Calls ECS with boto3 for scripts.

Each line of standard input is a call, as clientCall of emulator/script_client_test.go has it. For each of them a line of
standard output is the refusal as a string of JSON, empty if there is none.
"""

import json
import sys

import boto3
import botocore.exceptions

for line in sys.stdin:
    call = json.loads(line)
    client = boto3.client("ecs", endpoint_url=call["url"], aws_access_key_id=call["key"], aws_secret_access_key=call["secret"], region_name="us-east-1")
    refusal = ""
    try:
        getattr(client, call["operation"].replace("-", "_"))(**call["input"])
    except (botocore.exceptions.ClientError, botocore.exceptions.ParamValidationError) as error:
        refusal = str(error)
    print(json.dumps(refusal), flush=True)
