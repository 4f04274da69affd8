"""Makes the calls of Cloud Map that it reads, one a line as [operation, input], and prints what they answer."""

import json
import sys

from expect import client

discovery = client("servicediscovery")
for line in sys.stdin:
    operation, request = json.loads(line)
    answer = getattr(discovery, operation)(**request)
    del answer["ResponseMetadata"]
    print(json.dumps(answer, default=str), flush=True)
