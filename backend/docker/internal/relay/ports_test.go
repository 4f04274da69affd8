package relay

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

func TestAskForPorts(t *testing.T) {
	for name, c := range map[string]struct {
		count               int
		before, taken, want hostPorts
	}{
		"none":            {0, hostPorts{}, hostPorts{}, hostPorts{}},
		"the first ones":  {4, hostPorts{}, hostPorts{}, hostPorts{[]uint16{14600, 14601, 14602, 14603}, []uint16{14600}}},
		"one of UDP":      {1, hostPorts{}, hostPorts{}, hostPorts{[]uint16{14600}, []uint16{14600}}},
		"but what others": {3, hostPorts{}, hostPorts{[]uint16{14600, 14602}, []uint16{14601}}, hostPorts{[]uint16{14601, 14603, 14604}, []uint16{14600}}},
		"those of before": {3, hostPorts{[]uint16{14610, 14612, 14613}, []uint16{14615}}, hostPorts{}, hostPorts{[]uint16{14610, 14612, 14613}, []uint16{14615}}},
		"but what others have of them": {
			2, hostPorts{[]uint16{14610, 14612}, nil}, hostPorts{[]uint16{14612}, nil}, hostPorts{[]uint16{14600, 14610}, []uint16{14600}},
		},
	} {
		if got := askFor(c.count, c.before, c.taken); !slices.Equal(got.tcp, c.want.tcp) || !slices.Equal(got.udp, c.want.udp) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var all []uint16
	for port := firstHostPort; port <= lastHostPort; port++ {
		all = append(all, uint16(port))
	}
	if got := askFor(2, hostPorts{}, hostPorts{all, all}); !got.none() {
		t.Errorf("all are taken, but it asks for %v", got)
	}
}

func TestPortsOfContainers(t *testing.T) {
	got := publishedPorts([]container.Summary{
		{Ports: []container.PortSummary{{PrivatePort: 80}, {PrivatePort: 80, PublicPort: 8080, Type: "tcp"}}},
		{Ports: []container.PortSummary{{PublicPort: 53, Type: "udp"}}},
	})
	if !slices.Equal(got.tcp, []uint16{8080}) || !slices.Equal(got.udp, []uint16{53}) {
		t.Errorf("%v", got)
	}
}

func TestWhichPortTheEngineRefuses(t *testing.T) {
	asked := hostPorts{[]uint16{14600, 14601}, []uint16{14601}}
	for text, want := range map[string]hostPorts{
		// Docker, of a port of a container and of one of the host.
		"driver failed programming external connectivity on endpoint relay: Bind for 127.0.0.1:14600 failed: port is already allocated":                                             {tcp: []uint16{14600}},
		"driver failed programming external connectivity on endpoint relay: Error starting userland proxy: listen tcp4 127.0.0.1:14600: bind: address already in use":               {tcp: []uint16{14600}},
		"driver failed programming external connectivity on endpoint relay: Error starting userland proxy: listen udp4 127.0.0.1:14601: bind: address already in use":               {udp: []uint16{14601}},
		"failed to bind host port for 127.0.0.1:14601:172.17.0.2:14601/udp: address already in use":                                                                                 {udp: []uint16{14601}},
		"driver failed programming external connectivity on endpoint relay: Bind for 127.0.0.1:14601 failed: port is already allocated":                                             {tcp: []uint16{14601}, udp: []uint16{14601}},
		"Ports are not available: exposing port TCP 127.0.0.1:14600 -> 127.0.0.1:0: listen tcp 127.0.0.1:14600: bind: An attempt was made to access a socket in a way forbidden by": {tcp: []uint16{14600}},
		"rootlessport listen tcp 127.0.0.1:14600: bind: address already in use":                                                                                                     {tcp: []uint16{14600}},
		"Bind for 127.0.0.1:80 failed: port is already allocated":                                                                                                                   {},
		"no such image": {},
	} {
		got, ok := asked.refusedPort(errors.New(text))
		if !slices.Equal(got.tcp, want.tcp) || !slices.Equal(got.udp, want.udp) || ok == want.none() {
			t.Errorf("%s: %v, %v; want %v", text, got, ok, want)
		}
	}
	if got, ok := asked.refusedPort(nil); ok {
		t.Errorf("no refusal: %v", got)
	}
}

func TestForwardsAreOfPublishedPorts(t *testing.T) {
	published := hostPorts{[]uint16{14600, 14601, 14603}, []uint16{14600}}
	to := netip.MustParseAddrPort("10.0.0.9:80")
	good := []backend.PortForward{
		{Protocol: "tcp", Port: 14600, More: 1, To: to}, {Protocol: "udp", Port: 14600, To: to},
	}
	bad := []backend.PortForward{
		{Protocol: "tcp", Port: 14601, More: 2, To: to}, {Protocol: "udp", Port: 14601, To: to}, {Protocol: "tcp", Port: 80, To: to},
	}
	if err := published.check(good); err != nil {
		t.Error(err)
	}
	for _, f := range bad {
		if err := published.check([]backend.PortForward{f}); err == nil {
			t.Errorf("%+v is not refused", f)
		}
	}
	leads, lost := published.split(slices.Concat(good, bad))
	if !slices.Equal(leads, good) || !slices.Equal(lost, bad) {
		t.Errorf("published %v, not published %v", leads, lost)
	}
}
