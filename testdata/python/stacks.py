"""Makes, changes and removes stacks by waiters, paginators and resources of boto3, and calls what the tools do that stand on it.

A failure says what it did not expect.
"""

import json
import os

import boto3
import botocore.exceptions

from expect import SOON, client, refused, same

cloudformation = client("cloudformation")


def group(days, **more):
    """A template of a log group, whose retention is a parameter."""
    return json.dumps(
        {
            "Parameters": {"Days": {"Type": "Number", "Default": days}},
            "Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}}, **more},
            "Outputs": {"Group": {"Value": {"Ref": "Group"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-group"}}}},
        }
    )


def wait(waiter, **request):
    cloudformation.get_waiter(waiter).wait(WaiterConfig=SOON, **request)


def fails_to_wait(waiter, state, **request):
    try:
        wait(waiter, **request)
    except botocore.exceptions.WaiterError as failure:
        same(failure.last_response["Stacks"][0]["StackStatus"], state)
        return
    raise AssertionError(f"{waiter} succeeds")


def waiters():
    made = cloudformation.create_stack(StackName="web", TemplateBody=group(7), Tags=[{"Key": "team", "Value": "red"}])
    wait("stack_exists", StackName="web")
    wait("stack_create_complete", StackName="web")
    cloudformation.update_stack(StackName="web", TemplateBody=group(14))
    wait("stack_update_complete", StackName=made["StackId"])
    refused(
        "ValidationError", "No updates are to be performed.", cloudformation.update_stack, StackName="web", UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Days", "UsePreviousValue": True}],
    )
    bad = group(30, Second={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Group"}}})
    cloudformation.update_stack(StackName="web", TemplateBody=bad)
    fails_to_wait("stack_update_complete", "UPDATE_ROLLBACK_COMPLETE", StackName="web")
    wait("stack_rollback_complete", StackName="web")


def change_sets():
    one = cloudformation.create_change_set(StackName="shop", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=group(7))
    wait("change_set_create_complete", StackName="shop", ChangeSetName="first")
    cloudformation.execute_change_set(ChangeSetName=one["Id"])
    wait("stack_create_complete", StackName="shop")
    cloudformation.create_change_set(StackName="shop", ChangeSetName="none", TemplateBody=group(7))
    try:
        wait("change_set_create_complete", StackName="shop", ChangeSetName="none")
    except botocore.exceptions.WaiterError as failure:
        assert failure.last_response["StatusReason"].startswith("The submitted information didn't contain changes."), failure.last_response
    else:
        raise AssertionError("a change set without changes is complete")
    cloudformation.create_change_set(StackName="shop", ChangeSetName="second", TemplateBody=group(14))
    same(sorted(c["ChangeSetName"] for c in pages_of("list_change_sets", "Summaries", StackName="shop")), ["none", "second"])
    changes = pages_of("describe_change_set", "Changes", StackName="shop", ChangeSetName="second")
    same([c["ResourceChange"]["Action"] for c in changes], ["Modify"])
    cloudformation.delete_change_set(StackName="shop", ChangeSetName="none")


def pages_of(operation, key, **request):
    """The items that a paginator finds whose operation has no page size."""
    return [item for part in cloudformation.get_paginator(operation).paginate(**request) for item in part[key]]


def paginators():
    same(sorted(s["StackName"] for s in pages_of("describe_stacks", "Stacks")), ["shop", "web"])
    same(sorted(s["StackName"] for s in pages_of("list_stacks", "StackSummaries")), ["shop", "web"])
    same(sorted(e["Name"] for e in pages_of("list_exports", "Exports")), ["shop-group", "web-group"])
    same([r["LogicalResourceId"] for r in pages_of("list_stack_resources", "StackResourceSummaries", StackName="web")], ["Group"])
    events = pages_of("describe_stack_events", "StackEvents", StackName="web")
    same(events[-1]["ResourceStatusReason"], "User Initiated")
    same(len({e["EventId"] for e in events}), len(events))
    assert pages_of("describe_account_limits", "AccountLimits")
    refused(
        "ValidationError", "Export 'web-group' is not imported by any stack.",
        cloudformation.get_paginator("list_imports").paginate(ExportName="web-group").build_full_result,
    )


def resources():
    """The resource interface, which reads by itself what it is asked for."""
    of = boto3.resource(
        "cloudformation", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stack = of.create_stack(StackName="third", TemplateBody=group(7), Parameters=[{"ParameterKey": "Days", "ParameterValue": "30"}])
    wait("stack_create_complete", StackName=stack.name)
    stack.reload()
    same((stack.stack_status, stack.parameters[0]["ParameterValue"]), ("CREATE_COMPLETE", "30"))
    same([r.logical_id for r in stack.resource_summaries.all()], ["Group"])
    resource = stack.Resource("Group")
    same((resource.resource_type, resource.physical_resource_id), ("AWS::Logs::LogGroup", stack.outputs[0]["OutputValue"]))
    same([e.resource_status for e in stack.events.limit(1)], ["CREATE_COMPLETE"])
    same(sorted(s.name for s in of.stacks.all()), ["shop", "third", "web"])
    stack.update(UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Days", "ParameterValue": "60"}])
    wait("stack_update_complete", StackName=stack.name)
    stack_id = stack.stack_id
    stack.delete()
    wait("stack_delete_complete", StackName=stack_id)


def tools():
    """What the CDK asks before and while it deploys, of an account without its bootstrap stack."""
    same(client("sts").get_caller_identity()["Account"], "000000000000")
    refused("ValidationError", "Stack with id CDKToolkit does not exist", cloudformation.describe_stacks, StackName="CDKToolkit")
    ssm = client("ssm")
    same(ssm.get_parameters(Names=["/cdk-bootstrap/hnb659fds/version"])["InvalidParameters"], ["/cdk-bootstrap/hnb659fds/version"])
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="25", Type="String")
    template = json.dumps(
        {
            "Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}},
            "Resources": {
                "Group": {"Type": "AWS::Logs::LogGroup", "UpdateReplacePolicy": "Delete", "DeletionPolicy": "Delete", "Metadata": {"aws:cdk:path": "app/Group"}},
                "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:deflate64:x"}, "Condition": "CDKMetadataAvailable"},
            },
            "Conditions": {"CDKMetadataAvailable": {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::Region"}, r]} for r in ("eu-west-1", "us-east-1")]}},
            "Rules": {
                "CheckBootstrapVersion": {
                    "Assertions": [
                        {
                            "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
                            "AssertDescription": "CDK bootstrap stack version 6 required. Please run 'cdk bootstrap' with a recent version of the CDK CLI.",
                        }
                    ]
                }
            },
        }
    )
    refused("ValidationError", "Stack with id app does not exist", cloudformation.describe_stacks, StackName="app")
    # IncludeNestedStacks and the deployment's tokens are as the CDK sends them.
    made = cloudformation.create_change_set(
        StackName="app", ChangeSetName="cdk-deploy-change-set", ChangeSetType="CREATE", Description="CDK Changeset for execution x", ClientToken="createx",
        TemplateBody=template, Parameters=[], Tags=[], Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        IncludeNestedStacks=True, ImportExistingResources=False, NotificationARNs=[],
    )
    described = cloudformation.describe_change_set(StackName="app", ChangeSetName="cdk-deploy-change-set")
    same((described["Status"], len(described["Changes"])), ("CREATE_COMPLETE", 2))
    cloudformation.execute_change_set(
        StackName="app", ChangeSetName="cdk-deploy-change-set", ClientRequestToken="exec" + made["Id"][-36:], DisableRollback=False
    )
    wait("stack_create_complete", StackName="app")
    same(cloudformation.get_template(StackName="app", TemplateStage="Original")["TemplateBody"]["Resources"]["Group"]["Type"], "AWS::Logs::LogGroup")
    cloudformation.update_termination_protection(StackName="app", EnableTerminationProtection=False)
    cloudformation.delete_change_set(StackName="app", ChangeSetName="cdk-deploy-change-set")


def remove():
    for name in ("web", "shop", "app"):
        cloudformation.delete_stack(StackName=name)
        wait("stack_delete_complete", StackName=name)
    same(pages_of("describe_stacks", "Stacks"), [])
    same(client("logs").describe_log_groups()["logGroups"], [])


waiters()
change_sets()
paginators()
resources()
tools()
remove()
print("done")
