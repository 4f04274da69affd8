package balancer

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// exchange is a request with its answer. It is used again for another when both are done.
type exchange struct {
	balancer *Balancer
	listener *listener
	request  *http.Request
	writer   http.ResponseWriter
	client   *clientConn // nil in HTTP/2
	asked    asked
	source   netip.AddrPort
	cookies  []string // to set on the answer

	group  *group
	pool   *pool
	target *target
	tried  []*target
	upload *upload // the request's body on its way, in HTTP/1

	proxy httputil.ReverseProxy
}

var exchanges = sync.Pool{New: func() any {
	x := new(exchange)
	x.proxy = httputil.ReverseProxy{
		Rewrite: x.rewrite, Transport: x, ModifyResponse: x.modify, ErrorHandler: x.failed, BufferPool: buffers, ErrorLog: discarded,
	}
	return x
}}

// release gives the exchange back; nothing may hold on to it.
func (x *exchange) release() {
	proxy, tried, cookies := x.proxy, x.tried[:0], x.cookies[:0]
	clear(x.tried)
	*x = exchange{proxy: proxy, tried: tried, cookies: cookies}
	exchanges.Put(x)
}

func (x *exchange) now() time.Time { return x.balancer.options.Now() }

// serve answers a request that came to a listener.
func (l *listener) serve(w http.ResponseWriter, r *http.Request) {
	x := exchanges.Get().(*exchange)
	x.balancer, x.listener, x.request, x.writer = l.balancer, l, r, w
	if x.client, _ = r.Context().Value(clientConnKey{}).(*clientConn); x.client != nil {
		x.client.begin()
	}
	defer func() {
		if x.client != nil {
			x.client.end()
		}
		x.release()
	}()
	l.balancer.counts.requests.Add(1)
	x.source, _ = netip.ParseAddrPort(r.RemoteAddr)
	host, _ := splitPort(r.Host)
	path, query := sentURI(r)
	x.asked = asked{host: host, path: path, query: query, source: x.source.Addr().Unmap(), Request: r}
	if code := x.refused(); code != 0 {
		if x.client != nil {
			w.Header().Set("Connection", "close")
		}
		x.page(w, code)
		return
	}
	if action := decide(l.rules, x.asked); action != nil {
		action.serve(x, w, r)
	} else {
		x.page(w, http.StatusServiceUnavailable)
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
// others: only the mode that monitors lets it through. (By the guide the defensive mode may
// pass such a request on and close both connections.)
func (x *exchange) refused() int {
	r := x.request
	switch {
	case r.Method == http.MethodTrace:
		return http.StatusMethodNotAllowed
	case len(r.Method)+len(r.RequestURI) > maxLine, tooLarge(r.Header):
		return http.StatusBadRequest
	case x.client != nil && len(r.TransferEncoding) > 0 && !x.listener.settings.monitorDesync && x.client.hasLength():
		return http.StatusBadRequest
	case tooManyForwarded(r.Header):
		return 463
	}
	return 0
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
