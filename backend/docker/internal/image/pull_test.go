package image

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest/userlogin"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
)

// slowEngine counts pulls, each of which says that it has begun and goes on until it is let go.
type slowEngine struct {
	begun atomic.Int32
	goOn  chan struct{}
	gone  atomic.Bool // what was pulled
}

func (e *slowEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/json") {
		if e.gone.Load() {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(`{"Id":"sha256:1"}`))
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/images/create") {
		w.Header().Set("Api-Version", "1.41")
		return
	}
	e.begun.Add(1)
	_, _ = w.Write([]byte(`{"status":"Pulling from app"}`))
	w.(http.Flusher).Flush()
	<-e.goOn
}

// storeOf is the images of an engine that a test answers for.
func storeOf(t *testing.T, engine http.Handler) *Store {
	t.Helper()
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	docker, err := endpoint.Endpoint{Host: "tcp://" + strings.TrimPrefix(server.URL, "http://")}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { docker.Close() })
	return New(dockerapi.Client{Client: docker}, slog.New(slog.DiscardHandler))
}

// waiting are the callers of the pulls that others may join, by pull.
func waiting(s *Store) (callers []int) {
	s.pulls.mu.Lock()
	defer s.pulls.mu.Unlock()
	for _, p := range s.pulls.open {
		callers = append(callers, p.waiting)
	}
	return callers
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); !ok(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// A tag may have moved when a task comes after the engine has resolved it; a digest stays.
func TestWhoSharesAPull(t *testing.T) {
	userlogin.Config(t, "{}")
	digest := "@sha256:" + strings.Repeat("ab", 32)
	mine, yours := &backend.RegistryAuth{Username: "me"}, &backend.RegistryAuth{Username: "you"}
	for name, c := range map[string]struct {
		first, second backend.PullSpec
		pulls         int32
	}{
		"a digest":                   {backend.PullSpec{Ref: "r/app" + digest}, backend.PullSpec{Ref: "r/app" + digest}, 1},
		"a digest with a tag":        {backend.PullSpec{Ref: "r/app:1" + digest}, backend.PullSpec{Ref: "r/app:1" + digest}, 1},
		"a tag that is resolved":     {backend.PullSpec{Ref: "r/app:1"}, backend.PullSpec{Ref: "r/app:1"}, 2},
		"another login":              {backend.PullSpec{Ref: "r/app" + digest, Auth: mine}, backend.PullSpec{Ref: "r/app" + digest, Auth: yours}, 2},
		"another platform":           {backend.PullSpec{Ref: "r/app" + digest}, backend.PullSpec{Ref: "r/app" + digest, Platform: "linux/arm64"}, 2},
		"the same login is the same": {backend.PullSpec{Ref: "r/app" + digest, Auth: mine}, backend.PullSpec{Ref: "r/app" + digest, Auth: mine}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			engine := &slowEngine{goOn: make(chan struct{})}
			s := storeOf(t, engine)
			letGo := sync.OnceFunc(func() { close(engine.goOn) })
			defer letGo()
			answers := make(chan error, 2)
			pull := func(spec backend.PullSpec) { answers <- s.Pull(context.WithoutCancel(t.Context()), spec) }
			open := func() int { return len(waiting(s)) }

			go pull(c.first)
			byTag := !strings.Contains(c.first.Ref, "@")
			until(t, "the first pull", func() bool { return engine.begun.Load() == 1 && (!byTag || open() == 0) })
			go pull(c.second)
			until(t, "the second one", func() bool {
				callers := waiting(s)
				return engine.begun.Load() == 2 || len(callers) == 1 && callers[0] == 2
			})
			letGo()
			for range 2 {
				if err := <-answers; err != nil {
					t.Error(err)
				}
			}
			if got := engine.begun.Load(); got != c.pulls || open() != 0 {
				t.Errorf("%d pulls, want %d; %d are open at the end", got, c.pulls, open())
			}
		})
	}
}

// Of tasks that are started together some come to pull when the pull of another has just ended.
func TestAPullThatHasJustEnded(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	engine := &slowEngine{goOn: make(chan struct{})}
	close(engine.goOn)
	s := storeOf(t, engine)
	pulls := func(ref string) int32 {
		t.Helper()
		if err := s.Pull(t.Context(), backend.PullSpec{Ref: ref}); err != nil {
			t.Fatal(err)
		}
		return engine.begun.Swap(0)
	}
	digest := "r/app@sha256:" + strings.Repeat("ab", 32)
	if first, second := pulls(digest), pulls(digest); first != 1 || second != 0 {
		t.Errorf("the first one makes %d pulls, the second %d", first, second)
	}
	engine.gone.Store(true)
	if n := pulls(digest); n != 1 {
		t.Errorf("%d pulls when the image is gone", n)
	}
	engine.gone.Store(false)
	if first, second := pulls("r/app:1"), pulls("r/app:1"); first != 1 || second != 1 {
		t.Errorf("by a tag the first one makes %d pulls, the second %d", first, second)
	}
}
