package requestload

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
	request := rawhttp.Operation("RunTask", Token)
	made, err := Drive([]Sender{c}, request, Extent{time.Minute, 25})
	if err != nil || made.Requests != 25 {
		t.Fatalf("%d requests, %v; want 25", made.Requests, err)
	}
	if len(seen) != 25 {
		t.Errorf("%d different tokens in 25 requests", len(seen))
	}
	for body := range seen {
		if len(body) != len(Token) || !strings.HasSuffix(body, "-bench-token") {
			t.Errorf("the request has become %q", body)
		}
	}
}
