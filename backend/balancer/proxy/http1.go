package proxy

import (
	"bufio"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// askHTTP1 sends a request to the target and waits for the header of its answer.
func (x *exchange) askHTTP1(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	secure := x.pool.Settings.Protocol == "HTTPS"
	for {
		c, err := x.target.Connect(ctx, x.runtime.Dial, secure, x.patience(), x.listener.Settings.Idle)
		if err != nil {
			return nil, err
		}
		c.End(x.limit)
		answer, sent, err := x.exchangeOn(ctx, c, r)
		if err == nil || sent || !c.Reused || ctx.Err() != nil {
			return answer, err
		}
		// An idle connection that could not be written to: the next one, or a new one.
	}
}

var (
	errUpgrade  = errors.New("the target changes the protocol, unasked")
	errNoStatus = errors.New("the target answers with no status")
)

func (x *exchange) exchangeOn(ctx context.Context, c *target.Conn, r *http.Request) (*http.Response, bool, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	fail := func(sent bool, err error) (*http.Response, bool, error) {
		_ = c.Close()
		stop()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, sent, err
	}
	c.Extend()
	writeHead(c.Writer, r, x.line)
	// The head goes before the body is touched: a connection that turns out to be closed
	// costs nothing of it.
	if err := c.Writer.Flush(); err != nil {
		return fail(c.Sent, err)
	}
	left := time.Now()
	var u *upload
	if r.Body != nil {
		u = newUpload(x, c, r)
		x.upload = u
		go u.run()
	}
	answer, err := x.readAnswer(c, r)
	x.took = time.Since(left)
	if err == nil && answer.StatusCode == http.StatusSwitchingProtocols && r.Header["Upgrade"] == nil {
		err = errUpgrade // the proxy compares what was asked for, be it nothing
	}
	if err != nil {
		x.heard = c.Heard
		_, _, err := fail(true, err)
		return nil, true, u.blame(ctx, err)
	}
	b := &answerBody{conn: c, record: x.record, upload: u, stop: stop, writer: x.writer, answer: answer, inner: answer.Body, keep: !answer.Close}
	b.unsaid = answer.Body != http.NoBody
	answer.Body = b
	if answer.StatusCode == http.StatusSwitchingProtocols {
		answer.Body = &upgraded{answerBody: b}
	}
	return answer, true, nil
}

// writeHead writes a request up to its body. What was hop-by-hop is gone already.
func writeHead(w *bufio.Writer, r *http.Request, uri string) {
	put := func(parts ...string) {
		for _, p := range parts {
			_, _ = w.WriteString(p) // Flush says what went wrong
		}
	}
	put(r.Method, " ", uri, " HTTP/1.1\r\nHost: ", r.Host, "\r\n")
	for name, values := range r.Header {
		if name == "Content-Length" || name == "Host" || name == "User-Agent" && len(values) == 1 && values[0] == "" {
			continue
		}
		for _, v := range values {
			put(name, ": ", v, "\r\n")
		}
	}
	switch {
	case r.ContentLength > 0:
		put("Content-Length: ", strconv.FormatInt(r.ContentLength, 10), "\r\n")
	case r.Body != nil:
		put("Transfer-Encoding: chunked\r\n")
		if len(r.Trailer) > 0 {
			var names []string
			for name := range r.Trailer {
				names = append(names, name)
			}
			put("Trailer: ", strings.Join(names, ", "), "\r\n")
		}
	case len(r.Header["Content-Length"]) > 0: // 0, as the client said
		put("Content-Length: 0\r\n")
	}
	put("\r\n")
}

// readAnswer reads a header. Those of 1xx are passed on but for 100, which the client does not wait for:
// the client has got its own.
func (x *exchange) readAnswer(c *target.Conn, r *http.Request) (*http.Response, error) {
	for {
		answer, err := c.ReadResponse(r)
		if err != nil {
			return nil, err
		}
		switch code := answer.StatusCode; {
		case code >= 200 || code == http.StatusSwitchingProtocols:
			return answer, nil
		case code < 100:
			return nil, errNoStatus
		case code != http.StatusContinue:
			x.inform(code, answer.Header)
		}
	}
}

// isNoField is for names that net/http reads but would not write: a client may take one for
// another.
func isNoField(name string, _ []string) bool { return !isToken(name) }

// inform passes on what a target says before it answers, but not to a client of HTTP/1.0, which would take it for
// the answer (RFC 9110, 15.2).
func (x *exchange) inform(code int, said http.Header) {
	if !x.request.ProtoAtLeast(1, 1) {
		return
	}
	removeHopByHop(said)
	delete(said, "Content-Length") // of a body that it does not have
	maps.DeleteFunc(said, isNoField)
	h := x.writer.Header()
	maps.Copy(h, said)
	x.writer.WriteHeader(code)
	if x.client == nil && x.request.Context().Err() != nil { // in HTTP/2 net/http may be reading the header yet
		panic(http.ErrAbortHandler)
	}
	clear(h) // the answer has its own
}

// removeHopByHop removes the fields of an answer that are about its connection.
func removeHopByHop(h http.Header) {
	named := h["Connection"]
	maps.DeleteFunc(h, func(name string, _ []string) bool { return isHopByHop(name) })
	removeNamed(h, named)
}

func isHopByHop(name string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// removeNamed removes the fields that a header's Connection names.
func removeNamed(h http.Header, connection []string) {
	for _, line := range connection {
		for name := range strings.SplitSeq(line, ",") {
			h.Del(textproto.TrimString(name))
		}
	}
}
