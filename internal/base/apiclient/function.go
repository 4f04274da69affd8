package apiclient

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// Returned is what a Lambda function has returned.
type Returned struct {
	Payload []byte
	// FunctionError says that the function itself has failed: Handled or Unhandled. The payload
	// is then what Lambda says of it.
	FunctionError string
}

// Invoke calls a Lambda function by its ARN, and waits until it returns. A refusal is an *Error.
// Source: Lambda API reference, Invoke.
func (c *Client) Invoke(ctx context.Context, as Principal, function string, payload []byte) (Returned, error) {
	got, err := c.invoke(ctx, as, function, payload, "RequestResponse")
	if err != nil {
		return Returned{}, err
	}
	return Returned{got.body.Bytes(), got.header.Get(FunctionErrorHeader)}, nil
}

// InvokeEvent has Lambda call a function by its ARN some time, and does not wait for it. A refusal is an *Error.
// Source: Lambda API reference, Invoke.
func (c *Client) InvokeEvent(ctx context.Context, as Principal, function string, payload []byte) error {
	_, err := c.invoke(ctx, as, function, payload, "Event")
	return err
}

func (c *Client) invoke(ctx context.Context, as Principal, function string, payload []byte, kind string) (*answer, error) {
	address := url.URL{
		Scheme: "http", Host: c.options.Host,
		Path: "/2015-03-31/functions/" + function + "/invocations", RawPath: "/2015-03-31/functions/" + rest.Escape(function) + "/invocations",
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	if kind != "RequestResponse" { // which is the default
		r.Header.Set("X-Amz-Invocation-Type", kind)
	}
	got, err := c.send(r, as, "lambda", payload)
	if err != nil {
		return nil, fmt.Errorf("call Invoke: %w", err)
	}
	if got.status == http.StatusOK || got.status == http.StatusAccepted && kind == "Event" {
		return got, nil
	}
	code, message := jsonRefusal(got.body.Bytes())
	named, _, _ := strings.Cut(got.header.Get("X-Amzn-Errortype"), ":")
	text := http.StatusText(got.status)
	return nil, &Error{
		Service: "Lambda", Operation: "Invoke", Status: got.status, RequestID: got.requestID(),
		Code: cmp.Or(named, code, strings.ReplaceAll(text, " ", "")), Message: cmp.Or(message, text),
	}
}

// FunctionErrorHeader is the header of an answer whose function has failed; its value is that of
// [Returned].FunctionError.
const FunctionErrorHeader = "X-Amz-Function-Error"
