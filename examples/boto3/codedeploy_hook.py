"""A lifecycle hook of AWS CodeDeploy, for AfterAllowTestTraffic: asks the new version, and lets the deployment go on or fail.

    AWS_ENDPOINT_URL=http://127.0.0.1:4577 python3 codedeploy_hook.py <port> <URL of the test listener> <text that it wants>

It stands for a Lambda function: the emulator has it called by --hook <ARN>=http://127.0.0.1:<port>.
"""

import http.server
import json
import os
import sys
import urllib.request

import boto3

port, url, wanted = sys.argv[1:]
endpoint = os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4577")
keys = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
codedeploy = boto3.client("codedeploy", endpoint_url=endpoint, **keys)
# The emulator is a proxy to which the names of load balancers are known.
web = urllib.request.build_opener(urllib.request.ProxyHandler({"http": endpoint}))


def check():
    try:
        return "Succeeded" if wanted in web.open(url, timeout=10).read().decode() else "Failed"
    except OSError as error:
        print(error, flush=True)
        return "Failed"


class Function(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = check()
        print(f"{event['DeploymentId']}: {status}", flush=True)
        codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=status,
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"null")


http.server.ThreadingHTTPServer(("", int(port)), Function).serve_forever()
