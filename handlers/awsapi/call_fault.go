package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
)

// Errors of what [CallFaults] asks. Each protocol answers them in AWS's words.
var (
	ErrThrottled = errors.New("the call is throttled")
	ErrFailed    = errors.New("the service fails")
	// ErrCutOff is of a call whose client has gone, or that ends with the emulator. It is answered as ErrFailed, and the log does not
	// warn of it.
	ErrCutOff = errors.New("the call is cut off")
)

// CallFaults has calls go wrong that are right. The zero value is none, which costs a call the look at
// a pointer.
type CallFaults struct {
	ask atomic.Pointer[func(context.Context, Call) error]
}

// Ask has f asked about each call of an operation from now on, before anything else is done for it: it
// may take its time, and its error is [ErrThrottled], [ErrFailed] or one of its own. Nil is none.
func (c *CallFaults) Ask(f func(context.Context, Call) error) {
	if f == nil {
		c.ask.Store(nil)
		return
	}
	c.ask.Store(&f)
}

// Of is what goes wrong with a call that comes in none of the protocols of AWS's APIs, in the words of what is asked; nil is
// nothing.
func (c *CallFaults) Of(ctx context.Context, call Call) error {
	ask := c.ask.Load()
	if ask == nil {
		return nil
	}
	return (*ask)(ctx, call)
}

// of is what goes wrong with a call, in the words of its protocol.
func (c *CallFaults) of(ctx context.Context, call Call, p protocol) error {
	err := c.Of(ctx, call)
	if err == nil {
		return nil
	}
	throttled, failed := p.faults()
	switch {
	case errors.Is(err, ErrThrottled):
		return &throttled
	case errors.Is(err, ErrFailed):
		return &failed
	case errors.Is(err, ErrCutOff):
		return fmt.Errorf("%w: %w", ErrCutOff, &failed)
	}
	return err
}

// Source: ECS API reference, common errors and ServerException; the status of what is throttled is that
// of the model.
func (j *jsonProtocol) faults() (throttled, failed Error) {
	return Error{Code: "ThrottlingException", Message: "Rate exceeded"},
		Error{Code: j.serverCode(), Message: "Service Unavailable. Please try again later.", Status: http.StatusInternalServerError}
}

// Source: the common errors of APIs that speak AWS Query, such as those of IAM; field reports for the
// code Throttling.
func (q *queryProtocol) faults() (throttled, failed Error) {
	return Error{Code: "Throttling", Message: "Rate exceeded"},
		Error{
			Code: q.serverCode(), Message: "The request processing has failed because of an unknown error, exception or failure.",
			Status: http.StatusInternalServerError,
		}
}

// Source: EC2 API reference, error codes.
func (q *ec2Protocol) faults() (throttled, failed Error) {
	return Error{Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: http.StatusServiceUnavailable},
		Error{Code: q.serverCode(), Message: "An internal error has occurred", Status: http.StatusInternalServerError}
}

// Source: CloudWatch API reference, common errors, for the codes.
func (c *cborProtocol) faults() (throttled, failed Error) {
	return Error{Code: "ThrottlingException", Message: "Rate exceeded"},
		Error{Code: c.serverCode(), Message: "Service Unavailable. Please try again later.", Status: http.StatusInternalServerError}
}
