// Package outage says where there is no capacity at present, because a fault has taken it. What places
// tasks and launches instances asks the view of a [Board], which no fault has leaves nil: every method of
// a nil view finds nothing.
//
//	if o := board.View().Down("us-east-1a"); o != nil { … }
package outage

import (
	"cmp"
	"sync/atomic"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Outage is one lack of capacity. What it names must match; what is empty matches all.
type Outage struct {
	// Zone is down, where Down says so; else the outage is in that zone alone.
	Zone string
	Down bool
	// Full: subnets have no free address, the one of the id Subnet or all of Zone.
	Full   bool
	Subnet string
	// Fargate has no capacity, for a capacity provider, a cluster by its name or ARN, and a family.
	Fargate         bool
	Provider        string
	Cluster, Family func(names ...string) bool
	ActedIn         func(tx *store.Tx, hit string)
	Acted           func(hit string)
}

// View is all outages at a time.
type View struct{ list []*Outage }

// NewView makes a view; without outages it is nil.
func NewView(list ...*Outage) *View {
	if len(list) == 0 {
		return nil
	}
	return &View{list}
}

// Board has the view of now. The zero value, and a nil board, have none.
type Board struct{ view atomic.Pointer[View] }

// View of now; nil is nothing.
func (b *Board) View() *View {
	if b == nil {
		return nil
	}
	return b.view.Load()
}

// Set replaces the view.
func (b *Board) Set(v *View) { b.view.Store(v) }

func (v *View) find(is func(*Outage) bool) *Outage {
	if v == nil {
		return nil
	}
	for _, o := range v.list {
		if is(o) {
			return o
		}
	}
	return nil
}

// Down is why a zone is down, or nil.
func (v *View) Down(zone string) *Outage {
	return v.find(func(o *Outage) bool { return o.Down && o.Zone == zone })
}

// Full is why a subnet has no free address, or nil.
func (v *View) Full(subnet, zone string) *Outage {
	return v.find(func(o *Outage) bool {
		return o.Full && (o.Subnet == "" || o.Subnet == subnet) && (o.Zone == "" || o.Zone == zone)
	})
}

// Task is what a task on Fargate is, as far as outages look at it.
type Task struct {
	Cluster, ClusterARN, Family string
}

// Fargate is why a task finds no capacity in a zone, or nil. No provider is FARGATE.
func (v *View) Fargate(t Task, provider, zone string) *Outage {
	if o := v.Down(zone); o != nil {
		return o
	}
	return v.find(func(o *Outage) bool {
		return o.Fargate && (o.Zone == "" || o.Zone == zone) && (o.Provider == "" || o.Provider == cmp.Or(provider, "FARGATE")) &&
			o.Cluster(t.Cluster, t.ClusterARN) && o.Family(t.Family)
	})
}
