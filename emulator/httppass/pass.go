// Package httppass passes HTTP requests on as they came: for those who lead clients to a load
// balancer, which is to see what they have sent.
package httppass

import (
	"context"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"time"
)

// idle is for how long connections are kept: less than the 60 seconds of load balancers.
const idle = 30 * time.Second

// New passes requests on over connections that dial makes. Where to, target says; nil is whereto
// the request says itself.
func New(dial func(ctx context.Context, address string) (net.Conn, error), target func(r *http.Request) (address string), complaints *log.Logger) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: &http.Transport{
			DisableCompression: true, // or it would ask for it, and unpack answers
			IdleConnTimeout:    idle,
			DialContext:        func(ctx context.Context, _, address string) (net.Conn, error) { return dial(ctx, address) },
		},
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			asIs(r)
			if target != nil {
				r.Out.URL.Scheme, r.Out.URL.Host = "http", target(r.In)
			}
		},
		ErrorLog: complaints,
	}
}

// asIs leaves a request as it came.
func asIs(r *httputil.ProxyRequest) {
	r.Out.URL.RawQuery, r.Out.Host = r.In.URL.RawQuery, r.In.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, found := r.In.Header[name]; found {
			r.Out.Header[name] = values
		}
	}
	if _, found := r.In.Header["User-Agent"]; !found {
		r.Out.Header["User-Agent"] = nil // or it would have one
	}
}
