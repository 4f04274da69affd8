"""What the scripts beside this one assert with. They run against AWS_ENDPOINT_URL."""

import os

import boto3
import botocore.exceptions

SOON = {"Delay": 1, "MaxAttempts": 60}


def client(service):
    """A client of a service. Newer versions of boto3 read the variable themselves."""
    return boto3.client(
        service,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def same(got, want):
    assert got == want, f"\n got {got}\nwant {want}"


def refused(code, message, call, **request):
    """The call is refused with a code and a text."""
    try:
        answer = call(**request)
    except botocore.exceptions.ClientError as refusal:
        same((refusal.response["Error"]["Code"], refusal.response["Error"]["Message"]), (code, message))
        return
    raise AssertionError(f"{call.__name__}({request}) answers {answer}")


def pages(api, operation, key, **request):
    """The items that a paginator finds, one to a page."""
    parts = api.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **request)
    found = [part[key] for part in parts]
    for part in found:
        assert len(part) <= 1, part
    return [item for part in found for item in part]
