package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator/wire"
)

// JSON is a service that speaks AWS JSON 1.0 or 1.1: POST with an X-Amz-Target.
type JSON struct {
	// Service names it in logs and metrics: "ecs".
	Service string
	// TargetPrefix is the part of X-Amz-Target before the dot:
	// "AmazonEC2ContainerServiceV20141113".
	TargetPrefix string
	// Version of the protocol. Default "1.1".
	Version string
	// Codec reads inputs and writes outputs. Default wire.LowerCamel. One with
	// rules also validates; then Refuse turns the first violation into the
	// exception of the service.
	Codec  *wire.Codec
	Refuse func(operation string, v *wire.Violation) error
	// Operations by name; see [Op] and [NotImplemented].
	Operations map[string]Operation
	Options    Options
}

// Operation is an entry of a service's table.
type Operation struct {
	serve func(ctx context.Context, c *wire.Codec, body []byte, answer *payload) error
}

// Op makes an operation of a method with the signature of the SDK's client. O is
// usually *ecs.RunTaskOutput or the like; a [wire.Appender] writes its own JSON, and
// [Pieces] have it.
//
// The method's error should be an exception of the SDK's or an [*Error], which may
// be wrapped; any other is logged and answered as ServerException.
func Op[I, O any](method func(context.Context, *I) (O, error)) Operation {
	return Operation{func(ctx context.Context, c *wire.Codec, body []byte, answer *payload) error {
		in := new(I)
		if err := c.Unmarshal(body, in); err != nil {
			return err
		}
		out, err := method(ctx, in)
		if err != nil {
			return err
		}
		if p, ok := any(out).(Pieces); ok {
			answer.set(p.Pieces())
		} else {
			answer.text = c.Append(answer.text, out)
		}
		return nil
	}}
}

// NotImplemented makes an operation that the SDK has and the emulator has not: it
// answers 501 NotImplementedException with a message that names it.
func NotImplemented(operation string) Operation {
	err := notImplemented(operation)
	return Operation{func(context.Context, *wire.Codec, []byte, *payload) error { return err }}
}

// Handler returns the service's front end.
func (s JSON) Handler() http.Handler {
	if s.Version == "" {
		s.Version = "1.1"
	}
	if s.Codec == nil {
		s.Codec = wire.LowerCamel
	}
	if s.Refuse == nil {
		s.Refuse = func(_ string, v *wire.Violation) error {
			return &Error{Code: "ValidationException", Message: v.Error()}
		}
	}
	s.Options = s.Options.withDefaults(s.Service)
	return &jsonFrontEnd{JSON: s, target: s.TargetPrefix + ".", mediaType: "application/x-amz-json-" + s.Version}
}

type jsonFrontEnd struct {
	JSON
	target, mediaType string
}

var _ protocol = (*jsonFrontEnd)(nil)

func (s *jsonFrontEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	respond(s, s.Service, &s.Options, w, r)
}

func (s *jsonFrontEnd) contentType() string { return s.mediaType }
func (s *jsonFrontEnd) serverCode() string  { return "ServerException" }

func (s *jsonFrontEnd) serve(ctx context.Context, x *exchange, r *http.Request, answer *payload) error {
	if r.Method != http.MethodPost {
		return &Error{
			Code:    "UnknownOperationException",
			Message: "Operations of " + s.Service + " are called with POST, not " + r.Method + ".",
			Status:  http.StatusMethodNotAllowed,
		}
	}
	target := r.Header.Get("X-Amz-Target")
	name, ok := strings.CutPrefix(target, s.target)
	if !ok {
		name = target // for the log
	}
	x.call.Operation = name
	operation, found := s.Operations[name]
	if !ok || !found {
		return &Error{Code: "UnknownOperationException"}
	}
	x.known = true
	err := operation.serve(NewContext(ctx, x.call), s.Codec, x.body, answer)
	var violation *wire.Violation
	if errors.As(err, &violation) {
		err = fmt.Errorf("%w (%w)", s.Refuse(name, violation), violation) // the log gets the path
	}
	return err
}

// appendFailure writes {"__type":"X","message":"…"} and the other members that an
// exception has.
func (s *jsonFrontEnd) appendFailure(buf []byte, _ *exchange, f *failure) []byte {
	buf = append(buf, `{"__type":`...)
	buf = wire.AppendString(buf, f.code)
	if members := s.exceptionMembers(f.exception); members != nil {
		return append(append(buf, ','), members...)
	}
	if f.message != "" {
		key := `,"message":`
		if f.capital {
			key = `,"Message":`
		}
		buf = wire.AppendString(append(buf, key...), f.message)
	}
	return append(buf, '}')
}

// exceptionMembers returns the JSON of an SDK exception after its opening brace,
// nil if it has no members.
func (s *jsonFrontEnd) exceptionMembers(exception smithy.APIError) []byte {
	var generic *smithy.GenericAPIError
	if exception == nil || errors.As(exception, &generic) {
		return nil
	}
	text := s.Codec.Marshal(exception)
	if len(text) <= len("{}") {
		return nil
	}
	return text[1:]
}
