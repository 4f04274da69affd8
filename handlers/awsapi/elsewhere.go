package awsapi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// errElsewhere says that Options.Elsewhere has the answer.
var errElsewhere = errors.New("left to the upstream")

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
