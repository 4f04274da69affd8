package httpserver

import (
	"bufio"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhoAsksWhetherToSendABodyIsAnsweredAtOnce has a handler that does not want it, and clients that wait for an
// answer before they send one, or send a large one slowly.
func TestWhoAsksWhetherToSendABodyIsAnsweredAtOnce(t *testing.T) {
	for _, header := range []string{"Content-Length: 10\r\nExpect: 100-continue", "Transfer-Encoding: chunked\r\nExpect: 100-continue", "Content-Length: 10000000"} {
		t.Run(header, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := serve(t, http.NotFoundHandler())()
				began := time.Now()
				fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", header)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); answer.StatusCode != http.StatusNotFound || !answer.Close || took > time.Second {
					t.Errorf("got %s after %v, closes %t", answer.Status, took, answer.Close)
				}
				untilClosed(conn)
			})
		})
	}
}
