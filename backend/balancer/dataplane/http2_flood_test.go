package dataplane_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// flooded is a load balancer with a target that answers nothing before its clients go.
type flooded struct {
	*scene
	now, most atomic.Int64 // requests at the target
}

func newFlooded(t *testing.T) *flooded {
	f := &flooded{scene: newScene(t)}
	backend := f.server(func(_ http.ResponseWriter, r *http.Request) {
		n := f.now.Add(1)
		defer f.now.Add(-1)
		for most := f.most.Load(); n > most && !f.most.CompareAndSwap(most, n); most = f.most.Load() {
		}
		<-r.Context().Done()
	})
	f.group("group", nil)
	f.target("group", "a", backend.Listener.Addr().String())
	f.certificate("c", "a")
	f.listenTLS("HTTPS", nil, "c")
	return f
}

// floods sends so many frames, unless the load balancer ends the connection before, and waits for
// its end where it ends it: with an error code of HTTP/2, or -1 if it says none. It may end it some
// time after the last frame, for as much as that fits between the two.
func (f *flooded) floods(most int, wait time.Duration, next func(i int) []byte) (code int, ended bool) {
	f.Helper()
	conn, err := tls.Dial("tcp", f.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // a test's own certificate
	if err != nil {
		f.Fatal(err)
	}
	defer conn.Close()
	said := make(chan int, 1)
	go func() { said <- goneAway(conn) }()
	_, err = conn.Write(append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0, nil)...))
	for i := 0; err == nil && len(said) == 0; i++ {
		if i == most {
			select {
			case code = <-said:
				return code, true
			case <-time.After(wait):
				return 0, false
			}
		}
		_, err = conn.Write(next(i))
	}
	return <-said, true
}

func goneAway(conn io.Reader) int {
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return -1
		}
		payload := make([]byte, binary.BigEndian.Uint32(head)>>8)
		if _, err := io.ReadFull(conn, payload); err != nil {
			return -1
		}
		if head[3] == 7 {
			return int(binary.BigEndian.Uint32(payload[4:]))
		}
	}
}

// Source: CVE-2023-44487, CVE-2023-45288. The defence is net/http's; this shows that it holds
// with the load balancer's own limits, also for its targets.
func TestFloodsOfHTTP2End(t *testing.T) {
	f := newFlooded(t)
	asks := literal(literal(literal(literal(nil, ":method", "GET"), ":scheme", "https"), ":authority", "a"), ":path", "/")
	const enhanceYourCalm, cancel = 11, 8
	// A client that is slow to take requests back is served: only more than can be served is a flood.
	code, ended := f.floods(20_000, 0, func(i int) []byte {
		stream := uint32(2*i + 1)
		return append(frame(1, 5, stream, asks), frame(3, 0, stream, binary.BigEndian.AppendUint32(nil, cancel))...)
	})
	if ended && code != enhanceYourCalm {
		t.Errorf("requests that are taken back at once: %d", code)
	}
	if most := f.most.Load(); most > 128 {
		t.Errorf("a target had %d of them at a time", most)
	}
	_, ended = f.floods(20_000, patience, func(i int) []byte {
		if i == 0 {
			return frame(1, 1, 1, asks)
		}
		return frame(9, 0, 1, literal(nil, "x-flood", "0123456789012345678901234567890123456789"))
	})
	if !ended {
		t.Error("headers without end are taken")
	}
	for f.now.Load() > 0 { // the requests at the target end with their connections
		runtime.Gosched()
	}
}
