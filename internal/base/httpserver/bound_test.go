package httpserver

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestAClientThatReadsNothingGivesWay has room for one connection, which has an answer to read that does not fit into
// the buffers of any system.
func TestAClientThatReadsNothingGivesWay(t *testing.T) {
	asked, cut := make(chan struct{}), make(chan struct{})
	server := New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				close(cut)
				return
			}
		}
	}), slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bound := Bound(listener, server, 1).(*bounded)
	bound.patience = 0
	go func() { _ = server.Serve(bound) }()
	defer server.Close()
	connect := func() net.Conn {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	fmt.Fprint(connect(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-asked
	patience := time.After(20 * time.Second)
	for {
		connect()
		select {
		case <-cut:
			return
		case <-patience:
			t.Fatal("its connection stays")
		case <-time.After(10 * time.Millisecond):
		}
	}
}
