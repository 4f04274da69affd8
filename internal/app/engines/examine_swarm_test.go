package engines

import (
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// says is a Docker engine that says this of its swarm.
func says(t *testing.T, name, swarm string) Choice {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.44")
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/_ping"):
		case strings.HasSuffix(r.URL.Path, "/info"):
			_, _ = w.Write([]byte(`{"Swarm": ` + swarm + `}`))
		case strings.HasSuffix(r.URL.Path, "/nodes/w"):
			_, _ = w.Write([]byte(`{"ID": "w"}`))
		default:
			http.Error(w, `{"message": "not found"}`, http.StatusNotFound)
		}
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return Choice{Place: Place{Name: name, Kind: Docker, Host: "unix://" + socket}}
}

func TestTheSwarmOfSeveralEnginesIsExamined(t *testing.T) {
	manager := says(t, "a", `{"NodeID": "m", "NodeAddr": "192.0.2.1", "LocalNodeState": "active", "ControlAvailable": true, "Cluster": {"ID": "one"}}`)
	worker := says(t, "b", `{"NodeID": "w", "NodeAddr": "192.0.2.2", "LocalNodeState": "active"}`)
	for name, c := range map[string]struct {
		engines []Choice
		status  diagnosis.Status
		text    string
	}{
		"together":        {[]Choice{manager, worker, away("c")}, diagnosis.OK, "a is a manager, b is a worker, c does not answer"},
		"in no swarm":     {[]Choice{manager, says(t, "b", `{"LocalNodeState": "inactive"}`)}, diagnosis.Broken, "the engine b is in no swarm, and the engine a is in one"},
		"locked":          {[]Choice{manager, says(t, "b", `{"LocalNodeState": "locked"}`)}, diagnosis.Broken, "the engine b is in a swarm that is locked"},
		"workers alone":   {[]Choice{worker, says(t, "c", `{"NodeID": "v", "LocalNodeState": "active"}`)}, diagnosis.Broken, "none of the engines is a manager"},
		"no engine there": {[]Choice{away("a"), away("b")}, diagnosis.Degraded, "not checked: the engine does not answer"},
	} {
		got := examined(t, []string{swarmCheck}, c.engines...)
		if len(got) != 1 || got[0].Name != swarmCheck || got[0].Status != c.status || !strings.HasPrefix(got[0].Text, c.text) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := examined(t, []string{swarmCheck}, manager); len(got) != 0 {
		t.Errorf("one engine needs no swarm: %+v", got)
	}
	if got := judgeSwarm(nil, nil, errors.New("x")); got.Next == "" {
		t.Errorf("nothing to do: %+v", got)
	}
}
