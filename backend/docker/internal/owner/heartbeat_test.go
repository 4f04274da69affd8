package owner

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/limits"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// takingEngine makes containers c1, c2 and so on. The first ones do not start, as another process takes them.
type takingEngine struct {
	status int // of the answer to such a start
	taken  int // how many do not start

	mu      sync.Mutex
	made    int
	removed []string
	starts  func(name string) // is told of each start
	names   []string
}

func (e *takingEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, path, _ := strings.Cut(r.URL.Path, "/containers/")
	id, verb, _ := strings.Cut(path, "/")
	switch {
	case id == "create":
		e.made++
		e.names = append(e.names, r.URL.Query().Get("name"))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"Id":"c%d"}`, e.made)
	case verb == "attach":
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}()
	case verb == "start":
		if e.starts != nil {
			e.starts(e.names[len(e.names)-1])
		}
		if e.made <= e.taken {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(e.status)
			_, _ = io.WriteString(w, `{"message":"container is marked for removal and cannot be started"}`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodDelete:
		e.removed = append(e.removed, id)
		w.WriteHeader(http.StatusNoContent)
	case verb == "json":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"State":{"Running":true}}`)
	default:
		w.Header().Set("Api-Version", "1.45")
	}
}

func (e *takingEngine) heartbeat(t *testing.T) *Heartbeat {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	docker, err := endpoint.Endpoint{Host: "tcp://" + strings.TrimPrefix(server.URL, "http://")}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { docker.Close() })
	engine, owner, log := dockerapi.Client{Client: docker}, label.Owner{Name: "test"}, slog.New(slog.DiscardHandler)
	store := containers.New(engine, owner, nil, program.Finder{}, func(context.Context) (string, error) { return "amd64", nil })
	store.LoseSandboxImage("image")
	return NewHeartbeat(HeartbeatOptions{
		Client: engine, Containers: store, Owner: owner, Ulimits: limits.NewUlimits(server.URL, log), Local: true, Closing: t.Context(), Log: log,
	})
}

// A container that another process removes before it starts is made again, and what was taken is removed at the latest then.
func TestAHeartbeatWhoseContainerIsTakenIsMadeAgain(t *testing.T) {
	for _, c := range []struct {
		status, taken int
		beats         string // empty: it is given up
		removed       string
	}{
		{http.StatusConflict, 0, "c1", "[]"},
		{http.StatusConflict, 1, "c2", "[c1]"},
		{http.StatusNotFound, 2, "c3", "[c1 c2]"},
		{http.StatusConflict, 3, "", "[c3 c1 c2]"},
		{http.StatusInternalServerError, 1, "", "[c1]"},
	} {
		engine := &takingEngine{status: c.status, taken: c.taken}
		h := engine.heartbeat(t)
		err := h.Ensure(t.Context())
		if h.ID() != c.beats || (err == nil) != (c.beats != "") {
			t.Errorf("%d taken with status %d: %q beats, %v", c.taken, c.status, h.ID(), err)
		}
		engine.mu.Lock()
		if got := fmt.Sprint(engine.removed); got != c.removed {
			t.Errorf("%d taken with status %d: removed are %s, want %s", c.taken, c.status, got, c.removed)
		}
		engine.mu.Unlock()
		h.HangUp()
	}
}

// RemoveOwn leaves a heartbeat that is being made: it is for what is made at the same time.
func TestAHeartbeatThatIsBeingMadeIsKnown(t *testing.T) {
	engine := &takingEngine{}
	h := engine.heartbeat(t)
	summary := func(id, name string) container.Summary {
		return container.Summary{ID: id, Names: []string{"/" + name}}
	}
	engine.starts = func(name string) {
		if !h.has(summary("c1", name)) || h.has(summary("c0", name+"0")) {
			t.Errorf("%s is not known while it starts, or another one is", name)
		}
	}
	if err := h.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	beats := summary("c1", engine.names[0])
	if !h.has(beats) {
		t.Error("the heartbeat is not known")
	}
	if err := h.Drop(t.Context()); err != nil || h.has(beats) {
		t.Errorf("it is known after it was dropped: %v", err)
	}
}
