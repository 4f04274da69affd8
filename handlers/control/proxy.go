package control

import (
	"cmp"
	"net"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/place"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Proxy is what is known of a proxy of Service Connect beside rows.
type Proxy interface {
	// IsConnected reports whether it knows what to do and is told what changes.
	IsConnected() bool
	// EjectedAt is since when it sends no requests to an instance of a service of Cloud Map; the zero time: it does.
	EjectedAt(discoveryARN, instance string) time.Time
}

type discoveryProxy struct {
	Task      string              `json:"task"` // ARN
	Connected bool                `json:"connected"`
	Endpoints []discoveryEndpoint `json:"endpoints"`
}

// discoveryEndpoint is a name and a port that the task may call.
type discoveryEndpoint struct {
	DiscoveryName string            `json:"discoveryName"`
	Name          string            `json:"name"`
	Port          uint16            `json:"port"`
	Protocol      string            `json:"protocol"`
	Targets       []discoveryTarget `json:"targets"`
	Weights       []discoveryWeight `json:"weights,omitempty"` // while deployments share requests
}

type discoveryTarget struct {
	ID         string     `json:"id"` // of the instance
	Address    string     `json:"address"`
	Deployment string     `json:"deployment,omitempty"`
	EjectedAt  *time.Time `json:"ejectedAt,omitempty"` // by this proxy; the real time of its machine
}

type discoveryWeight struct {
	Deployment string `json:"deployment"`
	Weight     int    `json:"weight"`
}

// proxies are the proxies of tasks that have not ended, with what rows say that they know.
func proxies(tx *store.Tx, known map[string]Proxy) []discoveryProxy {
	all := []discoveryProxy{}
	for _, t := range state.AllTasks(tx) {
		if t.Spec.Connect == nil || t.Ended() {
			continue
		}
		p := known[t.ARN]
		shown := discoveryProxy{Task: t.ARN, Connected: p != nil && p.IsConnected(), Endpoints: []discoveryEndpoint{}}
		for _, out := range place.Of(t.Spec.Connect).Outgoing {
			shown.Endpoints = append(shown.Endpoints, endpointOf(tx, out.ConnectEndpoint, p))
		}
		all = append(all, shown)
	}
	sorting.By(all, func(a, b discoveryProxy) int { return strings.Compare(a.Task, b.Task) })
	return all
}

// endpointOf is an endpoint as a proxy has it, which may be nil.
func endpointOf(tx *store.Tx, e *state.ConnectEndpoint, p Proxy) discoveryEndpoint {
	shown := discoveryEndpoint{
		DiscoveryName: e.DiscoveryName, Name: e.DNSName, Port: e.Port, Protocol: cmp.Or(e.Protocol, "tcp"), Targets: []discoveryTarget{},
	}
	for _, i := range servicediscovery.Instances(tx, e.DiscoveryARN) {
		t := discoveryTarget{
			ID: i.ID, Deployment: i.Deployment,
			Address: net.JoinHostPort(i.Attributes[servicediscovery.AttributeIPv4], i.Attributes[servicediscovery.AttributePort]),
		}
		if p != nil {
			if at := p.EjectedAt(e.DiscoveryARN, i.ID); !at.IsZero() {
				t.EjectedAt = &at
			}
		}
		shown.Targets = append(shown.Targets, t)
	}
	if w := servicediscovery.FindWeights(tx, e.DiscoveryARN); w != nil {
		for _, s := range w.Shares {
			shown.Weights = append(shown.Weights, discoveryWeight{s.Deployment, s.Weight})
		}
	}
	return shown
}
