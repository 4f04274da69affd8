package balancer_test

import (
	"fmt"
	"net/http"
	"testing"
)

func TestForwardKeepsWhatWasSent(t *testing.T) {
	s := newScene(t)
	s.one(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Forwarded-For"))
	})
	for _, path := range []string{"/", "/a%2Fb|c?q=%zz;1", "//a", "/?", "/a/../b"} {
		_, body := s.raw("GET " + path + " HTTP/1.1\r\nHost: example.com\r\n\r\n")
		if want := "GET " + path + " example.com:8080 127.0.0.1"; body != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
}
