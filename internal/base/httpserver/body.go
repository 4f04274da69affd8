package httpserver

import (
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// bodyPatience is how long a server waits for the next part of a request's body.
	bodyPatience = 30 * time.Second
	// renewal is how old a deadline may be when it is left as it is.
	renewal = time.Second
)

// BoundBodies gives up on requests whose body makes no progress. A whole body, and an answer, may take any time.
func BoundBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{ReadCloser: r.Body, conn: http.NewResponseController(w)}
		b.extend() // also for what the handler leaves for net/http to read
		defer b.end()
		bounded := *r // net/http looks at the body of its own request, to see whether the client awaits 100 Continue
		bounded.Body = b
		next.ServeHTTP(w, &bounded)
	})
}

// body is the body of a request. Each read renews the deadline of its connection.
type body struct {
	io.ReadCloser
	conn *http.ResponseController

	mu    sync.Mutex
	last  time.Time // when the deadline was set
	ended bool
}

// Read implements io.Reader. With the last part net/http lifts the deadline, to see when the client leaves.
func (b *body) Read(p []byte) (int, error) {
	b.extend()
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

// extend renews the deadline. Writers of tests may have none, which is no error.
func (b *body) extend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); !b.ended && now.Sub(b.last) > renewal {
		b.last = now
		_ = b.conn.SetReadDeadline(now.Add(bodyPatience))
	}
}

// end leaves the deadline to net/http: a handler may still read the body when the connection serves the next request.
func (b *body) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
}
