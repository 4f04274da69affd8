package loadbalancer

import (
	"cmp"
	"context"
	"net/netip"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/balancer/control"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/host/loadbalancer/node"
)

// Reached is where a load balancer is reached.
type Reached struct {
	ARN, DNSName string
	Address      netip.Addr // in its VPC
	Host         string     // the one of the agent that it runs on, by name
	Listeners    []ReachedListener
}

type ReachedListener struct {
	ARN, Protocol string
	Port          uint16
	// Local are the addresses of the user's loopback interface that lead there: one, or none
	// when there is no port to be had; of TCP_UDP, one of each with /tcp or /udp behind it.
	Local []string
}

// Reached lists the load balancers that run, in order of their ARNs.
func (c *Controller) Reached() (list []Reached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.running {
		list = append(list, r.reached)
	}
	sorting.By(list, func(a, b Reached) int { return cmp.Compare(a.ARN, b.ARN) })
	return list
}

// reach opens ports for the listeners that are ready, and says where they are.
func (c *Controller) reach(ctx context.Context, v View, at node.Place, client *control.Client) {
	has := func(l Listener) bool { // one that was refused has no port
		piece, _ := client.Applied(balancer.Key{Kind: balancer.KindListener, ID: l.ARN})
		return piece.Digest != ""
	}
	now := Reached{ARN: v.LoadBalancer.ARN, DNSName: v.LoadBalancer.DNSName, Address: at.Address, Host: at.Host}
	var ready []string
	for _, l := range v.Listeners {
		if has(l) {
			ready = append(ready, l.ARN)
		}
	}
	c.Nodes.ClosePorts(now.ARN, ready) // first: a new listener may have the port of one that is gone
	for _, l := range v.Listeners {
		if has(l) {
			now.Listeners = append(now.Listeners, ReachedListener{
				ARN: l.ARN, Protocol: string(l.Protocol), Port: uint16(l.Port), Local: c.Nodes.OpenPort(ctx, l.Listener),
			})
		}
	}
	c.mu.Lock()
	r := c.running[now.ARN]
	before := r.reached
	r.reached = now
	c.mu.Unlock()
	for _, l := range now.Listeners {
		if !slices.ContainsFunc(before.Listeners, func(other ReachedListener) bool {
			return other.ARN == l.ARN && slices.Equal(other.Local, l.Local)
		}) {
			c.say(now, l)
		}
	}
}

// say logs where a listener is reached.
func (c *Controller) say(of Reached, l ReachedListener) {
	c.Log.Info("listener is ready", "dnsName", of.DNSName, "protocol", l.Protocol, "port", l.Port, "address", of.Address, "local", l.Local)
}
