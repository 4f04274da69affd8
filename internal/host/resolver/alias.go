package resolver

import (
	"strings"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// lookAtLoadBalancer has services looked at with instances that are aliases of a load balancer.
func (c *Controller) lookAtLoadBalancer(id string) {
	b := elbv2.FindLoadBalancer(c.Store.Read(), id)
	if b == nil {
		return // its services are looked at when they change: on AWS a dangling alias has no answer either
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for service := range c.aliases[strings.ToLower(b.DNSName)] {
		c.Pass(id, service)
	}
}

// alias notes of which load balancers instances of a service are aliases.
func (c *Controller) alias(service string, names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, services := range c.aliases {
		if delete(services, service); len(services) == 0 {
			delete(c.aliases, name)
		}
	}
	for _, name := range names {
		if c.aliases[name] == nil {
			c.aliases[name] = map[string]bool{}
		}
		c.aliases[name][service] = true
	}
}
