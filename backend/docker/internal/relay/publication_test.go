package relay

import (
	"maps"
	"testing"
)

func TestPortsForTasksAndForTheRegistryAreApart(t *testing.T) {
	p := demand{tasks: 1, registry: firstHostPort}.choose(publication{}, hostPorts{})
	_, bound := p.bindings()
	got := map[string]string{}
	for inside, at := range bound {
		got[inside.String()] = at[0].HostPort
	}
	want := map[string]string{"14600/tcp": "14600", "14600/udp": "14600", "4578/tcp": "15599"}
	if !maps.Equal(got, want) || len(p.all().tcp) != 2 {
		t.Errorf("published are %v, want %v; by TCP %v", got, want, p.all().tcp)
	}
}
