package pipelistener_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/httpserver/pipelistener"
)

// TestServesInABubble has a server and a client in a bubble, whose time passes at once while both wait.
func TestServesInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := pipelistener.New()
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Hour)
			_, _ = io.WriteString(w, "hello")
		})}
		go func() { _ = server.Serve(listener) }()
		client := &http.Client{Transport: &http.Transport{DialContext: listener.Dial}}
		answer, err := client.Get("http://anywhere/")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "hello" {
			t.Errorf("the answer is %q, %v; want hello", body, err)
		}
		if err := server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := client.Get("http://anywhere/"); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a request to a server that has ended fails with %v, want %v", err, net.ErrClosed)
		}
	})
}

// TestDialGivesUp wants no connection that comes too late.
func TestDialGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pipelistener.New().Dial(ctx, "tcp", "anywhere:80"); !errors.Is(err, context.Canceled) {
		t.Errorf("without a server, Dial fails with %v, want %v", err, context.Canceled)
	}
}
