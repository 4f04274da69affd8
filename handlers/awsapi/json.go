package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// JSON is AWS JSON 1.0 or 1.1: POST with an X-Amz-Target.
type JSON struct {
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
	// Unknown refuses a member that a structure does not have, where others of the service's have it. Nil: all are skipped.
	Unknown func(structure, member string) error
	// Errors says how errors are named, where it is not by their codes alone.
	Errors ErrorNames
}

func (j JSON) of(service string) protocol {
	if j.Version == "" {
		j.Version = "1.1"
	}
	if j.Codec == nil {
		j.Codec = wire.LowerCamel
	}
	if j.Refuse == nil {
		j.Refuse = func(_ string, v *wire.Violation) error {
			return &Error{Code: "ValidationException", Message: v.Error()}
		}
	}
	return &jsonProtocol{JSON: j, service: service, target: j.TargetPrefix + ".", mediaType: "application/x-amz-json-" + j.Version}
}

type jsonProtocol struct {
	JSON
	service, target, mediaType string
}

var _ protocol = (*jsonProtocol)(nil)

func (j *jsonProtocol) contentType() string         { return j.mediaType }
func (j *jsonProtocol) serverCode() string          { return "ServerException" }
func (j *jsonProtocol) claims(r *http.Request) bool { return r.Header.Get("X-Amz-Target") != "" }

func (j *jsonProtocol) header(h http.Header, r *http.Request, f *failure) { j.Errors.header(h, r, f) }

func (j *jsonProtocol) operation(x *exchange, r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", &Error{
			Code:    "UnknownOperationException",
			Message: "Operations of " + j.service + " are called with POST, not " + r.Method + ".",
			Status:  http.StatusMethodNotAllowed,
		}
	}
	target := r.Header.Get("X-Amz-Target")
	name, ok := strings.CutPrefix(target, j.target)
	if !ok {
		x.call.Operation = target // for the log
		return "", j.unknown(target)
	}
	return name, nil
}

func (j *jsonProtocol) unknown(string) error { return &Error{Code: "UnknownOperationException"} }

func (j *jsonProtocol) decode(x *exchange, in any) error {
	var unknown error
	err := j.Codec.UnmarshalNoting(x.body, in, func(structure, member string) {
		if j.Unknown != nil && unknown == nil {
			unknown = j.Unknown(structure, member)
		}
		x.warnUnknown(structure, member)
	})
	if unknown != nil {
		return unknown
	}
	var violation *wire.Violation
	if err != nil && errors.As(err, &violation) {
		return fmt.Errorf("%w (%w)", j.Refuse(x.call.Operation, violation), violation) // the log gets the path
	}
	return err
}

func (j *jsonProtocol) encode(_ *exchange, answer *payload, out any) {
	if p, ok := out.(Pieces); ok {
		answer.set(p.Pieces())
		return
	}
	answer.text = j.Codec.Append(answer.text, out)
}

// appendFailure writes {"__type":"X","message":"…"} and the other members that an
// exception has.
func (j *jsonProtocol) appendFailure(buf []byte, _ *exchange, f *failure) []byte {
	buf = append(buf, `{"__type":`...)
	buf = wire.AppendString(buf, j.Errors.typeOf(f))
	if members := exceptionMembers(j.Codec, f.exception); members != nil {
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
func exceptionMembers(codec *wire.Codec, exception smithy.APIError) []byte {
	var generic *smithy.GenericAPIError
	if exception == nil || errors.As(exception, &generic) {
		return nil
	}
	text := codec.Marshal(exception)
	if len(text) <= len("{}") {
		return nil
	}
	return text[1:]
}

func (j *jsonProtocol) words() *words { return &jsonWords }
