package service

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/placement"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/emulator/task"
	"github.com/ecs-emulator/ecs-emulator/emulator/taskdef"
)

func (v StartTasks) apply(c *change) {
	ids, err := c.start(v)
	if err != nil {
		c.err = fmt.Errorf("start tasks of deployment %s: %w", v.DeploymentID, err)
		return
	}
	replacing := v.Replacing
	for batch := range slices.Chunk(ids, batchSize) {
		c.say(startedTasks(c.service.Name, batch, min(replacing, len(batch))))
		replacing -= min(replacing, len(batch))
	}
}

// start makes tasks of a deployment, spread among those that it has, and returns
// their ids.
func (c *change) start(v StartTasks) (ids []string, err error) {
	at := slices.IndexFunc(c.service.Deployments, func(d *state.Deployment) bool { return d.ID == v.DeploymentID })
	r := c.service.Deployments[at].Revision
	template, err := c.template(v.DeploymentID, r)
	if err != nil {
		return nil, err
	}
	where := placement.Request{
		LaunchType: r.TasksLaunchType(), Strategy: r.CapacityProviderStrategy, Subnets: c.subnets(vpcConfiguration(r).Subnets),
	}
	view := placement.NewView()
	for _, p := range c.tx.ServiceSummary(c.service.ARN).Placed {
		if p.DeploymentID == v.DeploymentID {
			view.Add(state.Placement{CapacityProvider: p.CapacityProvider, SubnetID: p.SubnetID}, p.Active)
		}
	}
	for range v.N {
		place, failure := placement.Place(view, where)
		if failure != "" { // cannot be: see planner.obstacle
			return nil, errors.New(failure)
		}
		view.Add(place, 1)
		t := template.New(place)
		c.tx.AddTask(t)
		ids = append(ids, arn.Name(t.ARN))
	}
	return ids, nil
}

// template is what the tasks of a deployment are made of.
func (c *change) template(deploymentID string, r *state.ServiceRevision) (*task.Template, error) {
	s, launchType := c.service, r.TasksLaunchType()
	definition := definitionOf(c.tx, r)
	resolved, err := taskdef.ApplyOverrides(definition.Definition(), nil, launchType)
	if err != nil {
		return nil, err
	}
	cluster, vpc := c.tx.Cluster(s.ClusterARN), vpcConfiguration(r)
	return task.NewTemplate(task.Request{
		Cluster: cluster, Definition: definition.Definition(), Resolved: resolved,
		LaunchType: launchType, PlatformVersion: r.PlatformVersion,
		SecurityGroups: vpc.SecurityGroups, AssignPublicIP: vpc.AssignPublicIp == types.AssignPublicIpEnabled,
		Group: "service:" + s.Name, StartedBy: deploymentID, ServiceARN: s.ARN, DeploymentID: deploymentID,
		EnableExecuteCommand: s.EnableExecuteCommand, Tags: taskTags(s, cluster, definition), Now: c.now,
	}), nil
}

// subnets finds those of a network configuration; they existed when it was made.
// Should none be there, the default ones stand in.
func (c *change) subnets(ids []string) []*state.Subnet {
	scope := arn.ScopeOf(c.service.ARN)
	var subnets []*state.Subnet
	for _, id := range ids {
		if s := c.tx.Subnet(scope, id); s != nil {
			subnets = append(subnets, s)
		}
	}
	if len(subnets) == 0 {
		return c.tx.Subnets(scope)
	}
	return subnets
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
