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
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// exchange is one request and its answer.
type exchange struct {
	protocol
	options *Options
	model   Model // of the service, or nil
	row     *Row  // of the operation, nil if it asks for nothing
	call    Call
	known   bool // whether call.Operation is one of the service's
	start   time.Time
	body    []byte
	form    query.Form // body in a Query protocol
	rest    restCall   // in a REST protocol
	status  int        // of an answer; 0: 200
	warned  *unknownMembers
	in      *[]byte // the pooled memory of body
	sent    *[]byte // the pooled memory of a body that was unpacked, as it was sent; else nil
}

// Protocol is how a service speaks: a [JSON], a [REST], a [CBOR] or a [Query], with what is its own.
type Protocol interface {
	// of returns the protocol at work for the service of a name.
	of(service string) protocol
}

// protocol is what differs between the protocols.
type protocol interface {
	// claims reports whether a request is in this protocol and in no other one of a service.
	claims(r *http.Request) bool
	// operation returns the name of the operation that is asked for.
	operation(x *exchange, r *http.Request) (string, error)
	// unknown is the error for an operation that AWS does not know.
	unknown(name string) error
	// decode reads the request into an input.
	decode(x *exchange, in any) error
	// encode writes an output.
	encode(x *exchange, answer *payload, out any)
	// appendFailure appends the error body.
	appendFailure(buf []byte, x *exchange, f *failure) []byte
	contentType() string
	// header adds what an answer has beside the headers of all; the failure is nil if there is none.
	header(h http.Header, r *http.Request, f *failure)
	// words are its codes for refused callers.
	words() *words
	// faults are the errors for a call that is throttled and for one that fails on our side, as
	// CallFaults want it.
	faults() (throttled, failed Error)
	// serverCode names an error on our side.
	serverCode() string
}

// frontEnd serves the requests for one service.
type frontEnd struct {
	Service
	protocols []protocol
	options   Options
	byName    map[string]*Operation
	warned    unknownMembers
}

func (e *frontEnd) protocolOf(r *http.Request) protocol {
	last := len(e.protocols) - 1
	for _, p := range e.protocols[:last] {
		if p.claims(r) {
			return p
		}
	}
	return e.protocols[last]
}

// ServeHTTP handles one request from end to end.
func (e *frontEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{protocol: e.protocolOf(r), options: &e.options, model: e.Model, start: time.Now(), warned: &e.warned}
	out := takeBuffer()
	defer giveBuffer(out)

	answer := payload{text: (*out)[:0]}
	var f *failure
	err := e.answer(&x, w, r, &answer)
	status := cmp.Or(x.status, http.StatusOK)
	if errors.Is(err, errElsewhere) {
		*out = answer.text
		e.options.Elsewhere.ServeHTTP(w, x.asSent(r))
		return
	}
	if err != nil {
		f = describe(x.words().refusal(err), x.call.RequestID, x.serverCode())
		f.cutOff = errors.Is(err, ErrCutOff)
		if own, found := e.Statuses[f.code]; found && f.status == http.StatusBadRequest {
			f.status = own
		}
		status = f.status
		answer.clear()
		answer.text = x.appendFailure(answer.text, &x, f)
	}
	*out = answer.text
	x.log(r.Context(), status, f)
	e.options.Observe(e.Name, x.operationLabel(), status, time.Since(x.start))
	x.release()

	h := w.Header()
	values := []string{x.contentType(), strconv.Itoa(answer.len()), x.call.RequestID}
	h["Content-Type"], h["Content-Length"] = values[:1:1], values[1:2:2]
	h["x-amzn-RequestId"] = values[2:] // in AWS's casing, which Set would change
	x.header(h, r, f)
	w.WriteHeader(status)
	answer.send(w)
}

// answer writes the answer, or returns the error, a panic's included.
func (e *frontEnd) answer(x *exchange, w http.ResponseWriter, r *http.Request, answer *payload) (err error) {
	defer func() {
		if value := recover(); value != nil {
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value)
			}
			err = &panicked{value, debug.Stack()}
		}
	}()
	if x.call, err = x.options.call(e.Name, r); err != nil {
		return err
	}
	x.call.Host, x.call.Secure = r.Host, secure(r)
	if err := x.read(w, r); err != nil {
		return err
	}
	if err := x.unpack(r); err != nil {
		return err
	}
	x.call.RequestBytes = len(x.body)
	name, err := x.operation(x, r)
	if err != nil {
		return err
	}
	x.call.Operation = name
	if x.options.Authenticate != nil {
		if err := x.options.Authenticate(r, &x.call, x.bodyAsSent()); err != nil {
			return err
		}
	}
	operation, found := e.byName[name]
	switch {
	case e.Shared && e.options.Elsewhere != nil && (!found || !operation.Built()):
		if err := x.allowElsewhere(NewContext(r.Context(), x.call), e.Actions, operation); err != nil {
			return err
		}
		return errElsewhere
	case found:
	case e.Complete:
		return x.unknown(name)
	default:
		return notImplemented(e.Name, e.Name+" "+name)
	}
	x.known, x.row = true, operation.row
	ctx := NewContext(r.Context(), x.call)
	if err := e.options.Faults.of(ctx, x.call, x.protocol); err != nil {
		return err
	}
	return operation.serve(ctx, x.protocol, x, answer)
}

// secure reports whether a client has sent a request by HTTPS, as the proxy that it reached says.
func secure(r *http.Request) bool {
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(first), "https")
}

// read reads the body into pooled memory, which lives until the answer is written.
func (x *exchange) read(w http.ResponseWriter, r *http.Request) error {
	limit := x.options.MaxBody
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close") // rather than read the rest in vain
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

// operationLabel keeps what clients make up out of the metrics.
func (x *exchange) operationLabel() string {
	if x.known {
		return x.call.Operation
	}
	return "Unknown"
}

// log writes the request's one line: at level debug for an answer, which most lines
// would else be, as waiters poll, and for a refusal that the caller expects or that comes
// too late for it; at warn for any other refusal; at error, and in full, for what went wrong on our side. f is nil for
// an answer.
func (x *exchange) log(ctx context.Context, status int, f *failure) {
	level := slog.LevelDebug
	switch {
	case f != nil && f.internal:
		level = slog.LevelError
	case f != nil && !f.cutOff && !x.options.Expects(ctx, f.code):
		level = slog.LevelWarn
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
