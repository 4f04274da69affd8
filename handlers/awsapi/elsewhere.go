package awsapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
)

// errElsewhere says that Options.Elsewhere has the answer.
var errElsewhere = errors.New("left to the upstream")

// allowElsewhere asks for an operation that is left to the upstream: for what its row says, or else for its action on "*". An
// input that cannot be read here is the upstream's to refuse. operation is nil if the service has none of the name.
func (x *exchange) allowElsewhere(ctx context.Context, actions string, operation *Operation) error {
	if x.call.Authorize == nil {
		return nil
	}
	if operation != nil && operation.row != nil {
		in := reflect.New(operation.Input).Interface()
		if x.decode(x, in) == nil && (x.model == nil || x.model.Check(x.call.Operation, in) == nil) {
			return AllowAll(ctx, operation.row.asks(x.call, in))
		}
	}
	return AllowAll(ctx, []Access{{Action: actions + ":" + x.call.Operation, Resource: "*"}})
}

// asSent is the request as its sender wrote it, in whose context is the call. Its body is not given back to the
// pool: who sends it on may still read it when there is an answer.
func (x *exchange) asSent(r *http.Request) *http.Request {
	r = r.WithContext(NewContext(r.Context(), x.call))
	body := x.bodyAsSent()
	if x.sent != nil {
		giveBuffer(x.in)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

// bodyAsSent is the body as it came, which may be packed.
func (x *exchange) bodyAsSent() []byte {
	if x.sent != nil {
		return *x.sent
	}
	return *x.in
}

// release gives the memory of the request back.
func (x *exchange) release() {
	for _, memory := range []*[]byte{x.in, x.sent} {
		if memory != nil {
			giveBuffer(memory)
		}
	}
}
