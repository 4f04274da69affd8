package docker_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// warmHost is an engine that lists the warm sandboxes which it has made, and what becomes of them and of the network.
type warmHost struct {
	swarmManager
	state string // of its swarm

	listed  sync.Mutex
	warm    map[string]bool // by name
	removed bool            // the network
}

func (h *warmHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.listed.Lock()
	defer h.listed.Unlock()
	name := r.URL.Query().Get("name")
	switch what := r.Method + " " + r.URL.Path; {
	case what == "GET /info":
		says(200, `{"OSType":"linux","Architecture":"x86_64","Swarm":`+h.state+`}`)(w, r)
		return
	case what == "GET /swarm" && h.state == workerState:
		says(503, `{"message":"This node is not a swarm manager."}`)(w, r)
		return
	case what == "GET /nodes":
		says(200, `[{"ID":"m"},{"ID":"w"}]`)(w, r)
		return
	case what == "POST /containers/create" && strings.Contains(name, "-warm-"):
		h.warm[name] = true
	case r.Method == http.MethodDelete:
		delete(h.warm, strings.TrimPrefix(r.URL.Path, "/containers/"))
		h.removed = h.removed || r.URL.Path == "/networks/vpc"
	case what == "GET /containers/json" && strings.Contains(r.URL.Query().Get("filters"), `"vpc"`) && len(h.warm) > 0:
		says(200, `[{"Id":"c","Names":["/c"],"Labels":{"ecs-emulator.kind":"sandbox"}}]`)(w, r)
		return
	case strings.HasPrefix(what, "GET /containers/c-") && strings.Contains(what, "-warm-") && len(h.warm) == 0:
		says(404, `{"message":"No such container"}`)(w, r)
		return
	}
	h.swarmManager.ServeHTTP(w, r)
}

func (h *warmHost) open(t *testing.T, opts docker.Options) *docker.Engine {
	t.Helper()
	engine := fakeEngine{anyRequest: h.ServeHTTP}.open(t, opts)
	engine.ForgetSandboxImage()
	return engine
}

func (h *warmHost) has() (warm int, removed bool) {
	h.listed.Lock()
	defer h.listed.Unlock()
	return len(h.warm), h.removed
}

// The engines of a swarm are closed one after the other, and a network goes with the first, from which all are seen.
func TestWarmSandboxesKeepNoNetworkAfterACleanStop(t *testing.T) {
	t.Parallel()
	opts := docker.Options{Owner: "me", Directory: t.TempDir(), Swarm: docker.NewSwarm(docker.SwarmOptions{}), WarmSandboxes: 1}
	manager, worker := &warmHost{state: managerState, warm: map[string]bool{}}, &warmHost{state: workerState, warm: map[string]bool{}}
	first := manager.open(t, opts)
	second := worker.open(t, opts)
	if _, err := second.CreateSandbox(t.Context(), backend.SandboxSpec{Name: "task", Network: "vpc"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a warm sandbox", func() bool { n, _ := worker.has(); return n == 1 })
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	n, _ := worker.has()
	if _, removed := manager.has(); n > 0 || !removed {
		t.Errorf("%d warm sandboxes are left, the network is removed: %t", n, removed)
	}
}
