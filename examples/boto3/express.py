"""An Express gateway service from an image to HTTPS, an update, and its end.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 python3 express.py
"""

import json
import os
import ssl
import time
import urllib.request

import boto3

emulator = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4577")
keys = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
ecs = boto3.client("ecs", endpoint_url=emulator, **keys)


def until(happens):
    """Wait, a minute at most, and return what there is then."""
    for _ in range(600):
        if found := happens():
            return found
        time.sleep(0.1)
    raise TimeoutError


def advance(duration):
    """Move the emulator's clock: on AWS this is a wait."""
    body = json.dumps({"advance": duration}).encode()
    urllib.request.urlopen(urllib.request.Request(emulator + "/_emulator/clock", body, method="POST")).read()


def container(text):
    return {"image": "ecs-emulator/demo", "containerPort": 8080, "command": ["serve", "8080", text]}


def describe():
    return ecs.describe_express_gateway_service(serviceArn=arn)["service"]


def endpoint():
    path = describe()["activeConfigurations"][0]["ingressPaths"][0]["endpoint"]
    return path if path.startswith("https://") else None


def newest():
    deployments = ecs.list_service_deployments(service="shop")["serviceDeployments"]
    return deployments[0]["status"] if deployments else None


def answer():
    try:
        return web.open(url).read().decode()
    except OSError:
        return None


role = "arn:aws:iam::000000000000:role/"
arn = ecs.create_express_gateway_service(
    serviceName="shop", executionRoleArn=role + "run", infrastructureRoleArn=role + "infra", primaryContainer=container("hello")
)["service"]["serviceArn"]
url = until(endpoint)
# The emulator is a proxy that knows the endpoint, whose certificate is of the emulator's authority.
authority = urllib.request.urlopen(emulator + "/_emulator/ca.pem").read().decode()
trusted = urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=authority))
web = urllib.request.build_opener(urllib.request.ProxyHandler({"https": emulator}), trusted)
print(until(answer))

advance("31s")  # a health check
advance("6m")
until(lambda: newest() == "SUCCESSFUL")
ecs.update_express_gateway_service(serviceArn=arn, primaryContainer=container("next"))
until(lambda: newest() == "IN_PROGRESS")
print([c["primaryContainer"]["command"][-1] for c in describe()["activeConfigurations"]])

ecs.delete_express_gateway_service(serviceArn=arn)
print(describe()["status"]["statusCode"])
advance("6m")
until(lambda: describe()["status"]["statusCode"] == "INACTIVE")
