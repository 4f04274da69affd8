// Package apiclient calls operations of AWS from inside this process, as a principal:
//
//	client := apiclient.New(apiclient.Options{Endpoint: handler, Host: "127.0.0.1:4577", Services: services})
//	err := client.Do(ctx, apiclient.Root(scope), apiclient.Of("ec2", "CreateVpc"), &in, &out)
//
// in and out are pointers to the types of internal/base/sdk: ec2.CreateVpcInput, ec2.CreateVpcOutput; out may be nil. A refusal is
// an [*Error] with AWS's code and message. AWS JSON, AWS Query, EC2's dialect and REST JSON are spoken by the codecs of the servers.
// No call is repeated, and no client token is made up.
//
// A call goes through the emulator's own endpoint, as that of any client does: it is signed,
// identified, authorized, logged and counted there, and what the emulator does not have goes to
// the upstream. So a caller need not know which services are here.
package apiclient

import (
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
	// Services tells how the operations of a service are called, by its name in signatures; nil if it is not known. It
	// completes operations that do not say it. Nil: none is known.
	Services func(signed string) *Service
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

// Do calls an operation as a principal. The answer goes to out unless that is nil. A refusal is an
// *Error, which may be wrapped; ErrUnreadable says that the call has succeeded, and its answer
// makes no sense.
func (c *Client) Do(ctx context.Context, as Principal, op Operation, in, out any) error {
	op, err := c.complete(op)
	if err != nil {
		return err
	}
	if out != nil && op.Version != "" && op.Form == nil {
		return errNoOutput
	}
	r, body, err := op.request(ctx, c.options.Host, in)
	if err != nil {
		return err
	}
	got, err := c.send(r, as, op.Signed, body)
	if err != nil {
		return fmt.Errorf("call %s: %w", op.Name, err)
	}
	if got.status/100 == 2 {
		if out == nil {
			return nil
		}
		if err := op.read(got.body.Bytes(), out); err != nil {
			return fmt.Errorf("the answer of %s %w", op.Name, ErrUnreadable) // not what is in it
		}
		return nil
	}
	code, message := op.refusal(got)
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

// Refusal is the action, as policies name it, with the code and the text of the answer; empty if the service itself has failed.
func (e *Error) Refusal() (action, code, message string) {
	if e.Status >= http.StatusInternalServerError {
		return "", "", ""
	}
	return strings.ToLower(e.Service) + ":" + e.Operation, e.Code, e.Message
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
