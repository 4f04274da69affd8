package proxy

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// A connection keeps no more of a large body than the head of another request that may be at
// its end, and finds that again.
func TestHeadsAmongBodies(t *testing.T) {
	const head, next, size = "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 1_000_000
	client, server := net.Pipe()
	defer func() { _ = client.Close() }()
	c := &clientConn{Conn: server}
	go func() { _, _ = io.WriteString(client, head+strings.Repeat("x", size)+next) }()
	buffer := make([]byte, 32<<10)
	first, err := c.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	c.begin(nil)
	if length, encoding := c.says(); !length || encoding {
		t.Error("the head is not seen")
	}
	for left := len(head) + size + len(next) - first; left > 0; {
		n, err := c.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		left -= n
		if cap(c.head.tail) > 4*readAhead {
			t.Fatalf("it keeps %d bytes", cap(c.head.tail))
		}
	}
	c.end(&http.Request{ContentLength: size}, false)
	if length, encoding := c.says(); length || !encoding {
		t.Errorf("of the next head it has %+v", c.head)
	}
}

// Half a head costs a connection little, however long it is: there may be many of them.
func TestHalfHeads(t *testing.T) {
	var h clientHead
	h.take([]byte("GET / HTTP/1.1\r\n"))
	for range 15 {
		h.take([]byte("X: " + strings.Repeat("y", 2000)))
		h.take([]byte(strings.Repeat("y", 2000) + "\r\n"))
	}
	if kept := cap(h.line) + cap(h.tail); kept > 100 {
		t.Errorf("it keeps %d bytes", kept)
	}
	h.take([]byte("content-LENGTH"))
	h.take([]byte(": 5\r\n\r"))
	if h.ended || !h.length {
		t.Errorf("%+v", h)
	}
	if h.take([]byte("\nab")); !h.ended || h.after != 2 {
		t.Errorf("%+v", h)
	}
}
