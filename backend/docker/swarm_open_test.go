package docker_test

import (
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// swarmEngine is an engine that says this of its swarm. Its handlers are for what else it is asked.
func swarmEngine(t *testing.T, swarm *docker.Swarm, name, state string, more fakeEngine) error {
	t.Helper()
	fake := fakeEngine{"GET /info": says(200, `{"Swarm": `+state+`}`)}
	maps.Copy(fake, more)
	engine, err := docker.Open(t.Context(), docker.Options{Host: "unix://" + fake.listen(t), Owner: dockertest.Owner(), Name: name, Swarm: swarm})
	if err == nil {
		t.Cleanup(func() { _ = engine.Close() })
	}
	return err
}

const (
	managerState = `{"NodeID": "m", "NodeAddr": "192.0.2.1", "LocalNodeState": "active", "ControlAvailable": true, "Cluster": {"ID": "one"}}`
	otherState   = `{"NodeID": "o", "NodeAddr": "192.0.2.3", "LocalNodeState": "active", "ControlAvailable": true, "Cluster": {"ID": "two"}}`
	noState      = `{"LocalNodeState": "inactive"}`
	workerState  = `{"NodeID": "w", "NodeAddr": "192.0.2.2", "LocalNodeState": "active"}`
)

func TestAnEngineOfALockedSwarmIsNotOpened(t *testing.T) {
	const want = "the engine b is in a swarm that is locked: type `docker -H unix://"
	err := swarmEngine(t, docker.NewSwarm(docker.SwarmOptions{}), "b", `{"LocalNodeState": "locked"}`, nil)
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v; want %s", err, want)
	}
}

// An owner with a data directory has networks of earlier runs, which may be in use on an engine that is not opened.
func TestAStartThatFailsTouchesNothing(t *testing.T) {
	options := docker.Options{Owner: dockertest.Owner(), Directory: t.TempDir(), Swarm: docker.NewSwarm(docker.SwarmOptions{})}
	var mu sync.Mutex
	var asked []string
	note := func(engine string, path string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if strings.HasPrefix(r.URL.Path, path) {
				asked = append(asked, engine+": "+r.Method+" "+r.URL.Path)
			}
			says(http.StatusNotFound, `{"message": "none"}`)(w, r)
		}
	}
	first := fakeEngine{"GET /info": says(200, `{"Swarm": `+managerState+`}`), anyRequest: note("the first", "/swarm")}.open(t, options)
	options.Host = "unix://" + fakeEngine{"GET /info": says(200, `{"Swarm": {"LocalNodeState": "locked"}}`), anyRequest: note("the second", "/")}.listen(t)
	if _, err := docker.Open(t.Context(), options); err == nil {
		t.Error("an engine of a locked swarm is opened")
	}
	_ = first.Close()
	mu.Lock()
	defer mu.Unlock()
	if len(asked) > 0 {
		t.Errorf("they are asked %v", asked)
	}
}

func TestPodmanIsNotOneOfSeveralEngines(t *testing.T) {
	podman := fakeEngine{"GET /info": says(200, `{"ProductLicense": "Apache-2.0", "Swarm": {"LocalNodeState": "inactive"}}`)}
	err := swarmEngine(t, docker.NewSwarm(docker.SwarmOptions{}), "b", "{}", podman)
	if err == nil || !strings.Contains(err.Error(), "the engine b is Podman, which has no swarm: use Docker") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestEnginesOfOneSwarmHaveAManager(t *testing.T) {
	missing := fakeEngine{"GET /nodes/w": says(http.StatusNotFound, `{"message": "node w not found"}`)}
	member := fakeEngine{"GET /nodes/w": says(200, `{"ID": "w"}`)}
	for name, c := range map[string]struct {
		first, second string
		more          fakeEngine
		want          string
	}{
		"a manager and a worker":    {managerState, workerState, member, ""},
		"two swarms":                {managerState, otherState, nil, "the engine a and the engine b are in two swarms: type `docker -H unix://"},
		"a worker of another swarm": {managerState, workerState, missing, "the engine a and the engine b are in two swarms: type `docker -H unix://"},
		"workers alone":             {workerState, workerState, nil, "none of the engines is a manager of their swarm: add one that is, or type `docker node promote w`"},
		"no swarm":                  {noState, noState, nil, "the engine a is in no swarm: type `docker -H unix://"},
		"one beside a manager":      {noState, managerState, nil, "the engine a is in no swarm, and the engine b is in one: type on the host of the former the command that `docker -H unix://"},
		"one beside a worker":       {workerState, noState, nil, "the engine b is in no swarm, and the engine a is in one: type on the host of the former the command that `docker swarm join-token worker` prints on a manager of the swarm of the engine a"},
	} {
		swarm := docker.NewSwarm(docker.SwarmOptions{Names: []string{"a", "b"}})
		if err := swarmEngine(t, swarm, "b", c.second, nil); err != nil { // the order is not theirs to decide
			t.Fatal(err)
		}
		if err := swarmEngine(t, swarm, "a", c.first, c.more); err != nil {
			t.Fatal(err)
		}
		err := swarm.Check(t.Context())
		if (err == nil) != (c.want == "") || err != nil && (!strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestWithoutAManagerASwarmHasNoNetworks(t *testing.T) {
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	away := fakeEngine{
		"GET /networks": says(200, `[]`),
		"GET /swarm":    says(http.StatusServiceUnavailable, `{"message": "This node is not a swarm manager."}`),
	}
	fake := fakeEngine{"GET /info": says(200, `{"Swarm": `+workerState+`}`)}
	maps.Copy(fake, away)
	engine := fake.open(t, docker.Options{Swarm: swarm})
	_, err := engine.Networks(t.Context(), nil)
	if !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "the swarm has no manager that answers") {
		t.Errorf("got %v", err)
	}
	if _, err := engine.ReserveAddress(t.Context(), "vpc", netip.MustParsePrefix("172.31.0.0/20")); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("an address of a network that no manager tells of: %v", err)
	}
}
