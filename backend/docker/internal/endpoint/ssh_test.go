package endpoint_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// sshEnv makes the test binary the ssh command: it joins standard input and output
// to the socket that it names.
const sshEnv = "ECS_EMULATOR_TEST_SSH"

func TestMain(m *testing.M) {
	if socket := os.Getenv(sshEnv); socket != "" {
		beSSH(socket)
		return
	}
	os.Exit(m.Run())
}

func beSSH(socket string) {
	engine, err := net.Dial("unix", socket)
	if err != nil {
		os.Exit(255)
	}
	if err := os.WriteFile(fmt.Sprint(socket, ".", os.Getpid()), []byte(strings.Join(os.Args[1:], " ")), 0o600); err != nil {
		os.Exit(255)
	}
	go func() {
		_, _ = io.Copy(os.Stdout, engine)
		os.Exit(0)
	}()
	_, _ = io.Copy(engine, os.Stdin)
}

// remote is an engine behind ssh that counts its connections.
type remote struct {
	*testing.T
	*endpoint.Client
	socket       string
	total, open  atomic.Int64
	stopsBlocked chan struct{}
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	dir := t.TempDir()
	r := &remote{T: t, socket: filepath.Join(dir, "engine.sock"), stopsBlocked: make(chan struct{})}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(dir, "ssh")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv(sshEnv, r.socket)
	listener, err := net.Listen("unix", r.socket)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(r)
	server.Listener = listener
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			r.total.Add(1)
			r.open.Add(1)
		case http.StateClosed, http.StateHijacked:
			r.open.Add(-1)
		}
	}
	server.Start()
	r.Client, err = endpoint.Endpoint{Host: "ssh://me@there"}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return r
}

func (r *remote) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	switch {
	case request.URL.Path == "/_ping":
		w.Header().Set("Api-Version", "1.41")
	case strings.HasSuffix(request.URL.Path, "/stop"):
		select {
		case <-r.stopsBlocked:
		case <-request.Context().Done():
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func TestSSHSessionsAreFewAndUsedAgain(t *testing.T) {
	r := newRemote(t)
	var starting sync.WaitGroup
	for range 50 {
		starting.Go(func() {
			if _, err := r.ContainerStart(t.Context(), "app", client.ContainerStartOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	if total := r.total.Load(); total > 10 {
		t.Errorf("50 starts made %d sessions", total)
	}
	calls, err := filepath.Glob(r.socket + ".*")
	if err != nil || len(calls) == 0 {
		t.Fatalf("calls of ssh: %v, %v", calls, err)
	}
	args, err := os.ReadFile(calls[0])
	if err != nil || !strings.Contains(string(args), "ConnectTimeout=10") || !strings.Contains(string(args), "ServerAliveInterval=15") {
		t.Errorf("ssh was called with %q (%v)", args, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for r.open.Load() > 0 && ctx.Err() == nil {
		<-tick.C
	}
	if open := r.open.Load(); open != 0 {
		t.Errorf("%d sessions are open after the end", open)
	}
	if _, err := r.Ping(t.Context(), client.PingOptions{}); err == nil {
		t.Error("Ping after the end: want an error")
	}
}

// What takes long must not keep the engine from saying that it is there.
func TestSSHStopsDoNotHoldUpOthers(t *testing.T) {
	r := newRemote(t)
	var stopping sync.WaitGroup
	for range 50 {
		stopping.Go(func() {
			if _, err := r.ContainerStop(t.Context(), "app", client.ContainerStopOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := r.Ping(ctx, client.PingOptions{}); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if _, err := r.ContainerStart(ctx, "app", client.ContainerStartOptions{}); err != nil {
		t.Errorf("start: %v", err)
	}
	close(r.stopsBlocked)
	stopping.Wait()
	if total := r.total.Load(); total > 28 {
		t.Errorf("50 stops made %d sessions", total)
	}
}
