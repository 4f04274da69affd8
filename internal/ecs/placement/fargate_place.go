package placement

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Request is what a task on Fargate asks of the place where it runs.
type Request struct {
	Strategy []types.CapacityProviderStrategyItem // nil: by launch type
	Subnets  []*ec2network.Subnet                 // at least one
	Outages  *outage.View                         // of capacity; nil: there is room for all
	Task     outage.Task                          // whom outages may be about
	// Allowance is what quotas leave; nil is no bound. CPU are the CPU units that the task takes of it.
	Allowance *quota.Allowance
	CPU       int
	// Engines have room for the task, which asks Engine of one; nil is one engine without a name.
	Engines *engineroom.Room
	Engine  engineroom.Ask
}

// Lack is why a task has no place on Fargate: an outage, what an allowance has answered, or that it suits no engine.
type Lack struct {
	Outage *outage.Outage
	Answer quota.Answer
	Engine string
}

// Reason is the reason of RunTask's failure. Source: ECS developer guide, API failure reasons and service event
// messages.
func (l *Lack) Reason() string {
	switch {
	case l.Outage != nil:
		return state.NoCapacity
	case l.Engine != "":
		return l.Engine
	}
	return quota.VCPULimit
}

// View is what a decision looks at: the tasks among which the next one is spread.
type View struct {
	byProvider, bySubnet map[string]int
}

// NewView is a view without tasks.
func NewView() *View { return &View{map[string]int{}, map[string]int{}} }

// Add counts n tasks by where they run.
func (v *View) Add(p state.Placement, n int) {
	v.byProvider[p.CapacityProvider] += n
	v.bySubnet[p.SubnetID] += n
}

// Place decides where the next task on Fargate runs, and counts it. Fargate has room for all but where
// there is an outage, or an allowance is used up: then it is in a zone without one, or has no place. The capacity provider is that
// of the strategy, also where it lacks capacity: there is no other instead. If no engine that suits answers, the task waits for one.
//
// Source: ECS developer guide, capacity provider strategies.
func Place(v *View, r Request) (place state.Placement, lack *Lack) {
	place.CapacityProvider = NextProvider(r.Strategy, v.byProvider)
	subnets, out := withCapacity(r, place.CapacityProvider)
	if len(subnets) == 0 {
		lack = &Lack{Outage: out}
	} else if unsuited := r.Engines.Refuses(r.Engine); unsuited != "" {
		lack = &Lack{Engine: unsuited}
	} else if answer := r.Allowance.Take(place.CapacityProvider, r.CPU); answer != quota.Granted {
		lack = &Lack{Answer: answer}
	}
	if lack != nil {
		v.byProvider[place.CapacityProvider]++ // the next one may be for another provider
		return state.Placement{}, lack
	}
	subnet := nextSubnet(subnets, v.bySubnet)
	place.SubnetID, place.Zone = subnet.ID, subnet.Zone
	engine, away := r.Engines.Place(r.Engine)
	if place.Host = engine; away != nil {
		place.Waiting = &state.Waiting{Reason: away.Reason}
	}
	v.Add(place, 1)
	return place, nil
}

// withCapacity are the subnets in whose zones a capacity provider has capacity, and what has taken that of
// the others.
func withCapacity(r Request, provider string) (subnets []*ec2network.Subnet, out *outage.Outage) {
	if r.Outages == nil {
		return r.Subnets, nil
	}
	for _, s := range r.Subnets {
		if o := r.Outages.Fargate(r.Task, provider, s.Zone); o != nil {
			out = o
		} else {
			subnets = append(subnets, s)
		}
	}
	return subnets, out
}
