package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// TestInterruptWhileTheEngineIsAsked has an engine that does not answer. Ctrl-C ends the wait for it, and
// nothing is said of an engine that was not waited for.
func TestInterruptWhileTheEngineIsAsked(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan struct{})
	var once sync.Once
	engine := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(asked) })
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	}))
	defer engine.Close()
	defer close(ended)
	cmd := command("serve", "--engine", "auto", "--listen", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "DOCKER_HOST="+strings.Replace(engine.URL, "http://", "tcp://", 1))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	<-asked
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || out.String() != "" {
		t.Errorf("%v: %q", err, out.String())
	}
}
