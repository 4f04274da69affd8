package balancer

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
	const head, next, size = "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n", "GET / HTTP/1.1\r\nX-Next: a\r\n\r\n", 1_000_000
	client, server := net.Pipe()
	defer func() { _ = client.Close() }()
	c := &clientConn{Conn: server}
	go func() { _, _ = io.WriteString(client, head+strings.Repeat("x", size)+next) }()
	buffer := make([]byte, 32<<10)
	first, err := c.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	c.begin()
	if !c.says("Content-Length") {
		t.Error("the head is not seen")
	}
	c.judge()
	for left := len(head) + size + len(next) - first; left > 0; {
		n, err := c.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		left -= n
		if cap(c.head) > 4*readAhead {
			t.Fatalf("it keeps %d bytes", cap(c.head))
		}
	}
	c.end(&http.Request{ContentLength: size})
	if !c.says("X-Next") || c.says("Content-Length") {
		t.Errorf("of the next head it has %q", c.head)
	}
}
