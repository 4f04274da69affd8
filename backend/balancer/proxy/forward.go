package proxy

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/tlspolicy"
)

var discarded = log.New(io.Discard, "", 0)

// forward passes a request to a target of the group.
func (x *exchange) forward(w http.ResponseWriter, r *http.Request, g *target.Group) {
	x.pool = g.Pool.Load()
	if code := x.incompatible(); code != 0 {
		x.page(w, code)
		return
	}
	x.choose(r, g)
	if next := x.listener.Next.Load(); x.target == nil && next != nil { // the targets went after the rule that led to them
		x.listener, x.host, x.uri, x.cookies = next, "", "", x.cookies[:0]
		x.route(w, r)
		return
	}
	if x.target == nil {
		x.page(w, http.StatusServiceUnavailable)
		return
	}
	x.target.Group.Counts.Request()
	defer func() {
		x.target.Release()
		if x.upload != nil {
			x.upload.abandon()
			x.last = x.last || !x.upload.understood()
		}
	}()
	if x.targetSpeaksHTTP2() || r.Header["Upgrade"] != nil {
		x.proxy.ServeHTTP(w, r)
		return
	}
	x.pass(w, r)
}

// targetSpeaksHTTP2 is asked for each attempt: the group may change between them.
func (x *exchange) targetSpeaksHTTP2() bool {
	version := x.pool.Settings.Version
	return version == "HTTP2" || version == "GRPC"
}

// choose takes a target and counts the request there. If the group changes meanwhile it chooses
// again: a target that drains and has no request may end at once.
func (x *exchange) choose(r *http.Request, g *target.Group) {
	for {
		if x.target = stuckTarget(x.pool.Settings.Stickiness, r, x.pool); x.target == nil {
			x.target = x.pool.Choose(g.Next.Add(1), x.now)
		}
		if x.target == nil {
			return
		}
		x.target.Outstanding.Add(1)
		current := g.Pool.Load()
		if current == x.pool {
			return
		}
		x.target.Release()
		x.pool = current
	}
}

// incompatible is 464 where the client's protocol is none of the group's: HTTP/1 for
// gRPC or HTTP/2, or in HTTP/2 another method than gRPC's. It is in the guide's list of
// errors.
func (x *exchange) incompatible() int {
	switch version := x.pool.Settings.Version; {
	case version != "GRPC" && version != "HTTP2", x.listener.Connect != nil: // a proxy translates
		return 0
	case x.request.ProtoMajor != 2, version == "GRPC" && x.request.Method != http.MethodPost:
		return 464
	}
	return 0
}

// rewrite makes the request that the ReverseProxy sends. Hop-by-hop headers are gone already.
func (x *exchange) rewrite(p *httputil.ProxyRequest) {
	u := p.Out.URL
	u.Scheme, u.Host = "http", x.target.Address
	if x.pool.Settings.Protocol == "HTTPS" {
		u.Scheme = "https"
	}
	path, query, empty := x.locate()
	if x.uri != "" {
		u.Path, _ = url.PathUnescape(path) // Opaque says what that makes no sense of
		u.RawPath = path
	}
	u.RawQuery, u.ForceQuery = query, empty
	if path != u.EscapedPath() && !strings.HasPrefix(path, "//") {
		u.Opaque = path
	}
	p.Out.Trailer = p.In.Trailer // itself: it is filled when the body has been read
	x.complete(p.Out, p.In.Header)
}

// complete makes the header of a request, without hop-by-hop fields, that of one to a target.
func (x *exchange) complete(out *http.Request, in http.Header) {
	if x.listener.Connect != nil {
		x.completeForProxy(out, in)
	} else {
		x.completeForBalancer(out, in)
	}
}

func (x *exchange) completeForBalancer(out *http.Request, in http.Header) {
	l, s := x.listener, &x.listener.Settings
	host := cmp.Or(x.host, x.request.Host)
	if host == "" && !x.request.ProtoAtLeast(1, 1) { // "HTTP connections" in "How Elastic Load Balancing works"
		host = l.Host
	}
	out.Host = hostFor(host, s, l.Port)
	// The client is told to go on as soon as there is a target to read its body; see "HTTP
	// headers" in "How Elastic Load Balancing works".
	delete(out.Header, "Expect")
	leaveWebSockets(out.Header)
	if s.DropInvalid {
		dropInvalid(out.Header)
	}
	setForwarded(out.Header, in, x.source, l)
	given := ""
	if v := in["X-Amzn-Trace-Id"]; len(v) > 0 {
		given = v[0]
	}
	out.Header["X-Amzn-Trace-Id"] = []string{traceID(given, time.Now())}
	if s.TLSHeaders {
		if t := x.tls(); t != nil {
			out.Header[s.TLSVersion], out.Header[s.TLSCipherSuite] = []string{t.Version}, []string{t.Cipher}
		}
	}
}

