package handlers

import (
	"context"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"time"
)

// passIdle is for how long connections are kept: less than the 60 seconds of load balancers.
const passIdle = 30 * time.Second

// passOn passes requests on as they came, over connections that dial makes: a load balancer is to see
// what clients have sent.
func passOn(dial func(ctx context.Context, address string) (net.Conn, error), complaints *log.Logger) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: &http.Transport{
			DisableCompression: true, // or it would ask for it, and unpack answers
			IdleConnTimeout:    passIdle,
			DialContext:        func(ctx context.Context, _, address string) (net.Conn, error) { return dial(ctx, address) },
		},
		FlushInterval: -1,
		Rewrite:       keepAll,
		ErrorLog:      complaints,
	}
}

// keepAll leaves a request as it came.
func keepAll(r *httputil.ProxyRequest) {
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
