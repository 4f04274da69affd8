package docker_test

import (
	"net/http"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// Only a restart of the engine helps, so whoever asks is not to ask again and again.
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