// leaveWebSockets removes all other upgrades: it is the only one that the guide knows, and h2c would lead past the rules.
func leaveWebSockets(h http.Header) {
	if !strings.EqualFold(h.Get("Upgrade"), "websocket") {
		delete(h, "Upgrade")
		delete(h, "Connection")
	}
}

// locate says what the target is asked for: path and query as they were sent, or as they are
// rewritten, not as a parser would write them. The query may be one without a character.
func (x *exchange) locate() (path, query string, empty bool) {
	path, query, empty = x.asked.Path, x.asked.Query, strings.HasSuffix(x.request.RequestURI, "?")
	if x.uri != "" {
		path, query, empty = strings.Cut(x.uri, "?")
	}
	empty = empty && query == ""
	if x.line = path; query != "" || empty {
		x.line += "?" + query
	}
	return path, query, empty
}

func (x *exchange) tls() *tlspolicy.Info {
	if x.client != nil {
		return x.client.tls
	}
	if x.request.TLS != nil {
		return tlspolicy.NewInfo(*x.request.TLS)
	}
	return nil
}

// RoundTrip asks the target. One that cannot be reached is not replaced by another: "The load
// balancer received a TCP RST from the target when attempting to establish a connection" is the
// first cause of a 502 in the guide's page about errors. ECS takes targets out before it stops tasks.
func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	if x.listener.Connect != nil {
		return x.askUntilDelivered(r)
	}
	return x.ask(r)
}

func (x *exchange) ask(r *http.Request) (*http.Response, error) {
	if x.targetSpeaksHTTP2() {
		return x.askHTTP2(r)
	}
	return x.askHTTP1(r)
}

// modify completes a target's answer.
func (x *exchange) modify(answer *http.Response) {
	x.target.Group.Counts.Answered(answer.StatusCode, x.took)
	if x.listener.Connect != nil {
		x.completeAnswer(answer)
	} else {
		x.mark(answer)
	}
	if _, ok := answer.Header["Content-Type"]; !ok {
		x.writer.Header()["Content-Type"] = nil // net/http's server would guess
	}
}

// mark makes an answer that of a load balancer.
func (x *exchange) mark(answer *http.Response) {
	s := &x.listener.Settings
	if s.HideServer {
		answer.Header.Del("Server")
	}
	for _, h := range s.ResponseHeaders {
		answer.Header.Set(h[0], h[1])
	}
	cookies := targetCookies(x.pool.Settings.Stickiness, answer, x.target, x.now(), x.listener.Secure)
	for _, c := range append(x.cookies, cookies...) {
		answer.Header.Add("Set-Cookie", c)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		x.keepAlive(answer.Header)
	}
}

// failed answers for a target that did not.
func (x *exchange) failed(w http.ResponseWriter, r *http.Request, err error) {
	if x.listener.Connect != nil {
		x.failedForProxy(w, r, err)
		return
	}
	var client *clientError
	var network net.Error
	code := http.StatusBadGateway
	switch {
	case errors.As(err, &client):
		code, x.last = client.code, true
	case r.Context().Err() != nil: // only the log reads it
		code = 460
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		code = http.StatusGatewayTimeout
	}
	x.runtime.Log.Debug("a target did not answer", "target", x.target.Address, "status", code, "err", err)
	x.page(w, code)
}

// bufferPool is where the proxy's buffers are between requests.
type bufferPool struct{ pool sync.Pool }

const bufferSize = 32 << 10

var buffers = &bufferPool{sync.Pool{New: func() any { return new([bufferSize]byte) }}}

// Get and Put are httputil.BufferPool's.
func (p *bufferPool) Get() []byte { return p.pool.Get().(*[bufferSize]byte)[:] }

// Put takes a buffer that Get gave.
func (p *bufferPool) Put(b []byte) { p.pool.Put((*[bufferSize]byte)(b)) }
