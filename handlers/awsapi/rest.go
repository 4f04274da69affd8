package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/rest"
)

// REST is AWS REST JSON: an operation is a method and a path, some members of its input stand in
// the path and in the query, and the others in a body of JSON.
// Source: the Smithy specification, AWS restJson1.
type REST struct {
	// Routes are how operations are called. Each operation of the service that is built has one.
	Routes []rest.Route
	// ErrorSuffix follows the code of an error in the header x-amzn-errortype, after a colon:
	// "http://internal.amazon.com/coral/com.amazonaws.chronos/".
	ErrorSuffix string
	// Codec reads inputs and writes outputs. Default wire.AsIs.
	Codec *wire.Codec
}

func (r REST) of(service string) protocol {
	if r.Codec == nil {
		r.Codec = wire.AsIs
	}
	p := &restProtocol{REST: r, service: service}
	for i := range r.Routes {
		p.routes = append(p.routes, rest.NewPattern(&r.Routes[i]))
	}
	return p
}

type restProtocol struct {
	REST
	service string
	routes  []*rest.Pattern
}

var _ protocol = (*restProtocol)(nil)

// restCall is what a request in REST JSON says outside of its body.
type restCall struct {
	route  *rest.Pattern
	labels map[string]string
	query  string
}

func (p *restProtocol) contentType() string { return "application/json" }
func (p *restProtocol) serverCode() string  { return "InternalServerException" }

// claims is for no service that has it: its paths are its own.
func (p *restProtocol) claims(*http.Request) bool { return true }

// operation is the operation of the path and the method. The words of refusals are the emulator's.
func (p *restProtocol) operation(x *exchange, r *http.Request) (string, error) {
	escaped := r.URL.EscapedPath()
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	var others []string
	for _, route := range p.routes {
		labels, ok := route.Match(segments)
		switch {
		case !ok:
		case route.Method == r.Method:
			x.rest = restCall{route: route, labels: labels, query: r.URL.RawQuery}
			x.status = route.Status
			return route.Operation, nil
		default:
			others = append(others, route.Method)
		}
	}
	x.call.Operation = r.Method + " " + escaped // for the log
	if len(others) > 0 {
		return "", &Error{
			Code: "UnknownOperationException", Status: http.StatusMethodNotAllowed,
			Message: fmt.Sprintf("The path %s of %s is called with %s, not %s.", escaped, p.service, strings.Join(others, ", "), r.Method),
		}
	}
	return "", p.unknown(r.Method + " " + escaped)
}

// Source: the Smithy specification, AWS restJson1, for the status.
func (p *restProtocol) unknown(what string) error {
	return &Error{Code: "UnknownOperationException", Status: http.StatusNotFound, Message: fmt.Sprintf("%s has no operation %s.", p.service, what)}
}

// decode reads the body, and then what stands in the path and in the query. What AWS says of a query that it cannot read has not
// been seen: the code is of what the framework cannot read.
func (p *restProtocol) decode(x *exchange, in any) error {
	if x.rest.route.HasBody(in) {
		if err := p.Codec.UnmarshalNoting(x.body, in, x.warnUnknown); err != nil {
			return err
		}
	}
	err := x.rest.route.Read(in, x.rest.labels, x.rest.query)
	var unreadable *rest.Error
	if errors.As(err, &unreadable) {
		return Errorf("SerializationException", "%s", unreadable.Message)
	}
	return err
}

func (p *restProtocol) encode(_ *exchange, answer *payload, out any) {
	answer.text = p.Codec.Append(answer.text, out)
}

// header has the code of an error, which SDKs read from there.
func (p *restProtocol) header(h http.Header, _ *http.Request, f *failure) {
	if f == nil {
		return
	}
	value := f.code
	if p.ErrorSuffix != "" {
		value += ":" + p.ErrorSuffix
	}
	h["x-amzn-errortype"] = []string{value} // in AWS's casing
}

// appendFailure writes the members of an exception, of which Message is one.
func (p *restProtocol) appendFailure(buf []byte, _ *exchange, f *failure) []byte {
	if members := exceptionMembers(p.Codec, f.exception); members != nil {
		return append(append(buf, '{'), members...)
	}
	return append(wire.AppendString(append(buf, `{"Message":`...), f.message), '}')
}

// A service chooses the statuses of throttled calls. Source: EventBridge Scheduler API reference, for the codes.
func (p *restProtocol) faults() (throttled, failed Error) {
	return Error{Code: "ThrottlingException", Message: "Rate exceeded"},
		Error{Code: p.serverCode(), Message: "Service Unavailable. Please try again later.", Status: http.StatusInternalServerError}
}

func (p *restProtocol) words() *words { return &restWords }
