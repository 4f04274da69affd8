package docker_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// swarmManager is the only engine of a swarm, with the network of a VPC. A test counts the bridges that are made there.
type swarmManager struct {
	mu      sync.Mutex
	bridges int
	gone    bool // the bridge that was made last
}

func (m *swarmManager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch what := r.Method + " " + r.URL.Path; {
	case what == "GET /info":
		says(200, `{"OSType":"linux","Architecture":"x86_64","Swarm":`+managerState+`}`)(w, r)
	case what == "GET /networks" && strings.Contains(r.URL.Query().Get("filters"), "way out"):
		says(200, "[]")(w, r)
	case what == "GET /networks":
		says(200, `[{"Id":"vpc","Name":"vpc","Scope":"swarm","Driver":"overlay","Labels":{"ecs-emulator.owner":"me","ecs-emulator.vpc":"vpc"},
			"IPAM":{"Config":[{"Subnet":"10.9.0.0/16","Gateway":"10.9.0.1","IPRange":"10.9.240.0/21"}]}}]`)(w, r)
	case what == "POST /networks/create":
		m.bridges++
		m.gone = false
		says(201, fmt.Sprintf(`{"Id":"bridge%d"}`, m.bridges))(w, r)
	case strings.HasPrefix(what, "POST /networks/bridge") && m.gone:
		says(404, `{"message":"network bridge1 not found"}`)(w, r)
	case what == "POST /containers/create":
		says(201, fmt.Sprintf(`{"Id":"c-%s"}`, r.URL.Query().Get("name")))(w, r)
	case strings.HasSuffix(what, "/attach"):
		upgraded(w)
	case what == "GET /containers/json", what == "GET /tasks":
		says(200, "[]")(w, r)
	case strings.HasPrefix(what, "GET /containers/c-"):
		says(200, `{"State":{"Running":true}}`)(w, r)
	case strings.HasPrefix(what, "GET /containers/"):
		says(404, `{"message":"No such container"}`)(w, r)
	default:
		says(200, `{}`)(w, r)
	}
}

func TestABridgeThatLeadsOutIsMadeAgainAtOnce(t *testing.T) {
	manager := &swarmManager{}
	engine := fakeEngine{anyRequest: manager.ServeHTTP}.open(t, docker.Options{Owner: "me", Swarm: docker.NewSwarm(docker.SwarmOptions{})})
	engine.ForgetSandboxImage()
	for n, name := range []string{"one", "two"} {
		c, err := engine.CreateSandbox(t.Context(), backend.SandboxSpec{Name: name, Network: "vpc", IP: netip.MustParseAddr(fmt.Sprintf("10.9.0.%d", 9+n))})
		if err != nil || c.ID != "c-"+name {
			t.Errorf("sandbox %s: %+v, %v", name, c, err)
		}
		manager.mu.Lock()
		if manager.bridges != n+1 {
			t.Errorf("%d bridges are made for %d sandboxes", manager.bridges, n+1)
		}
		manager.gone = true // the user removes it
		manager.mu.Unlock()
	}
}
