package swarm

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"
)

func TestAnEngineThatCannotBeUsedSaysWhatToType(t *testing.T) {
	e := Engine{Name: "b", Host: "tcp://192.0.2.2:2375"}
	for state, want := range map[swarm.LocalNodeState]string{
		swarm.LocalNodeStateInactive: "the engine b is in no swarm: type `docker -H tcp://192.0.2.2:2375 swarm init`",
		swarm.LocalNodeStateLocked:   "the engine b is in a swarm that is locked: type `docker -H tcp://192.0.2.2:2375 swarm unlock`",
		swarm.LocalNodeStatePending:  "the engine b is not yet in its swarm",
		swarm.LocalNodeStateError:    "the engine b is not yet in its swarm, or no longer (error certificate has expired)",
	} {
		info := swarm.Info{LocalNodeState: state}
		if state == swarm.LocalNodeStateError {
			info.Error = "certificate has expired"
		}
		if _, err := NodeOf(e, info); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want %s in one line", state, err, want)
		}
	}
	e.Context = "lab" // which has keys, too
	_, err := NodeOf(e, swarm.Info{LocalNodeState: swarm.LocalNodeStateLocked})
	if want := "the engine b is in a swarm that is locked: type `docker --context lab swarm unlock`"; err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
	n, err := NodeOf(Engine{}, swarm.Info{LocalNodeState: swarm.LocalNodeStateActive, NodeID: "n", Cluster: &swarm.ClusterInfo{ID: "c"}, ControlAvailable: true})
	if err != nil || n.ID != "n" || n.Cluster != "c" || n.Role() != "manager" {
		t.Errorf("a manager is %+v, %v", n, err)
	}
}

func TestShares(t *testing.T) {
	for _, c := range []struct {
		subnet    string
		exact     bool
		engines   int
		all, half string
	}{
		{"172.31.0.0/16", false, 2, "172.31.240.0/20", "172.31.240.0/21"},
		{"10.0.0.0/16", true, 2, "10.0.255.248/29", "10.0.255.248/30"},
		{"10.0.0.0/16", true, 3, "10.0.255.240/28", "10.0.255.240/29"},
		{"10.0.0.0/16", true, 5, "10.0.255.224/27", "10.0.255.224/28"},
		{"10.0.0.0/16", true, 500, "10.0.255.192/26", "10.0.255.192/27"},
		{"10.0.0.64/26", true, 2, "10.0.0.120/29", "10.0.0.120/30"},
		{"10.0.0.16/28", false, 2, "10.0.0.24/29", "10.0.0.24/30"},
		{"10.0.0.16/28", true, 9, "10.0.0.24/29", "10.0.0.24/30"},
	} {
		got := ShareOf(netip.MustParsePrefix(c.subnet), c.exact, c.engines)
		if got.All.String() != c.all || got.Swarm.String() != c.half {
			t.Errorf("%s has %s, half of it %s; want %s, %s", c.subnet, got.All, got.Swarm, c.all, c.half)
		}
		if again := ShareBy(got.Swarm); again != got {
			t.Errorf("by its ip-range %s has %+v", c.subnet, again)
		}
	}
}
