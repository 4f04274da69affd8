package agent

import (
	"net/netip"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// expect notes the network interfaces that rows name, before any engine has been looked at: one engine is found before
// another, and its tasks let in the members of their security groups that are on an engine which has not answered yet. What is not
// there any more leaves when its engine is found.
func (a *Agent) expect() {
	if len(a.hosts) < 2 {
		return
	}
	tx := a.Store.Read()
	for _, h := range a.hosts {
		instances := map[string]bool{}
		for _, t := range h.tasks() {
			if address, err := netip.ParseAddr(t.Status.Attachment.PrivateIPv4); err == nil && t.Status.SandboxID != "" && t.Spec.HasInterface() {
				a.interfaces.Join(h.networks, t.ARN, t.Scope(), t.Spec.SecurityGroups, address)
			}
			instances[t.Placement.ContainerInstance] = true
		}
		for arn := range instances {
			if row := state.FindContainerInstance(tx, arn); row != nil {
				h.instances.Expect(row)
			}
		}
	}
	for _, b := range elbv2.AllLoadBalancers(tx) {
		for _, text := range b.Addresses {
			if address, err := netip.ParseAddr(text); err == nil && a.named[b.Host] != nil {
				a.interfaces.Join(a.named[b.Host].networks, b.ARN, b.Scope, b.SecurityGroups, address)
			}
		}
	}
}
