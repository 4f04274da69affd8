// Package apiclient calls operations of AWS from inside this process, as a principal:
//
//	client := apiclient.New(apiclient.Options{Endpoint: handler, Host: "127.0.0.1:4577"})
//	err := client.Do(ctx, apiclient.Root(scope), getParameters, &in, &out)
//
// A call goes through the emulator's own endpoint, as that of any client does: it is signed,
// identified, authorized, logged and counted there, and what the emulator does not have goes to
// the upstream. So a caller need not know which services are here.
package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// Options configure a Client.
type Options struct {
	Endpoint http.Handler
	// Host is the host of requests, which signatures cover: that of the upstream, if there is one.
	Host string
	// Foreign reports whether the upstream has a service, by its name in signatures. An upstream
	// knows no sessions of the emulator's, and would take their keys for those of another account:
	// it is called with the keys of the principal's account. Nil: it has none.
	Foreign func(service string) bool
}

// Client calls operations. It is safe for concurrent use.
type Client struct {
	options Options
	signer  *v4.Signer
}

// New returns a client of an endpoint.
func New(o Options) *Client {
	if o.Foreign == nil {
		o.Foreign = func(string) bool { return false }
	}
	return &Client{o, v4.NewSigner()}
}

// Principal is who calls an operation, and where.
type Principal struct {
	// Scope is the account and the region that the call is for.
	arn.Scope
	// Keys are the keys of a session of a role. Without them it is the root of the account.
	Keys aws.Credentials
}

// Root is the root of an account in a region.
func Root(s arn.Scope) Principal { return Principal{Scope: s} }

// In is the same principal in a region.
func (p Principal) In(region string) Principal {
	p.Region = region
	return p
}

// Operation is an operation of a service that speaks AWS JSON or AWS Query.
type Operation struct {
	Service string // as the SDK calls it: "Secrets Manager"
	Signed  string // in a signature: "secretsmanager"
	Target  string // of AWS JSON: prefix of X-Amz-Target
	JSON10  bool   // of AWS JSON: version 1.0, not 1.1
	Version string // of AWS Query: of the API
	Name    string
	Errors  []string // those that its model has
	Codec   *wire.Codec
}

// Do calls an operation as a principal. The answer goes to out unless that is nil. A refusal is an
// *Error, which may be wrapped; ErrUnreadable says that the call has succeeded, and its answer
// makes no sense.
func (c *Client) Do(ctx context.Context, as Principal, op Operation, in, out any) error {
	body, err := op.Codec.Marshal(in), error(nil)
	if op.Version != "" {
		if out != nil {
			return errNoOutput
		}
		if body, err = form(op, body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.options.Host+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	if op.Version != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		if op.JSON10 {
			r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		}
		r.Header.Set("X-Amz-Target", op.Target+"."+op.Name)
	}
	got, err := c.send(r, as, op.Signed, body)
	if err != nil {
		return fmt.Errorf("call %s: %w", op.Name, err)
	}
	if got.status == http.StatusOK {
		if out == nil {
			return nil
		}
		if err := op.Codec.Unmarshal(got.body.Bytes(), out); err != nil {
			return fmt.Errorf("the answer of %s %w", op.Name, ErrUnreadable) // not what is in it
		}
		return nil
	}
	code, message := jsonRefusal(got.body.Bytes())
	if op.Version != "" {
		code, message = queryRefusal(got.body.Bytes())
	}
	return &Error{
		Service: op.Service, Operation: op.Name, Status: got.status, RequestID: got.requestID(),
		Code: code, Message: message, Modelled: slices.Contains(op.Errors, code),
	}
}

// jsonRefusal reads code and message of an error of AWS JSON.
func jsonRefusal(body []byte) (code, message string) {
	var refusal struct {
		Type    string `json:"__type"`
		Message string // or message
	}
	_ = json.Unmarshal(body, &refusal)
	return refusal.Type[strings.LastIndex(refusal.Type, "#")+1:], refusal.Message
}

// ErrUnreadable is an answer that says that a call has succeeded, and no more that makes sense.
var ErrUnreadable = errors.New("cannot be read")

// Error is how a call has failed.
type Error struct {
	Service, Operation string // as the SDK calls them: "Secrets Manager", "GetSecretValue"
	Status             int
	RequestID          string
	Code, Message      string
	// Modelled says that the code is one of the operation's own.
	Modelled bool
}

// Error is what the SDK of Go says of it.
func (e *Error) Error() string {
	kind := "api error "
	if e.Modelled {
		kind = ""
	}
	return fmt.Sprintf("operation error %s: %s, https response error StatusCode: %d, RequestID: %s, %s%s: %s",
		e.Service, e.Operation, e.Status, e.RequestID, kind, e.Code, e.Message)
}
