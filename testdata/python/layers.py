"""Push an image by the API of ECR alone, in parts, and read its layer again, with boto3 as on AWS."""

import hashlib
import json
import urllib.request

import boto3

ecr = boto3.client("ecr")
at = {"repositoryName": "shop/layers"}
part = 5 << 20  # the smallest that ECR takes, but for the last one


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def push(content):
    upload = ecr.initiate_layer_upload(**at)["uploadId"]
    for first in range(0, len(content), part):
        blob = content[first : first + part]
        last = first + len(blob) - 1
        answer = ecr.upload_layer_part(**at, uploadId=upload, partFirstByte=first, partLastByte=last, layerPartBlob=blob)
        assert answer["lastByteReceived"] == last, answer
    return ecr.complete_layer_upload(**at, uploadId=upload, layerDigests=[digest(content)])["layerDigest"]


ecr.create_repository(**at)
layer = bytes(range(256)) * (6 << 12)
config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
manifest = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": len(config),
            "digest": push(config),
        },
        "layers": [
            {"mediaType": "application/vnd.docker.image.rootfs.diff.tar", "size": len(layer), "digest": push(layer)},
        ],
    }
)
pushed = ecr.put_image(**at, imageManifest=manifest, imageTag="1")["image"]
print("pushed", pushed["imageId"]["imageDigest"] == digest(manifest.encode()))
print("is", ecr.batch_check_layer_availability(**at, layerDigests=[digest(layer)])["layers"][0]["layerAvailability"])
url = ecr.get_download_url_for_layer(**at, layerDigest=digest(layer))["downloadUrl"]
with urllib.request.urlopen(url) as answer:
    print("reads", answer.read() == layer)
got = ecr.batch_get_image(**at, imageIds=[{"imageTag": "1"}])["images"][0]
print("same", got["imageManifest"] == manifest)
try:
    ecr.put_image(**at, imageManifest=manifest, imageTag="1")
except ecr.exceptions.ImageAlreadyExistsException as refusal:
    print("again", refusal.response["Error"]["Code"])
