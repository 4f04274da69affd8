package docker_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// An engine that was removed from its swarm takes itself for a member: managers know better, if they answer.
func TestAnEngineOutsideItsSwarmIsUnfit(t *testing.T) {
	const removed = "the engine b was removed from its swarm: type `docker -H unix://"
	for name, c := range map[string]struct {
		says    string // of b itself, once it is open
		manager http.HandlerFunc
		want    string // the beginning
	}{
		"a member":                           {workerState, says(200, `{"ID": "w"}`), ""},
		"removed":                            {workerState, says(404, `{"message": "node w not found"}`), removed},
		"no manager answers":                 {workerState, says(503, `{"message": "The swarm does not have a leader."}`), ""},
		"it has left":                        {`{"LocalNodeState": "inactive"}`, nil, "the engine b is in no swarm: type `docker -H unix://"},
		"it starts without a manager":        {`{"NodeID": "w", "LocalNodeState": "pending"}`, says(503, `{"message": "no leader"}`), ""},
		"it starts after it was removed":     {`{"NodeID": "w", "LocalNodeState": "error"}`, says(404, `{"message": "node w not found"}`), removed},
		"it starts before it knows its node": {`{"LocalNodeState": "pending"}`, nil, ""},
	} {
		swarm := docker.NewSwarm(docker.SwarmOptions{})
		manager := fakeEngine{}
		if c.manager != nil {
			manager["GET /nodes/w"] = c.manager
		}
		if err := swarmEngine(t, swarm, "a", managerState, manager); err != nil {
			t.Fatal(err)
		}
		state := workerState
		b := fakeEngine{
			"GET /info":    func(w http.ResponseWriter, r *http.Request) { says(200, `{"Swarm": `+state+`}`)(w, r) },
			"GET /nodes/w": says(503, `{"message": "This node is not a swarm manager."}`),
		}
		engine, err := docker.Open(t.Context(), docker.Options{Host: "unix://" + b.listen(t), Owner: dockertest.Owner(), Name: "b", Swarm: swarm})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = engine.Close() })
		state = c.says
		info, err := engine.Info(t.Context())
		if err != nil || (info.Unfit == "") != (c.want == "") || !strings.HasPrefix(info.Unfit, c.want) || strings.Contains(info.Unfit, "\n") {
			t.Errorf("%s: %q, %v; want %q", name, info.Unfit, err, c.want)
		}
	}
}

// An engine that was given a swarm of its own manages that, and knows no node of the others'.
func TestOneManagerThatKnowsAnEngineIsEnough(t *testing.T) {
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	stray := fakeEngine{"GET /nodes/w": says(404, `{"message": "node w not found"}`)}
	if err := swarmEngine(t, swarm, "a", otherState, stray); err != nil {
		t.Fatal(err)
	}
	if err := swarmEngine(t, swarm, "c", managerState, fakeEngine{"GET /nodes/w": says(200, `{"ID": "w"}`)}); err != nil {
		t.Fatal(err)
	}
	b := fakeEngine{"GET /info": says(200, `{"Swarm": `+workerState+`}`), "GET /nodes/w": says(503, `{"message": "This node is not a swarm manager."}`)}
	info, err := b.open(t, docker.Options{Name: "b", Swarm: swarm}).Info(t.Context())
	if err != nil || info.Unfit != "" {
		t.Errorf("%q, %v; want it fit", info.Unfit, err)
	}
}

// An engine that has left and made a swarm of its own would have networks made there, which no other engine has.
func TestAnEngineThatGoesIntoAnotherSwarmIsUnfit(t *testing.T) {
	swarm, state := docker.NewSwarm(docker.SwarmOptions{}), managerState
	a := fakeEngine{
		"GET /info":    func(w http.ResponseWriter, r *http.Request) { says(200, `{"Swarm": `+state+`}`)(w, r) },
		"GET /nodes/m": says(200, `{"ID": "m"}`),
	}
	engine := a.open(t, docker.Options{Name: "a", Swarm: swarm})
	if err := swarm.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	state = otherState
	info, err := engine.Info(t.Context())
	if err != nil || !strings.HasPrefix(info.Unfit, "the engine a is in another swarm than before: type `docker -H unix://") || strings.Contains(info.Unfit, "\n") {
		t.Errorf("%q, %v; want it unfit", info.Unfit, err)
	}
	state = managerState
	if info, err := engine.Info(t.Context()); err != nil || info.Unfit != "" {
		t.Errorf("it is back: %q, %v", info.Unfit, err)
	}
}

// Managers are asked together: one that hangs keeps no other from telling.
func TestAManagerThatHangsHidesNoEngineOutsideItsSwarm(t *testing.T) {
	swarm := docker.NewSwarm(docker.SwarmOptions{})
	asked := make(chan struct{})
	hangs := fakeEngine{"GET /nodes/w": func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-asked:
		case <-r.Context().Done():
		}
		says(503, `{"message": "The swarm does not have a leader."}`)(w, r)
	}}
	if err := swarmEngine(t, swarm, "a", managerState, hangs); err != nil {
		t.Fatal(err)
	}
	answers := fakeEngine{"GET /nodes/w": func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		says(404, `{"message": "node w not found"}`)(w, r)
	}}
	if err := swarmEngine(t, swarm, "c", managerState, answers); err != nil {
		t.Fatal(err)
	}
	b := fakeEngine{"GET /info": says(200, `{"Swarm": `+workerState+`}`), "GET /nodes/w": says(503, `{"message": "This node is not a swarm manager."}`)}
	info, err := b.open(t, docker.Options{Name: "b", Swarm: swarm}).Info(t.Context())
	if err != nil || !strings.Contains(info.Unfit, "was removed from its swarm") {
		t.Errorf("%q, %v; want it removed", info.Unfit, err)
	}
}
