// Package awsapi speaks the protocols of AWS and knows no service: a service is a value
// with a table of typed functions.
//
//	awsapi.Service{
//		Name: "ecs", ID: "ECS", Title: "Amazon ECS",
//		Protocol:   awsapi.JSON{TargetPrefix: "AmazonEC2ContainerServiceV20141113"},
//		Operations: []awsapi.Operation{awsapi.Works("RunTask", "…", api.RunTask)},
//	}
//
// [JSON] is AWS JSON 1.0 and 1.1, [REST] is REST JSON, [CBOR] is Smithy RPC v2 CBOR, [Query] is AWS
// Query and EC2 Query. Another protocol is one more type that implements [Protocol]. A service may
// have several.
package awsapi

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Options holds what all services of an endpoint share. The zero value is useful.
type Options struct {
	// Region and Account of a call that is not signed, or whose access
	// key id is not an account. Default us-east-1 and 000000000000.
	Region, Account string
	// Caller tells who has the keys that a request is signed with, if the emulator has
	// given them out; known is false for all others. Its error is ErrTokenInvalid or
	// ErrTokenExpired, which each protocol answers in AWS's words. Default: none are known.
	Caller func(signed Scope, token string) (c Caller, known bool, err error)
	// SeeRegion is told the region of each request that is signed for one. Default: nothing is.
	SeeRegion func(region string)
	// Authenticate looks at the signature of a request whose body, as it was sent, is read. It may say who the caller is
	// where Caller did not know, in the Call. Its error is a [*BadSignature], ErrTokenInvalid or ErrTokenExpired. Default:
	// signatures are not looked at. The body is nil if the Call has Unread.
	Authenticate func(r *http.Request, c *Call, body []byte) error
	// Authorize decides whether a caller may do what it wants; see [Allow]. Default: it may.
	Authorize Authorizer
	// Faults has calls go wrong. Default: none.
	Faults *CallFaults
	// MaxBody is the largest request body in bytes. Default 1 MiB.
	MaxBody int64
	// Logger gets one line per request. Default slog.Default().
	Logger *slog.Logger
	// Expects reports whether the caller expects a refusal with a code: the log does not warn of it. Default: no refusal is
	// expected.
	Expects func(ctx context.Context, code string) bool
	// Observe is called once per answered request. operation is "Unknown" when
	// the service has none of the name that was asked for.
	Observe func(service, operation string, status int, d time.Duration)
	// Elsewhere answers the operations of a Shared service that are not built. Nil: they answer 501.
	Elsewhere http.Handler
	// RequestID makes request ids. Default random UUIDs.
	RequestID func() string
}

// DefaultAccount is the account of calls that name none.
const DefaultAccount = "000000000000"

// withDefaults completes the options for one service.
func (o Options) withDefaults(service string) Options {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Account == "" {
		o.Account = DefaultAccount
	}
	if o.Caller == nil {
		o.Caller = func(Scope, string) (Caller, bool, error) { return Caller{}, false, nil }
	}
	if o.SeeRegion == nil {
		o.SeeRegion = func(string) {}
	}
	if o.Faults == nil {
		o.Faults = &CallFaults{}
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Expects == nil {
		o.Expects = func(context.Context, string) bool { return false }
	}
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	if o.RequestID == nil {
		o.RequestID = newRequestID
	}
	o.Logger = o.Logger.With("service", service) // formatted once
	return o
}

// Call is who asks for what: the request as an operation sees it beside its input.
type Call struct {
	Service      string // as in Options of the front end: "ecs"
	Operation    string // "RunTask"
	Region       string // of the signature's credential scope
	Account      string // twelve digits
	AccessKeyID  string // empty when the request is not signed
	Caller       Caller // zero: the root of the account
	Issued       bool   // the emulator has issued the access key
	Host         string // of the emulator, as the client knows it: "127.0.0.1:4577"
	Secure       bool   // the client has sent it by HTTPS, perhaps to a proxy
	RequestID    string
	RequestBytes int // length of the request's body
	// Unread says that the body was not read, as it goes on to an upstream: its signature covers the hash that a header says.
	Unread    bool
	From      Client
	Authorize Authorizer
}

// Client is where a request comes from, as conditions see it (AC60).
type Client struct {
	Address            string // host and port
	UserAgent, Referer string
}

type callKey struct{}

func NewContext(ctx context.Context, c Call) context.Context {
	return context.WithValue(ctx, callKey{}, &c)
}

// FromContext returns the call that ctx carries, the zero Call if none.
func FromContext(ctx context.Context) Call {
	if c := callOf(ctx); c != nil {
		return *c
	}
	return Call{}
}

// callOf is the call itself, which stays as it is; nil if there is none.
func callOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Scope returns where the call acts: the account and region of its ARNs.
func (c Call) Scope() arn.Scope { return arn.Scope{Region: c.Region, Account: c.Account} }

// Principal returns the ARN of the caller, as registeredBy has it. Without keys of the
// emulator's it is the root of the account. A service of AWS has no ARN, and is called by its name;
// a token is called as its provider.
func (c Call) Principal() string {
	if name := cmp.Or(c.Caller.Service, c.Caller.Issuer, c.Caller.ARN); name != "" {
		return name
	}
	return c.Scope().Root()
}

// IsRoot reports whether the caller is the root of the account.
func (c Call) IsRoot() bool {
	name := cmp.Or(c.Caller.Service, c.Caller.Issuer, c.Caller.ARN)
	return name == "" || strings.HasSuffix(name, ":root") && name == c.Scope().Root()
}

// Identity returns the ARN to which what a caller owns belongs, as in createdBy and in
// account settings: that of its role, which sessions come and go for.
// Source: ECS API reference, Service.createdBy; ECS developer guide, account settings.
func (c Call) Identity() string {
	if c.Caller.RoleARN != "" {
		return c.Caller.RoleARN
	}
	return c.Principal()
}
