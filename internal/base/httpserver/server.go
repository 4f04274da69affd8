// Package httpserver makes servers that end connections without progress, so that no client keeps others out:
//
//	server := httpserver.New(httpserver.BoundBodies(handler), log)
//	err := server.Serve(httpserver.Bound(listener, server, httpserver.MostConnections()))
package httpserver

import (
	"log/slog"
	"net/http"
	"time"
)

const (
	// headerPatience is how long a server waits for the header of a request that has begun.
	headerPatience = 10 * time.Second
	// idlePatience is how long a connection may rest between requests. The SDK for Go closes its own after 90
	// seconds, which should come first.
	idlePatience = 2 * time.Minute
)

// New returns a server. Messages of net/http go to log.
func New(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerPatience, IdleTimeout: idlePatience,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
