package scheduler

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/scheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// startTasks starts tasks of a deployment, and tells of them.
func (c *change) startTasks(v StartTasks) error {
	ids, err := c.start(v)
	if err != nil {
		return fmt.Errorf("start tasks of deployment %s: %w", v.DeploymentID, err)
	}
	replacing := v.Replacing
	for batch := range slices.Chunk(ids, batchSize) {
		c.say(event.StartedTasks{Tasks: batch, Replacing: min(replacing, len(batch))})
		replacing -= min(replacing, len(batch))
	}
	return nil
}

// start makes tasks of a deployment and returns their ids.
func (c *change) start(v StartTasks) (ids []string, err error) {
	at := slices.IndexFunc(c.service.Deployments, func(d *state.Deployment) bool { return d.ID == v.DeploymentID })
	d := c.service.Deployments[at]
	template, err := newTemplate(c.tx, c.service, d, c.now)
	if err != nil {
		return nil, err
	}
	if d.Revision.TasksLaunchType() == types.LaunchTypeFargate {
		v.Places = c.placesOnFargate(v, d.Revision)
	}
	for _, place := range v.Places {
		t := template.New(place)
		state.AddTask(c.tx, t)
		ids = append(ids, arn.Name(t.ARN))
	}
	return ids, nil
}

// placesOnFargate spreads tasks among those that the deployment has.
func (c *change) placesOnFargate(v StartTasks, r *state.ServiceRevision) (places []state.Placement) {
	where := placement.Request{
		Strategy: r.CapacityProviderStrategy,
		Subnets:  subnets(c.tx, arn.ScopeOf(c.service.ARN), vpcConfiguration(r).Subnets),
	}
	view := placement.NewView()
	for _, p := range state.FindServiceSummary(c.tx, c.service.ARN).Placed {
		if p.DeploymentID == v.DeploymentID {
			view.Add(state.Placement{CapacityProvider: p.CapacityProvider, SubnetID: p.SubnetID}, p.Active)
		}
	}
	for range v.N {
		place := placement.Place(view, where)
		view.Add(place, 1)
		places = append(places, place)
	}
	return places
}
