package handlers

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

// maxSignedBody is the largest body in bytes that is read to verify its signature: more than any but S3 takes, which says the
// hash of a body in a header. A choice.
const maxSignedBody = 100 << 20

// refusalOf is the refusal of a request for a service that is not here whose caller may not make it, nil if it may. Where access
// is not decided, only keys of the emulator's are refused that are not, or no longer, good: an upstream would take any. Those
// that are good it takes for keys of another account.
func (e *endpoint) refusalOf(w http.ResponseWriter, r *http.Request) *awsapi.Error {
	scope, _, _ := awsapi.ScopeOf(r)
	call, err := e.Options.Identify(scope.Service, r)
	if malformed := (*awsapi.BadSignature)(nil); errors.As(err, &malformed) {
		err = nil // as if it were not signed
	}
	refusal := awsapi.Refuse(err, isForm(r), scope.Service == "s3")
	if refusal != nil || e.Options.Authenticate == nil || apiclient.IsOwn(r.Context()) {
		// What the emulator sends itself, such as the events of rules, is not asked for: it is not known on which resource.
		return refusal
	}
	if call.Operation = e.operationOf(r, scope.Service); call.Operation == "" {
		call.Operation = "*"
	}
	body, over := e.readSigned(r, &call)
	err = e.Options.Authenticate(r, &call, body)
	if err != nil && over {
		return &awsapi.Error{
			Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("The request body is larger than %d bytes, so ecs-emulator cannot verify its signature. A header X-Amz-Content-Sha256 tells its hash.", maxSignedBody),
		}
	}
	if err == nil && e.Options.Authorize != nil {
		ctx := awsapi.NewContext(r.Context(), call)
		err = awsapi.AllowAll(ctx, []awsapi.Access{{Action: actionService(scope.Service) + ":" + call.Operation, Resource: e.resourceOf(r, &call)}})
	}
	if refusal = awsapi.Refuse(err, isForm(r), scope.Service == "s3"); refusal != nil {
		w.Header()["x-amzn-RequestId"] = []string{call.RequestID} // for ecs-emulator why
	}
	return refusal
}

// readSigned reads a body without which the signature of keys of the emulator's cannot be verified, and leaves it to be read
// again. over says that there is more.
//
// A body whose hash a header says is not read, as it may be large or may not end soon: the signature covers the hash, and whether
// the body has it is the upstream's to find out, as are signatures of chunks.
func (e *endpoint) readSigned(r *http.Request, call *awsapi.Call) (body []byte, over bool) {
	if !call.Issued {
		return nil, false // there is no secret to verify it with
	}
	signature, _, err := sigv4.Parse(r)
	if call.Unread = err == nil && signature.SaysHash(r, call.Service); call.Unread || err != nil {
		return nil, false
	}
	body, _ = io.ReadAll(io.LimitReader(r.Body, maxSignedBody+1)) // what breaks off has another signature
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	if over = len(body) > maxSignedBody; over {
		e.Log.Warn("the signature of a request with a large body cannot be verified", "service", call.Service, "bytes", maxSignedBody, "requestId", call.RequestID)
	}
	return body[:min(len(body), maxSignedBody)], over
}

// operationOf is the operation that a request asks for, empty if its protocol does not tell: in REST, paths and methods mean
// something else in each service. A header or form may mean nothing in REST, so it counts only where such protocols have it: at
// the path /, and at the URLs of SQS's queues.
func (e *endpoint) operationOf(r *http.Request, service string) string {
	if awsapi.RPCService(r.URL.Path) != "" && r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor" && service != "s3" {
		_, operation, _ := strings.Cut(r.URL.Path, "/operation/")
		return operation
	}
	if service == "s3" || r.URL.Path != "/" && service != "sqs" {
		return ""
	}
	if targets := r.Header.Values("X-Amz-Target"); len(targets) > 0 {
		_, operation, _ := strings.Cut(targets[0], ".")
		return operation
	}
	if actions := e.form(r)["Action"]; len(actions) == 1 {
		return actions[0]
	}
	return ""
}

// actionService is the service in the actions of policies by its name in signatures. A request that is not signed does not
// tell which it is for: policies that allow all services let it pass. Source: Service Authorization Reference.
func actionService(signed string) string {
	switch signed {
	case "email":
		return "ses"
	case "monitoring":
		return "cloudwatch"
	case "tagging":
		return "tag"
	}
	return cmp.Or(signed, "*")
}
