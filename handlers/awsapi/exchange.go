package awsapi

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// exchange is one request and its answer.
type exchange struct {
	options *Options
	call    Call
	known   bool // whether call.Operation is one of the service's
	start   time.Time
	body    []byte
	in      *[]byte // the pooled memory of body
}

// protocol is what differs between the protocols.
type protocol interface {
	// serve reads x.body, calls the operation and writes its answer.
	serve(ctx context.Context, x *exchange, r *http.Request, answer *payload) error
	// appendFailure appends the error body.
	appendFailure(buf []byte, x *exchange, f *failure) []byte
	contentType() string
	// serverCode names an error on our side.
	serverCode() string
}

// respond handles one request from end to end.
func respond(p protocol, service string, o *Options, w http.ResponseWriter, r *http.Request) {
	x := exchange{options: o, start: time.Now()}
	out := takeBuffer()
	defer giveBuffer(out)

	answer := payload{text: (*out)[:0]}
	status := http.StatusOK
	var f *failure
	if err := x.answer(p, service, w, r, &answer); err != nil {
		f = describe(err, x.call.RequestID, p.serverCode())
		status = f.status
		answer.clear()
		answer.text = p.appendFailure(answer.text, &x, f)
	}
	*out = answer.text
	x.log(r.Context(), status, f)
	o.Observe(service, x.operationLabel(), status, time.Since(x.start))
	if x.in != nil {
		giveBuffer(x.in)
	}

	h := w.Header()
	values := []string{p.contentType(), strconv.Itoa(answer.len()), x.call.RequestID}
	h["Content-Type"], h["Content-Length"] = values[:1:1], values[1:2:2]
	h["x-amzn-RequestId"] = values[2:] // in AWS's casing, which Set would change
	w.WriteHeader(status)
	answer.send(w)
}

// answer writes the answer, or returns the error, a panic's included.
func (x *exchange) answer(p protocol, service string, w http.ResponseWriter, r *http.Request, answer *payload) (err error) {
	defer func() {
		if value := recover(); value != nil {
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value)
			}
			err = &panicked{value, debug.Stack()}
		}
	}()
	if x.call, err = x.options.call(service, r); err != nil {
		return err
	}
	if err := x.read(w, r); err != nil {
		return err
	}
	x.call.RequestBytes = len(x.body)
	return p.serve(r.Context(), x, r, answer)
}

// read reads the body into pooled memory, which lives until the answer is written.
func (x *exchange) read(w http.ResponseWriter, r *http.Request) error {
	limit := x.options.MaxBody
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // rather than read what nobody wants
		return tooLarge(limit)
	}
	x.in = takeBuffer()
	buf := (*x.in)[:0]
	body := r.Body
	if r.ContentLength < 0 { // else net/http ends the body there
		body = http.MaxBytesReader(w, body, limit)
	}
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == nil {
			continue
		}
		*x.in, x.body = buf, buf
		if err == io.EOF {
			return nil
		}
		var over *http.MaxBytesError
		if errors.As(err, &over) {
			return tooLarge(limit)
		}
		return &Error{Code: "SerializationException", Message: "The request body ended early."}
	}
}

// tooLarge has no model: the real service's front end cuts such requests off.
func tooLarge(limit int64) error {
	return &Error{
		Code:    "RequestEntityTooLargeException",
		Message: "The request body is larger than " + strconv.FormatInt(limit, 10) + " bytes.",
		Status:  http.StatusRequestEntityTooLarge,
	}
}

// operationLabel keeps what clients make up out of the metrics.
func (x *exchange) operationLabel() string {
	if x.known {
		return x.call.Operation
	}
	return "Unknown"
}

// log writes the request's one line: at level error, and in full, for what went
// wrong on our side. f is nil for an answer.
func (x *exchange) log(ctx context.Context, status int, f *failure) {
	level := slog.LevelInfo
	if f != nil && f.internal {
		level = slog.LevelError
	}
	logger := x.options.Logger
	if !logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("operation", x.call.Operation),
		slog.Int("status", status),
		slog.Duration("duration", time.Since(x.start)),
		slog.String("requestId", x.call.RequestID),
		slog.String("region", x.call.Region),
	}
	if f != nil {
		attrs = append(attrs, slog.String("error", f.code), slog.String("reason", cmp.Or(f.reason, f.message)))
	}
	logger.LogAttrs(ctx, level, "request", attrs...)
}

// maxPooled is the largest buffer that is kept: room for the description of 100
// tasks, which a client may ask for all the time. Rare giants are left to the
// garbage collector.
const maxPooled = 1 << 20

// buffers holds memory for bodies.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

func takeBuffer() *[]byte { return buffers.Get().(*[]byte) }

func giveBuffer(b *[]byte) {
	if cap(*b) <= maxPooled {
		buffers.Put(b)
	}
}
