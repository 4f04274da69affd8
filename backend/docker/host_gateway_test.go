package docker

import (
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"
)

func TestTheHostHasAName(t *testing.T) {
	for _, c := range []struct {
		known facts
		own   []string
		want  []string
	}{
		{facts{}, nil, nil},
		{facts{hostGateway: true}, nil, []string{"host.docker.internal:host-gateway"}},
		{facts{hostGateway: true}, []string{"db:10.0.0.2"}, []string{"db:10.0.0.2", "host.docker.internal:host-gateway"}},
		{facts{hostGateway: true}, []string{"host.docker.internal:10.0.0.2"}, []string{"host.docker.internal:10.0.0.2"}},
	} {
		host := &container.HostConfig{ExtraHosts: c.own}
		if reachHost(host, c.known); !slices.Equal(host.ExtraHosts, c.want) {
			t.Errorf("%+v: %q", c, host.ExtraHosts)
		}
	}
}
