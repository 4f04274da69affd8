package agent

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// taskPorts are those of a task.
type taskPorts struct {
	tenant
	openings []opening
	shared   []*sharedPort                    // for each opening: the one that it has a claim to, or nil
	own      []port                           // for each opening: its own, or nil
	all      bool                             // it is to have a port for each opening
	lacks    map[types.TransportProtocol]bool // it is among those that lack one
}

// holds reports whether it is the task's turn at the shared port of an opening.
func (p *taskPorts) holds(i int) bool {
	s := p.shared[i]
	return s != nil && s.has.task == p.task
}

// shown are the ports that lead to a task. One that has a shared port by succession has its
// own as well.
func (p *taskPorts) shown() (list []HostPort) {
	for i, o := range p.openings {
		for _, at := range p.ports(i) {
			if address := at.address(); address != "" {
				list = append(list, HostPort{o.container, o.containerPort, o.protocol, address})
			}
		}
	}
	return list
}

// ports are those that lead to an opening.
func (p *taskPorts) ports(i int) (list []port) {
	if p.holds(i) {
		list = append(list, p.shared[i].port)
	}
	if p.own[i] != nil {
		list = append(list, p.own[i])
	}
	return list
}

// without are the container ports to which none leads, although one should.
func (p *taskPorts) without() (list []string) {
	for i, o := range p.openings {
		if p.all && len(p.ports(i)) == 0 {
			list = append(list, fmt.Sprintf("%d/%s", o.containerPort, o.protocol))
		}
	}
	return list
}
