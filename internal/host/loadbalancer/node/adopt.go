package node

import (
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
)

// labelSubnet says which subnet the sandbox of a load balancer is in.
const labelSubnet = "ecs-emulator.subnet"

// Adopt takes over the load balancers that a former run has left, and takes them out of the list
// of the engine's containers. Until Run is called for one it goes on as it is, and so does one of
// which the engine tells nothing.
func (n *Nodes) Adopt(byName map[string]backend.Container) {
	unseen := map[string]bool{}
	for name, c := range byName {
		of := c.Labels[Label]
		if of == "" {
			continue
		}
		delete(byName, name)
		if c.State == backend.Unseen {
			unseen[of] = true
			n.know(of, c.ID)
			continue
		}
		n.node(of).adopt(c)
	}
	n.mu.Lock()
	known := slices.Collect(maps.Values(n.nodes))
	n.mu.Unlock()
	for _, b := range known {
		b.joinFound()
		b.mu.Lock()
		b.runs = b.runs && unseen[b.arn] // perhaps not: the next Run looks
		b.mu.Unlock()
	}
}

// adopt takes over what was listed of it, unless there is something of this run.
func (b *node) adopt(c backend.Container) {
	b.nodes.know(b.arn, c.ID)
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case c.Sandbox && b.sandbox.ID == "":
		b.sandbox = c
	case !c.Sandbox && b.container == "":
		b.container = c.ID
	}
}

// joinFound notes its network interface, so that interfaces whose rules name its groups let it in
// still.
func (b *node) joinFound() {
	b.mu.Lock()
	sandbox := b.sandbox
	b.mu.Unlock()
	row := elbv2.FindLoadBalancer(b.nodes.Store.Read(), b.arn)
	if row == nil || row.Host != b.nodes.Host || sandbox.State != backend.Running {
		return
	}
	all := b.nodes.Interfaces
	all.Join(b.nodes.Networks, b.arn, row.Scope, row.SecurityGroups, sandbox.IP)
	all.Found(b.arn, sandbox)
}

// TellAll has all load balancers looked at, also those that the engine could not be asked about.
func (n *Nodes) TellAll() {
	n.mu.Lock()
	known := slices.AppendSeq(slices.Collect(maps.Keys(n.nodes)), maps.Keys(n.waiting))
	clear(n.waiting)
	n.mu.Unlock()
	slices.Sort(known)
	for _, arn := range slices.Compact(known) {
		n.tell(arn)
	}
}

// Ended notes that a container may have ended. It reports false for one that is of no load
// balancer.
func (n *Nodes) Ended(id string) bool {
	n.mu.Lock()
	arn, known := n.ids[id]
	n.mu.Unlock()
	if !known {
		return false
	}
	b := n.node(arn)
	b.mu.Lock()
	ended := b.runs
	b.runs = false
	stream := b.stream
	b.mu.Unlock()
	if ended {
		if stream != nil {
			_ = stream.Close()
		}
		n.Log.Warn("a load balancer was stopped or disconnected from its network: starting it again", "loadBalancer", arn)
		n.tell(arn)
	}
	return true
}

func (n *Nodes) tell(arn string) {
	n.mu.Lock()
	tell := n.news
	n.mu.Unlock()
	if tell != nil {
		tell(arn)
	}
}

// know notes of which load balancer containers are.
func (n *Nodes) know(arn string, ids ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range ids {
		if id != "" {
			n.ids[id] = arn
		}
	}
}

func (n *Nodes) forget(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.ids, id)
}
