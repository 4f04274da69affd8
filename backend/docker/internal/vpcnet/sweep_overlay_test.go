package vpcnet

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

// A network is removed by those alone who see all that its owner may have on it.
func TestWhoSeesAllEnginesOfANetwork(t *testing.T) {
	const all, more = `[{"ID": "one"}, {"ID": "two"}]`, `[{"ID": "one"}, {"ID": "two"}, {"ID": "three"}]`
	for name, c := range map[string]struct {
		owner, nodes string // labels
		swarm        string
		want         bool
	}{
		"all are there":                                {"me", "one,two", more, true},
		"one is elsewhere":                             {"me", "one,three", more, false},
		"one has left the swarm":                       {"me", "one,gone", more, true},
		"one was away, and is there by now":            {"me", "one,unknown:two", more, true},
		"one was away, and is not named now":           {"me", "one,unknown:three", more, false},
		"one of another owner was away":                {"other", "one,unknown:two", more, false},
		"one was away, and all of the swarm are there": {"other", "one,unknown:c", all, true},
		"without a name, as of an earlier version":     {"me", "one,unknown", more, false},
		"without a name, and all are there":            {"me", "one,unknown", all, true},
		"without a label":                              {"me", "", more, false},
		"without a label, and all are there":           {"me", "", all, true},
	} {
		w := newCluster()
		w.nodes = c.swarm
		w.engine(t, "one", true)
		w.engine(t, "two", false)
		labels := map[string]string{label.OwnerKey: c.owner, label.NodesKey: c.nodes}
		if c.nodes == "" {
			delete(labels, label.NodesKey)
		}
		if got, err := w.SeesAll(t.Context(), labels); got != c.want || err != nil {
			t.Errorf("%s: %t, %v; want %t", name, got, err, c.want)
		}
	}
}

func TestANetworkNamesTheEngineWhoseNodeIsNotKnown(t *testing.T) {
	w := newCluster()
	w.engine(t, "one", true)
	w.engine(t, "away", false).node.Reset()
	if got := w.Swarm.nodes(); got != "one,unknown:away" {
		t.Errorf("it is labelled %q", got)
	}
}
