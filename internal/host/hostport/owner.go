package hostport

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Owner has ports on the loopback address: a running task, or a listener of a load balancer.
type Owner struct {
	ID string // ARN
	// Service is the ARN of the service that a task is of; empty for an owner of none.
	Service   string
	StartedAt time.Time
	Leaving   bool // it has been told to stop, or stops by itself
}

// group are the owners among which a port goes from one to the next. An owner of no service is
// a group of its own.
func (o Owner) group() string { return cmp.Or(o.Service, o.ID) }

type ownerPorts struct {
	Owner
	mappings []Mapping
	shared   []*sharedPort                    // for each mapping: the one that it has a lease of, or nil
	own      []openPort                       // for each mapping: its own, or nil
	all      bool                             // it is to have a port for each mapping
	lacks    map[types.TransportProtocol]bool // it is among those that lack one
}

// holds reports whether the owner has the shared port of a mapping.
func (p *ownerPorts) holds(i int) bool {
	s := p.shared[i]
	return s != nil && s.holder.ID == p.ID
}

// shown are the ports that lead to an owner. One that got a shared port from another owner has
// its own as well.
func (p *ownerPorts) shown() (list []Port) {
	for i, o := range p.mappings {
		for _, at := range p.ports(i) {
			if address := at.address(); address != "" {
				list = append(list, Port{o.Container, o.ContainerPort, o.Protocol, address})
			}
		}
	}
	return list
}

func (p *ownerPorts) ports(i int) (list []openPort) {
	if p.holds(i) {
		list = append(list, p.shared[i].openPort)
	}
	if p.own[i] != nil {
		list = append(list, p.own[i])
	}
	return list
}

// without are the container ports that have no port although they should.
func (p *ownerPorts) without() (list []string) {
	for i, o := range p.mappings {
		if p.all && len(p.ports(i)) == 0 {
			list = append(list, fmt.Sprintf("%d/%s", o.ContainerPort, o.Protocol))
		}
	}
	return list
}
