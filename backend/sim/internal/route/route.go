// Package route tells of a load balancer whether it has an answer, as far as that is known without a request.
package route

import (
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
)

// Table are the pieces of a load balancer. Its methods are called by one at a time.
type Table map[balancer.Key]balancer.Piece

// Leads reports whether what comes to a port without being more than that reaches a server: by default, and to any of
// its targets that answers, which may see the client's address in place of the load balancer's.
func (t Table) Leads(port int, answers func(target netip.AddrPort, seesClient bool) bool) bool {
	for _, piece := range t {
		l := piece.Listener
		if l == nil || int(l.Port) != port || len(l.Rules) == 0 {
			continue
		}
		action := l.Rules[len(l.Rules)-1].Action
		if action.Forward == nil {
			return action.FixedResponse == nil || action.FixedResponse.StatusCode < 400
		}
		for _, g := range action.Forward.Groups {
			if g.Weight > 0 && t.leadsTo(g.Group, answers) {
				return true
			}
		}
	}
	return false
}

func (t Table) leadsTo(group string, answers func(netip.AddrPort, bool) bool) bool {
	seesClient := t.seesClient(group)
	for key, piece := range t {
		if key.Group == group && piece.Target != nil && answers(piece.Target.Addr, seesClient) {
			return true
		}
	}
	return false
}

func (t Table) seesClient(group string) bool {
	for _, piece := range t {
		if g := piece.TargetGroup; g != nil && g.ID == group {
			return g.Attributes["preserve_client_ip.enabled"] == "true"
		}
	}
	return false
}
