package engines

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/engines/enginerecord"
)

func TestStateAndEngineBelongTogether(t *testing.T) {
	const here, there = "unix:///var/run/docker.sock", "tcp://10.0.0.7:2376"
	docker, sim := &enginerecord.Record{Kind: "docker", Host: here, ID: "A"}, &enginerecord.Record{Kind: "sim"}
	named := &enginerecord.Record{Name: "a", Kind: "docker", Host: here, ID: "A"}
	onDocker, onSim := Choice{Place{Kind: Docker, Host: here}, true}, Choice{Place{Kind: Sim}, true}
	for _, c := range []struct {
		asked  string
		known  *enginerecord.Record
		want   Choice
		refuse string
	}{
		{"auto", nil, Choice{Place{Kind: Auto}, false}, ""},
		{"docker", nil, Choice{Place{Kind: Docker}, false}, ""},
		{"sim", nil, Choice{Place{Kind: Sim}, false}, ""},
		{there, nil, Choice{Place{Kind: Docker, Host: there}, false}, ""},
		{"auto", docker, onDocker, ""},
		{"docker", docker, onDocker, ""},
		{here, docker, onDocker, ""},
		{there, docker, Choice{}, "belongs to the engine docker at " + here},
		{"sim", docker, Choice{}, "belongs to the engine docker"},
		{"auto", sim, onSim, ""},
		{"sim", sim, onSim, ""},
		{"docker", sim, Choice{}, "belongs to the engine sim"},
		{here, sim, Choice{}, "belongs to the engine sim"},
		{"a=docker", named, Choice{Place{Name: "a", Kind: Docker, Host: here}, true}, ""},
		{"a=" + there, named, Choice{Place{Name: "a", Kind: Docker, Host: there}, true}, ""},
		{"a=sim", named, Choice{}, "belongs to the engine a (docker at " + here + "), not to a=sim"},
	} {
		places, err := Parse(c.asked)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Choose(places[0], c.known)
		switch {
		case c.refuse == "" && (err != nil || got != c.want):
			t.Errorf("%s with %v: %+v, %v; want %+v", c.asked, c.known, got, err, c.want)
		case c.refuse != "" && (err == nil || !strings.Contains(err.Error(), c.refuse) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s with %v: %+v, %v; want a line with %q", c.asked, c.known, got, err, c.refuse)
		}
	}
}
