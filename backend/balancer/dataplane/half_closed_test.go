package dataplane_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// A client that has said all may close its side: it gets its answer if that comes soon, and all of
// it as long as something comes of it.
func TestClientsThatCloseTheirSide(t *testing.T) {
	for path, body := range map[string]string{"/": "", "/soon": "", "/pieces": "aaaa"} {
		inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
			_ = conn.CloseWrite()
			wantAnswer(t, reader, http.StatusOK, body)
			began := time.Now()
			if _, err := reader.ReadByte(); err != io.EOF || time.Since(began) > 0 {
				t.Errorf("%s: %v, %v after the answer", path, err, time.Since(began))
			}
		})
	}
	// One that is not answered is given up: it may have gone.
	inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
		fmt.Fprint(conn, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
		_ = conn.CloseWrite()
		began := time.Now()
		wantAnswer(t, reader, 460, "")
		if took := time.Since(began); took != time.Second {
			t.Errorf("given up after %v", took)
		}
	})
}

// Some clients send an empty line behind the body of a POST.
func TestEmptyLineBehindABody(t *testing.T) {
	inBubble(t, func(t *testing.T, conn halfCloser, reader *bufio.Reader) {
		for range 3 {
			fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na")
			wantAnswer(t, reader, http.StatusOK, "a")
			fmt.Fprint(conn, "\r\n")
		}
	})
}
