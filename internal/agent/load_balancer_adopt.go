package agent

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/elbv2"
)

// labelSubnet says which subnet the sandbox of a load balancer is in.
const labelSubnet = "ecs-emulator.subnet"

// adoptLoadBalancers takes over the load balancers that a former run has left, and takes them
// out of the list. Until a request for one comes, it goes on as it is, and so does one of which the
// engine tells nothing.
func (h *host) adoptLoadBalancers(byName map[string]backend.Container) {
	unseen := map[string]bool{}
	for name, c := range byName {
		of := c.Labels[labelLoadBalancer]
		if of == "" {
			continue
		}
		delete(byName, name)
		if c.State == backend.Unseen {
			unseen[of] = true
			h.knowLoadBalancer(of, c.ID)
			continue
		}
		h.loadBalancer(of).adopt(c)
	}
	h.loadBalancersMu.Lock()
	known := slices.Collect(maps.Values(h.loadBalancers))
	h.loadBalancersMu.Unlock()
	for _, b := range known {
		b.joinFound()
		b.mu.Lock()
		b.runs = b.runs && unseen[b.arn] // perhaps not: the next who asks for it looks
		b.mu.Unlock()
	}
}

// adopt takes over what was listed of it, unless there is something of this run.
func (b *loadBalancer) adopt(c backend.Container) {
	b.host.knowLoadBalancer(b.arn, c.ID)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case c.Sandbox && b.sandbox.ID == "":
		b.sandbox = c
	case !c.Sandbox && b.container == "":
		b.container = c.ID
	}
}

// joinFound notes its network interface, so that nobody whose rules name its groups takes it
// for gone.
func (b *loadBalancer) joinFound() {
	b.mu.Lock()
	sandbox := b.sandbox
	b.mu.Unlock()
	row := elbv2.FindLoadBalancer(b.host.agent.Store.Read(), b.arn)
	if row == nil || sandbox.State != backend.Running {
		return
	}
	all := b.host.agent.interfaces
	all.Join(b.host.networks, b.arn, row.Scope, row.SecurityGroups, sandbox.IP)
	all.Found(b.arn, sandbox.ID)
}

// tellOfLoadBalancers has all of them looked at.
func (h *host) tellOfLoadBalancers() {
	h.loadBalancersMu.Lock()
	known := slices.Sorted(maps.Keys(h.loadBalancers))
	h.loadBalancersMu.Unlock()
	for _, arn := range known {
		h.newsOfLoadBalancer(arn)
	}
}

// loadBalancerEnded notes that a part of one may have ended.
func (h *host) loadBalancerEnded(arn string) {
	b := h.loadBalancer(arn)
	b.mu.Lock()
	ended := b.runs
	b.runs = false
	stream := b.stream
	b.mu.Unlock()
	if ended {
		if stream != nil {
			_ = stream.Close()
		}
		h.agent.Log.Warn("a load balancer was stopped or disconnected from its network: starting it again", "loadBalancer", arn)
		h.newsOfLoadBalancer(arn)
	}
}

func (h *host) newsOfLoadBalancer(arn string) {
	if tell := h.agent.LoadBalancerNews; tell != nil {
		tell(arn)
	}
}

// knowLoadBalancer notes what container ids stand for.
func (h *host) knowLoadBalancer(arn string, ids ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		if id != "" {
			h.index[id] = subject{loadBalancer: arn}
		}
	}
}
