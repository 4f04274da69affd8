package rawhttp

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// Operation is a request of ECS as a client of the SDK sends it, but for the
// signature's value, which the emulator does not look at.
func Operation(operation string, payload []byte) []byte {
	return signed("ecs", payload,
		"Content-Type: application/x-amz-json-1.1", "X-Amz-Target: AmazonEC2ContainerServiceV20141113."+operation)
}

// Query is the same for an action of EC2.
func Query(form string) []byte {
	return signed("ec2", []byte(form), "Content-Type: application/x-www-form-urlencoded")
}

// signed is a signed request of a service.
func signed(service string, payload []byte, header ...string) []byte {
	return Request(http.MethodPost, "/", payload, append(header,
		"User-Agent: aws-sdk-go-v2/1.47.5 ua/2.1 os/linux lang/go#1.26 md/GOOS#linux md/GOARCH#amd64 api/ecs#1.103.1 m/g",
		"Amz-Sdk-Invocation-Id: 9b3b2a4e-6d0f-4a55-8f0e-2f0c0c1f6f3d",
		"Amz-Sdk-Request: attempt=1; max=3",
		"Authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/"+service+"/aws4_request, "+
			"SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target, "+
			"Signature="+strings.Repeat("0123456789abcdef", 4),
		"X-Amz-Date: 20260101T000000Z",
		"Accept-Encoding: gzip")...)
}

// Request is a request with header lines.
func Request(method, path string, payload []byte, header ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n", method, path, len(payload))
	for _, line := range header {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(payload)
	return b.Bytes()
}
