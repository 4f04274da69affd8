package owner

import (
	"fmt"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/label"
)

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name    string
		running bool
		homes   []dirState
		want    State
	}{
		{"without directory, its process runs", true, nil, Live},
		{"without directory, its process is gone", false, nil, Dead},
		{"durable and running, without its directory", true, []dirState{gone}, Live},
		{"stopped, directory there", false, []dirState{present}, Kept},
		{"stopped, directory deleted", false, []dirState{gone}, Dead},
		{"stopped, directory another owner's", false, []dirState{replaced}, Dead},
		{"stopped, directory elsewhere", false, []dirState{unclear}, Unknown},
		{"directory was moved and used since", false, []dirState{gone, present}, Kept},
		{"directory was moved out of sight", false, []dirState{gone, unclear}, Unknown},
		{"seen from here and from a container", false, []dirState{unclear, present}, Kept},
		{"moved, and deleted since", false, []dirState{gone, gone}, Dead},
	} {
		if got := judge(c.running, c.homes); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

// Places are the places of the owner as a whole: a thing that says nothing is as durable
// as the others.
func TestPlacesOfOwners(t *testing.T) {
	durable := func(directory string) map[string]string {
		return map[string]string{label.OwnerKey: "durable", label.DirectoryKey: directory, label.MachineKey: "h", label.MountsKey: "m"}
	}
	all := property{
		containers: []container.Summary{{Labels: durable("/a")}, {Labels: durable("/a")}, {Labels: map[string]string{label.OwnerKey: "old", label.DurableKey: "true"}}},
		heartbeats: []container.Summary{{Labels: durable("/b")}},
		networks:   []network.Summary{networkOf("durable"), networkOf("brief")},
	}
	got := fmt.Sprint(all.places())
	if want := fmt.Sprint(map[string][]label.Place{"brief": nil, "durable": {{Directory: "/a", Host: "h", Mounts: "m"}, {Directory: "/b", Host: "h", Mounts: "m"}}, "old": {{}}}); got != want {
		t.Errorf("places %s; want %s", got, want)
	}
	if needsWitness(all, label.Place{Directory: "/a", Host: "h", Mounts: "m"}) || !needsWitness(all, label.Place{Directory: "/c", Host: "h", Mounts: "m"}) || needsWitness(property{}, label.Place{Directory: "/c", Host: "h", Mounts: "m"}) {
		t.Error("a witness is needed where something is left and nothing else names the place")
	}
}

func networkOf(owner string) network.Summary {
	return network.Summary{Network: network.Network{Labels: map[string]string{label.OwnerKey: owner}}}
}
