package docker_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// An endpoint that outlives its container, as when that ends while it is connected, keeps the network. The
// engine lists it under an id that no container has, and removes it by its name.
func TestANetworkIsRemovedWithAnEndpointThatHasNoContainer(t *testing.T) {
	network := `{"Id":"bridge","Name":"bridge","IPAM":{"Config":[{"Subnet":"10.9.0.0/26","Gateway":"10.9.0.1"}]},
		"Containers":{"ep-1":{"Name":"gone","EndpointID":"1"}}}`
	free := false
	engine := fakeEngine{
		"GET /networks":        says(http.StatusOK, "["+network+"]"),
		"GET /networks/bridge": says(http.StatusOK, network),
		"GET /containers/json": says(http.StatusOK, `[]`),
		"POST /networks/bridge/disconnect": func(w http.ResponseWriter, r *http.Request) {
			var asked struct {
				Container string
				Force     bool
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Container != "gone" || !asked.Force {
				says(http.StatusNotFound, `{"message":"endpoint `+asked.Container+` not found"}`)(w, r)
				return
			}
			free = true
		},
		"DELETE /networks/bridge": func(w http.ResponseWriter, r *http.Request) {
			if !free {
				says(http.StatusForbidden, `{"message":"error while removing network: network bridge id bridge has active endpoints"}`)(w, r)
			}
		},
	}.open(t, docker.Options{Owner: "me"})
	if err := engine.RemoveNetwork(t.Context(), "bridge"); err != nil || !free {
		t.Errorf("RemoveNetwork = %v, endpoint removed %v", err, free)
	}
}

// Only a restart of the engine helps, so callers do not try again.
func TestANetworkThatTheEngineCannotLetGoOfCountsAsRemoved(t *testing.T) {
	network := `{"Id":"bridge","Name":"bridge","IPAM":{"Config":[{"Subnet":"10.9.0.0/26","Gateway":"10.9.0.1"}]},"Containers":{}}`
	asked := false
	engine := fakeEngine{
		"GET /networks":        says(http.StatusOK, "["+network+"]"),
		"GET /networks/bridge": says(http.StatusOK, network),
		"GET /containers/json": says(http.StatusOK, `[]`),
		"DELETE /networks/bridge": func(w http.ResponseWriter, r *http.Request) {
			asked = true
			says(http.StatusForbidden, `{"message":"error while removing network: network bridge id bridge has active endpoints"}`)(w, r)
		},
	}.open(t, docker.Options{Owner: "me"})
	if err := engine.RemoveNetwork(t.Context(), "bridge"); err != nil || !asked {
		t.Errorf("RemoveNetwork = %v, asked %v; want success", err, asked)
	}
}
