"""A deployment controller of one's own: move a service with task sets to another task definition in steps.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 python3 external_controller.py <cluster> <service> <task definition> <listener ARN>

The service has the deployment controller EXTERNAL and a PRIMARY task set. The listener forwards to two target groups, of which
the PRIMARY task set has one. The other one gets the tasks of a new task set, and 10, 50 and 100 percent of the requests.
"""

import os
import sys
import time

import boto3

cluster, service, task_definition, listener = sys.argv[1:]
keys = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
keys["endpoint_url"] = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4577")
ecs, elb = boto3.client("ecs", **keys), boto3.client("elbv2", **keys)
where = {"cluster": cluster, "service": service}


def steady(task_set):
    """Wait until all tasks of a task set run and are healthy."""
    for _ in range(600):
        sets = ecs.describe_task_sets(taskSets=[task_set], **where)["taskSets"]
        if sets[0]["stabilityStatus"] == "STEADY_STATE":
            return
        time.sleep(1)
    sys.exit(f"{task_set} is not steady after ten minutes")


sets = ecs.describe_services(cluster=cluster, services=[service])["services"][0]["taskSets"]
old = next(s for s in sets if s["status"] == "PRIMARY")
blue = old["loadBalancers"][0]
action = elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"][0]
groups = [g["TargetGroupArn"] for g in action["ForwardConfig"]["TargetGroups"]]
green = {**blue, "targetGroupArn": next(g for g in groups if g != blue["targetGroupArn"])}
given = {k: old[k] for k in ("launchType", "platformVersion", "networkConfiguration") if k in old}

new = ecs.create_task_set(taskDefinition=task_definition, loadBalancers=[green], **given, **where)["taskSet"]["taskSetArn"]
for percent in 10, 50, 100:
    ecs.update_task_set(taskSet=new, scale={"value": percent, "unit": "PERCENT"}, **where)
    steady(new)
    weights = [
        {"TargetGroupArn": green["targetGroupArn"], "Weight": percent},
        {"TargetGroupArn": blue["targetGroupArn"], "Weight": 100 - percent},
    ]
    elb.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}])
    print(f"{percent} percent of the requests go to {task_definition}", flush=True)
    time.sleep(float(os.environ.get("STEP_SECONDS", 60)))

ecs.update_service_primary_task_set(primaryTaskSet=new, **where)
ecs.delete_task_set(taskSet=old["taskSetArn"], force=True, **where)
print("the former task set goes")
