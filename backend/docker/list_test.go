package docker_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// listing is an engine with these containers of an owner, by name the answer to who inspects one.
func listing(owner string, containers map[string]http.HandlerFunc) fakeEngine {
	engine, list := fakeEngine{}, []string{}
	for name, answer := range containers {
		list = append(list, fmt.Sprintf(`{"Id":%[1]q,"Names":["/%[1]s"],"State":"running",
			"Labels":{"ecs-emulator.owner":%[2]q,"ecs-emulator.kind":"sandbox","ecs-emulator.labels":"[\"task\"]","task":"1"}}`, name, owner))
		engine["GET /containers/"+name+"/json"] = answer
	}
	engine["GET /containers/json"] = says(http.StatusOK, "["+strings.Join(list, ",")+"]")
	return engine
}

// inspected is what an engine says about a container that runs.
func inspected(name, owner string) http.HandlerFunc {
	return says(http.StatusOK, fmt.Sprintf(`{"Id":%[1]q,"Name":"/%[1]s","State":{"Status":"running","Running":true},"HostConfig":{},
		"NetworkSettings":{"Networks":{}},"Config":{"Labels":{"ecs-emulator.owner":%[2]q,"ecs-emulator.kind":"sandbox"}}}`, name, owner))
}

// A start that hangs in a mount keeps a container's lock, and so the answer to who inspects it.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestAContainerThatCannotBeInspectedIsUnseen(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	engine := listing(owner, map[string]http.HandlerFunc{
		"web": inspected("web", owner), "stuck": hangs, "gone": says(http.StatusNotFound, `{"message":"No such container: gone"}`),
		"broken": says(http.StatusInternalServerError, `{"message":"RWLayer of container broken is unexpectedly nil"}`),
	}).open(t, docker.Options{Owner: owner})
	// Short for the one that hangs, and long for the others.
	found, err := engine.ListWithin(t.Context(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]backend.State{}
	for _, c := range found {
		got[c.Name] = c.State
		if c.State == backend.Unseen && (c.ID != c.Name || !c.Sandbox || c.Labels["task"] != "1") {
			t.Errorf("an unseen container is listed as %+v", c)
		}
	}
	want := map[string]backend.State{"web": backend.Running, "stuck": backend.Unseen, "broken": backend.Unseen}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("lists %v; want %v", got, want)
	}
}

// A connection of its own may break while the engine goes on, as one through SSH does.
func TestAListGoesOnAfterABrokenConnection(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	var broken atomic.Bool
	breaksOnce := func(w http.ResponseWriter, r *http.Request) {
		if broken.CompareAndSwap(false, true) {
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush() // what has begun is not repeated by package net/http
			panic(http.ErrAbortHandler)
		}
		inspected("cut", owner)(w, r)
	}
	engine := listing(owner, map[string]http.HandlerFunc{"web": inspected("web", owner), "cut": breaksOnce}).open(t, docker.Options{Owner: owner})
	found, err := engine.List(t.Context(), nil)
	if err != nil || len(found) != 2 || found[0].State != backend.Running || found[1].State != backend.Running {
		t.Errorf("lists %+v, %v; want both as running", found, err)
	}
}

func TestAListOfAnEngineThatEndsFails(t *testing.T) {
	t.Parallel()
	owner := dockertest.Owner()
	breaks := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	engine := listing(owner, map[string]http.HandlerFunc{"web": inspected("web", owner), "cut": breaks}).open(t, docker.Options{Owner: owner})
	if found, err := engine.List(t.Context(), nil); !errors.Is(err, backend.ErrUnavailable) {
		t.Errorf("lists %v, %v; want backend.ErrUnavailable", found, err)
	}
}
