package main

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestPruneSaysWhyANetworkIsLeft(t *testing.T) {
	had := emulator.Owner{ID: "x", State: emulator.OwnerDead, Containers: 2, Networks: 3, SwarmNetworks: 1}
	for name, c := range map[string]struct {
		left emulator.Owner
		want string
	}{
		"nothing": {emulator.Owner{ID: "y"}, "removed what x had (dead): 2 containers, 3 networks, 0 volumes\n"},
		"of a swarm": {
			emulator.Owner{ID: "x", State: emulator.OwnerDead, Networks: 1, SwarmNetworks: 1},
			"removed what x had (dead): 2 containers, 2 networks, 0 volumes\n" +
				"left of it: 1 network of a Docker swarm, where its owner may have something on other engines: name all of its engines, by --engine a=... --engine b=...\n",
		},
		"of the engine": {
			emulator.Owner{ID: "x", State: emulator.OwnerDead, Networks: 1},
			"removed what x had (dead): 2 containers, 2 networks, 0 volumes\n" +
				"left of it: 0 containers, 1 network, 0 volumes, which the engine does not let go of; a restart of the engine may help\n",
		},
	} {
		var said strings.Builder
		explainRemoved(&said, had, []emulator.Owner{c.left})
		if said.String() != c.want {
			t.Errorf("%s: %q; want %q", name, said.String(), c.want)
		}
	}
}
