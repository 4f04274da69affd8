package request

import (
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"
)

func TestTheHostHasAName(t *testing.T) {
	for _, c := range []struct {
		known bool
		own   []string
		want  []string
	}{
		{false, nil, nil},
		{true, nil, []string{"host.docker.internal:host-gateway"}},
		{true, []string{"db:10.0.0.2"}, []string{"db:10.0.0.2", "host.docker.internal:host-gateway"}},
		{true, []string{"host.docker.internal:10.0.0.2"}, []string{"host.docker.internal:10.0.0.2"}},
	} {
		host := &container.HostConfig{ExtraHosts: c.own}
		if ReachHost(host, c.known); !slices.Equal(host.ExtraHosts, c.want) {
			t.Errorf("%+v: %q", c, host.ExtraHosts)
		}
	}
}
