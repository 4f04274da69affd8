package servicescheduler

import (
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/verb"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// StartTasks implements verb.Doer: it starts tasks of a generation, and tells of them.
func (c *change) StartTasks(v verb.StartTasks) {
	replacing := v.Replacing
	for batch := range slices.Chunk(c.start(v), event.BatchSize) {
		if v.Zone != "" {
			c.say(event.StartedInZone{Zone: v.Zone, Tasks: batch})
			continue
		}
		c.say(event.StartedTasks{Tasks: batch, Replacing: min(replacing, len(batch)), TaskSet: v.TaskSet})
		replacing -= min(replacing, len(batch))
	}
}

// start makes tasks of a generation and returns their ids.
func (c *change) start(v verb.StartTasks) (ids []string) {
	g := observe.GenerationOf(c.tx, c.service, v.DeploymentID)
	template := observe.NewTemplate(c.tx, c.service, g, c.now)
	if g.Revision.TasksLaunchType() == types.LaunchTypeFargate && v.Places == nil {
		v.Places, _ = placesOnFargate(c.tx, c.service, g, v.N, v.Zone, limits{engines: c.engines})
	}
	for _, place := range v.Places {
		t := template.New(place)
		state.AddTask(c.tx, t)
		ids = append(ids, arn.Name(t.ARN))
	}
	return ids
}

// placesOnFargate spreads n tasks among those that a deployment has. If it finds fewer places, lack is why.
func placesOnFargate(tx *store.Tx, s *state.Service, g *state.Generation, n int, zone string, on limits) (places []state.Placement, lack *placement.Lack) {
	where := placement.Request{
		Strategy: g.Revision.CapacityProviderStrategy, Outages: on.outages, Allowance: on.allowance,
		Subnets: observe.Subnets(tx, arn.ScopeOf(s.ARN), observe.VPCConfiguration(g.Revision).Subnets),
		Task:    taskOf(s, g),
	}
	if where.Engines = on.engines.In(tx); where.Engines != nil {
		where.Engine = observe.NewTemplate(tx, s, g, time.Time{}).Engine()
	}
	if on.allowance != nil {
		where.CPU = int(taskdef.Size(observe.DefinitionOf(tx, g.Revision).Definition(), nil).CPU)
	}
	if zone != "" {
		where.Subnets = slices.DeleteFunc(where.Subnets, func(s *ec2network.Subnet) bool { return s.Zone != zone })
	}
	view := placement.NewView()
	for _, p := range state.FindServiceSummary(tx, s.ARN).Placed {
		if p.DeploymentID == g.ID {
			view.Add(state.Placement{CapacityProvider: p.CapacityProvider, SubnetID: p.SubnetID}, p.Active)
		}
	}
	for range n {
		place, without := placement.Place(view, where)
		if without != nil {
			if lack == nil || lack.Answer == quota.TooFast {
				lack = without
			}
			continue
		}
		places = append(places, place)
	}
	return places, lack
}

// taskOf is what outages see of the tasks of a generation.
func taskOf(s *state.Service, g *state.Generation) outage.Task {
	family, _, _ := strings.Cut(arn.Name(g.Revision.TaskDefinition), ":")
	return outage.Task{Cluster: arn.ClusterName(s.ARN), ClusterARN: s.ClusterARN, Family: family}
}
