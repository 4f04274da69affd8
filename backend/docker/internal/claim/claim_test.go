package claim

import (
	"archive/tar"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/endpoint"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

var owner = label.Owner{Name: "test"}

// kept is an engine with sandboxes of an earlier run: by id, by whom each is claimed. "" is none, "?" cannot be read.
type kept struct {
	claims map[string]string
	mu     sync.Mutex
	reads  map[string]int
}

func (k *kept) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, file := strings.CutSuffix(r.URL.Path[strings.LastIndex(r.URL.Path, "/containers/")+len("/containers/"):], "/archive")
	switch {
	case strings.HasSuffix(r.URL.Path, "/containers/json"):
		w.Header().Set("Content-Type", "application/json")
		var list []string
		for id := range k.claims {
			list = append(list, fmt.Sprintf(`{"Id":%q,"Names":["/%s%s"],"Labels":{"ecs-emulator.warm":"earlier"}}`, id, owner.WarmPrefix(), id))
		}
		_, _ = io.WriteString(w, "["+strings.Join(list, ",")+"]")
	case file:
		k.mu.Lock()
		k.reads[id]++
		k.mu.Unlock()
		switch name := k.claims[id]; name {
		case "":
			http.Error(w, `{"message":"Could not find the file /claim"}`, http.StatusNotFound)
		case "?":
			http.Error(w, `{"message":"unexpectedly nil"}`, http.StatusInternalServerError)
		default:
			w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString([]byte(`{"name":"claim"}`)))
			archive := tar.NewWriter(w)
			_ = archive.WriteHeader(&tar.Header{Name: "claim", Size: int64(len(name))})
			_, _ = io.WriteString(archive, name)
			_ = archive.Close()
		}
	default:
		w.Header().Set("Api-Version", "1.45")
	}
}

func claimsOn(t *testing.T, k *kept) *Claims {
	t.Helper()
	k.reads = map[string]int{}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	docker, err := endpoint.Endpoint{Host: "tcp://" + strings.TrimPrefix(server.URL, "http://")}.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = docker.Close() })
	return New(Options{Client: dockerapi.Client{Client: docker}, Owner: owner, Run: "now", Told: true})
}

func TestToWhomAContainerBelongs(t *testing.T) {
	c := claimsOn(t, &kept{claims: map[string]string{"w1": "task-1", "w2": "", "w3": "?"}})
	c.Has("task-2", "own")
	for _, want := range []struct {
		id, name, run string
		owner         string
		free, fails   bool
	}{
		{id: "other", name: "/web", owner: "web"},
		{id: "renamed", name: "/task-9", run: "earlier", owner: "task-9"},
		{id: "own", name: owner.WarmPrefix() + "1", run: "now", owner: "task-2"},
		{id: "w2", name: owner.WarmPrefix() + "2", run: "now", owner: owner.WarmPrefix() + "2", free: true},
		{id: "w1", name: owner.WarmPrefix() + "3", run: "earlier", owner: "task-1"},
		{id: "w2", name: owner.WarmPrefix() + "4", run: "earlier", owner: owner.WarmPrefix() + "4", free: true},
		{id: "w3", name: owner.WarmPrefix() + "5", run: "earlier", fails: true},
	} {
		name, free, err := c.Owner(t.Context(), want.id, want.name, map[string]string{label.WarmKey: want.run})
		if (err != nil) != want.fails || err == nil && (name != want.owner || free != want.free) {
			t.Errorf("%s of run %q is %q, free %v, %v; want %q, %v", want.id, want.run, name, free, err, want.owner, want.free)
		}
	}
}

func TestClaimsOfEarlierRunsAreReadOnce(t *testing.T) {
	k := &kept{claims: map[string]string{"w1": "task-1", "w2": "", "w3": "?"}}
	c := claimsOn(t, k)
	for range 3 {
		for name, want := range map[string]string{"task-1": "w1", "task-2": "", "?": ""} {
			if id, found, err := c.Find(t.Context(), name); err != nil || id != want || found != (want != "") {
				t.Errorf("%s has %q, %v, %v; want %q", name, id, found, err, want)
			}
		}
	}
	for id, n := range k.reads {
		if n != 1 {
			t.Errorf("%s is read %d times", id, n)
		}
	}
	c.Forget("w1")
	if id, found, err := c.Find(t.Context(), "task-1"); err != nil || found {
		t.Errorf("a sandbox that is gone is found: %q, %v", id, err)
	}
}

// Of two sandboxes that had one name, one after the other, the later one stays known.
func TestASandboxThatIsForgottenLate(t *testing.T) {
	c := New(Options{Owner: owner})
	c.Has("task", "first")
	c.Has("task", "second")
	c.Forget("first")
	if id := c.Resolve("task"); id != "second" {
		t.Errorf("the task has %q", id)
	}
}

func TestOneCallAtATimeMakesTheSandboxOfAName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Owner: owner})
		done, err := c.Turn(t.Context(), "task")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Turn(ctx, "task"); !errors.Is(err, context.Canceled) {
			t.Errorf("a call that is over has the turn: %v", err)
		}
		if other, err := c.Turn(t.Context(), "other"); err != nil {
			t.Error(err)
		} else {
			other()
		}
		next := make(chan struct{})
		go func() {
			defer close(next)
			if done, err := c.Turn(t.Context(), "task"); err == nil {
				done()
			}
		}()
		synctest.Wait()
		select {
		case <-next:
			t.Error("two calls have the turn")
		default:
		}
		done()
		<-next
		if len(c.turns) != 0 {
			t.Errorf("%d turns are kept", len(c.turns))
		}
	})
}
