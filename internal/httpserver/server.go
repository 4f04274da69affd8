// Package httpserver makes servers whose clients may be slow or rest, but not for ever, and not all at the
// cost of the others:
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
	// headerPatience is for how long a server waits for the header of a request that has begun.
	headerPatience = 10 * time.Second
	// idlePatience is for how long a connection may rest between requests. The SDK for Go keeps idle ones for
	// 90 seconds, and is to be the one that closes them.
	idlePatience = 2 * time.Minute
)

// New returns a server that tells log what net/http has to say.
func New(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerPatience, IdleTimeout: idlePatience,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
