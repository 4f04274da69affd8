package handlers

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Names are those that the endpoint is an HTTP proxy for, and no others.
type Names struct {
	Has  func(name string) bool
	Dial func(ctx context.Context, name string, port int) (net.Conn, error)
}

// Proxy has a handler be an HTTP proxy as well: for requests whose target has one of the names, and for
// connections to one. The gate says which callers are offered it.
// Source: RFC 9110, section 9.3.6; RFC 9112, section 3.2.2.
func Proxy(names Names, gate Gate, next http.Handler, complaints *log.Logger) http.Handler {
	pass := passOn(func(ctx context.Context, address string) (net.Conn, error) {
		name, port := splitTarget(address, 80)
		return names.Dial(ctx, name, port)
	}, complaints)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, port := splitTarget(r.URL.Host, 443)
		if name == "" || !names.Has(name) {
			next.ServeHTTP(w, r)
			return
		}
		if reason := gate.refusal(r, loadBalancerProxy); reason != "" {
			http.Error(w, reason, http.StatusNotFound)
			return
		}
		switch {
		case r.Method == http.MethodConnect:
			connect(w, r, func() (net.Conn, error) { return names.Dial(r.Context(), name, port) })
		case r.URL.Scheme == "http":
			pass.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// splitTarget splits what is behind the scheme, of which the port may be left out.
func splitTarget(host string, otherwise int) (name string, port int) {
	name, text, err := net.SplitHostPort(host)
	if err != nil {
		return strings.TrimSuffix(host, "."), otherwise
	}
	if port, err = strconv.Atoi(text); err != nil {
		return "", 0
	}
	return strings.TrimSuffix(name, "."), port
}

// connect carries bytes between a client and what dial leads to.
func connect(w http.ResponseWriter, r *http.Request, dial func() (net.Conn, error)) {
	there, err := dial()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	client, sent, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "CONNECT takes HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	stop := context.AfterFunc(r.Context(), func() { _ = client.Close(); _ = there.Close() })
	defer stop()
	done := make(chan struct{}, 2)
	pass := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from) // whichever side ends it
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		} else {
			_ = to.Close()
		}
		done <- struct{}{}
	}
	go pass(there, sent)
	go pass(client, there)
	<-done
	<-done
}
