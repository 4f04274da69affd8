package proxy

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/rule"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/target"
)

// exchange is a request with its answer. It is used again for another when both are done.
type exchange struct {
	runtime  *listener.Runtime
	listener *listener.Listener
	request  *http.Request
	writer   http.ResponseWriter
	client   *clientConn // nil in HTTP/2
	asked    rule.Request
	host     string // in the place of the Host header, if it is rewritten
	uri      string // in the place of path and query, if they are
	line     string // what a target is asked for in HTTP/1
	source   netip.AddrPort
	cookies  []string // to set on the answer

	pool   *target.Pool
	target *target.Target
	upload *upload          // the request's body on its way, in HTTP/1
	took   time.Duration    // from the request's leaving until its answer came
	tried  []*target.Target // of a proxy: those before the present one
	limit  time.Time        // of a proxy: when the answer is to have ended; zero is without end
	spent  bool             // of a proxy: something of the body has been read
	heard  bool             // of a proxy: something of an answer has come
	record *record          // of a proxy
	id     string           // of a proxy: X-Request-Id
	last   bool             // the connection of HTTP/1 ends with the answer: what follows may be no request

	out    http.Request // to a target, and its header: see pass
	header http.Header
	proxy  httputil.ReverseProxy // for what pass is not for
}

var exchanges = sync.Pool{New: func() any {
	x := new(exchange)
	x.proxy = httputil.ReverseProxy{
		Rewrite: x.rewrite, Transport: x, ModifyResponse: x.modifyForReverseProxy, ErrorHandler: x.failed, BufferPool: buffers, ErrorLog: discarded,
	}
	return x
}}

// mostKept is how many fields a header may have that is used again.
const mostKept = 64

// release gives the exchange back; nothing may hold on to it.
func (x *exchange) release() {
	proxy, cookies, tried, header := x.proxy, x.cookies[:0], x.tried[:0], x.header
	clear(x.tried)
	if len(header) > mostKept {
		header = nil
	}
	clear(header)
	*x = exchange{proxy: proxy, cookies: cookies, tried: tried, header: header}
	exchanges.Put(x)
}

func (x *exchange) now() time.Time { return x.runtime.Now() }

// serve answers a request that came to a listener.
func serve(run *listener.Runtime, l *listener.Listener, w http.ResponseWriter, r *http.Request) {
	x := exchanges.Get().(*exchange)
	x.runtime, x.listener, x.request, x.writer = run, l, r, w
	if x.client, _ = r.Context().Value(clientConnKey{}).(*clientConn); x.client != nil && x.client.speaks.http2() {
		x.client = nil
	}
	if x.client != nil {
		if !x.client.begin(r) {
			x.release()
			panic(http.ErrAbortHandler) // net/http closes the connection, without an answer
		}
	} else {
		stream := newStreamWriter(w, l.Settings.Idle)
		defer stream.end(r)
		w, x.writer = stream, stream
	}
	if l.Connect != nil {
		x.record = &record{began: time.Now(), at: run.Now()}
	}
	defer func() {
		x.finish()
		if x.client != nil {
			x.client.end(r, x.last)
		}
		x.release()
	}()
	x.source, _ = netip.ParseAddrPort(r.RemoteAddr)
	host, _ := splitPort(r.Host)
	path, query := sentURI(r)
	x.asked = rule.Request{Host: host, Path: path, Query: query, Source: x.source.Addr().Unmap(), Request: r}
	if code := x.refused(); code != 0 {
		x.last = true
		x.page(w, code)
		return
	}
	if x.client != nil {
		folded, _ := x.client.lines()
		x.last = folded || x.contradicts()
	}
	x.route(w, r)
}

// route answers a request by the rule that it takes.
func (x *exchange) route(w http.ResponseWriter, r *http.Request) {
	switch chosen := rule.Choose(x.listener.Rules, x.asked); {
	case chosen == nil:
		x.page(w, http.StatusServiceUnavailable)
	case !x.transform(chosen.Transforms):
		x.page(w, http.StatusInternalServerError)
	default:
		x.act(w, r, chosen.Action)
	}
}

// sentURI is a request's path and query as they were sent.
func sentURI(r *http.Request) (path, query string) {
	uri := r.RequestURI
	if !strings.HasPrefix(uri, "/") { // a whole URL
		uri = r.URL.RequestURI()
	}
	path, query, _ = strings.Cut(uri, "?")
	return path, query
}

// Limits of a request, by the guide's page of quotas and errors.
const (
	maxLine   = 16 << 10
	maxHeader = 16 << 10
)

// refused is the code for what no target gets to see, or 0. Net/http has refused what it
// cannot read. A head with Content-Length beside Transfer-Encoding may be two requests to
// others: only the mode that monitors lets it through, and then the connection ends.
// (By the guide the defensive mode may pass such a request on, too.) The connection also ends behind a header
// of more than one line, which is ambiguous to aws/http-desync-guardian. Lines that end with LF alone are
// acceptable to it. The strictest mode refuses both.
func (x *exchange) refused() int {
	r := x.request
	if x.listener.Connect != nil {
		return x.refusedByProxy()
	}
	switch {
	case r.Method == http.MethodTrace:
		return http.StatusMethodNotAllowed
	case x.client != nil && r.ProtoMajor > 1: // the preface of HTTP/2, which is spoken over TLS alone
		return http.StatusHTTPVersionNotSupported
	case r.Method == http.MethodConnect, x.client == nil && !fitsLine(r):
		return http.StatusBadRequest
	case len(r.Method)+len(r.RequestURI) > maxLine, tooLarge(r.Header):
		return http.StatusBadRequest
	case x.client != nil && !x.listener.Settings.MonitorDesync && x.contradicts():
		return http.StatusBadRequest
	case x.listener.Settings.StrictDesync && r.ProtoMajor == 1 && x.client != nil && (ambiguous(r) || x.irregular()):
		return http.StatusBadRequest
	case tooManyForwarded(r.Header):
		return 463
	}
	return 0
}

// contradicts tells whether a head says two things about its body.
func (x *exchange) contradicts() bool {
	length, encoding := x.client.says()
	if !x.request.ProtoAtLeast(1, 1) {
		return encoding
	}
	return len(x.request.TransferEncoding) > 0 && length
}

// irregular tells whether the lines of a head are not as they should be.
func (x *exchange) irregular() bool {
	folded, bare := x.client.lines()
	return folded || bare
}

// ambiguous tells whether a request has no use for what its head says about a body, be it an
// empty one. The guide has others of that kind, all of which net/http refuses, or reads in one
// way; see "Classification reasons" in its page about access logs.
func ambiguous(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && (len(r.Header["Content-Length"]) > 0 || len(r.TransferEncoding) > 0)
}

// fitsLine tells whether the method and the path of a request in HTTP/2 can stand in a line of
// HTTP/1: with a blank in one of them a target would read another line.
func fitsLine(r *http.Request) bool {
	if !isToken(r.Method) {
		return false
	}
	return strings.IndexFunc(r.RequestURI, func(c rune) bool { return c <= ' ' || c == 0x7f }) < 0
}

// isToken tells whether a text can be a method or the name of a header.
func isToken(text string) bool {
	for i := range len(text) {
		if c := asciiLower(text[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return text != ""
}

func tooLarge(h http.Header) bool {
	for name, values := range h {
		for _, v := range values {
			if len(name)+len(v) > maxHeader {
				return true
			}
		}
	}
	return false
}

// asciiLower is a letter in its small form; other bytes stay.
func asciiLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
