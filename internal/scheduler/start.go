package scheduler

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/scheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/task"
	"github.com/ecs-emulator/ecs-emulator/internal/taskdef"
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

// newTemplate is what the tasks of a deployment are made of; its task definition exists.
func newTemplate(tx *state.Tx, s *state.Service, d *state.Deployment, now time.Time) (*task.Template, error) {
	r, launchType := d.Revision, d.Revision.TasksLaunchType()
	definition := definitionOf(tx, r)
	resolved, err := taskdef.ApplyOverrides(definition.Definition(), nil, launchType)
	if err != nil {
		return nil, err
	}
	cluster, vpc := state.FindCluster(tx, s.ClusterARN), vpcConfiguration(r)
	if vpc == nil {
		vpc = &types.AwsVpcConfiguration{}
	}
	return task.NewTemplate(task.Request{
		Cluster: cluster, Definition: definition.Definition(), Resolved: resolved,
		LaunchType: launchType, PlatformVersion: r.PlatformVersion,
		SecurityGroups: task.SecurityGroups(tx, arn.ScopeOf(s.ARN), vpc.SecurityGroups, vpc.Subnets), AssignPublicIP: vpc.AssignPublicIp == types.AssignPublicIpEnabled,
		Group: groupOf(s), StartedBy: d.ID, ServiceARN: s.ARN, DeploymentID: d.ID, LoadBalancers: r.ResolvedLoadBalancers(),
		EnableExecuteCommand: s.EnableExecuteCommand, Tags: taskTags(s, cluster, definition), Now: now,
		Volume: task.NewVolume(task.VolumeConfigurations(r.VolumeConfigurations), task.TagSources{
			Definition: definition.Tags, Service: s.Tags, Managed: s.EnableECSManagedTags, Cluster: cluster.Name, ServiceName: s.Name,
		}),
	}), nil
}

// subnets finds those of a network configuration. No task starts while one is gone.
func subnets(tx *state.Tx, scope arn.Scope, ids []string) []*ec2network.Subnet {
	var found []*ec2network.Subnet
	for _, id := range ids {
		if s := ec2network.FindSubnet(tx, scope, id); s != nil {
			found = append(found, s)
		}
	}
	return found
}

func taskTags(s *state.Service, cluster *state.Cluster, definition *state.TaskDefinition) []types.Tag {
	var handedDown []types.Tag
	switch s.PropagateTags {
	case types.PropagateTagsTaskDefinition:
		handedDown = definition.Tags
	case types.PropagateTagsService:
		handedDown = s.Tags
	}
	return task.Tags(handedDown, nil, s.EnableECSManagedTags, cluster.Name, s.Name)
}
