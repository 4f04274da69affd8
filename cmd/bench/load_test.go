package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/rawhttp"
)

func TestRoundEndsAfterItsRequestsAndNoTokenComesTwice(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		seen[string(body)] = true
	}))
	defer server.Close()
	c, err := rawhttp.Connect(t.Context(), server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request := rawhttp.Operation("RunTask", token)
	made, err := drive([]sender{c}, request, extent{time.Minute, 25})
	if err != nil || made.requests != 25 {
		t.Fatalf("%d requests, %v; want 25", made.requests, err)
	}
	if len(seen) != 25 {
		t.Errorf("%d different tokens in 25 requests", len(seen))
	}
	for body := range seen {
		if len(body) != len(token) || !strings.HasSuffix(body, "-bench-token") {
			t.Errorf("the request has become %q", body)
		}
	}
}
