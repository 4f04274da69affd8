package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	tasksets "github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// Tagged are what ListTagsForResource finds.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("ecs:cluster", state.Clusters.List, func(c *state.Cluster) (string, []tagging.Tag) {
			return c.ARN, tagsIf(c.Active(), c.Tags)
		}),
		tagging.Of("ecs:service", inClusters(state.Services), func(s *state.Service) (string, []tagging.Tag) {
			return s.ARN, tagsIf(s.Status() != state.ServiceInactive, s.Tags)
		}),
		tagging.Of("ecs:task-set", inClusters(taskSets), func(t *tasksets.TaskSet) (string, []tagging.Tag) { return t.ARN, tagsIf(true, t.Tags) }),
		tagging.Of("ecs:task", inClusters(state.Tasks), func(t *state.Task) (string, []tagging.Tag) { return t.ARN, tagsIf(!t.Ended(), t.Tags) }),
		tagging.Of("ecs:task-definition", taskDefinitions, func(d *taskdefinition.TaskDefinition) (string, []tagging.Tag) {
			return d.ARN, tagsIf(true, d.Tags)
		}),
		tagging.Of("ecs:daemon", allDaemons, func(d *daemon.Daemon) (string, []tagging.Tag) { return d.ARN, tagsIf(true, d.Tags) }),
		tagging.Of("ecs:daemon-task-definition", allDaemonDefinitions, func(d *daemon.Definition) (string, []tagging.Tag) {
			return d.ARN, tagsIf(true, d.Tags)
		}),
		tagging.Of("ecs:container-instance", inClusters(state.ContainerInstances), func(c *state.ContainerInstance) (string, []tagging.Tag) {
			return c.ARN, tagsIf(c.Status != state.InstanceInactive, c.Tags)
		}),
		tagging.Of("ecs:gateway", gateway.List, func(g *gateway.Gateway) (string, []tagging.Tag) { return g.ARN, tagsIf(true, g.Tags) }),
		tagging.Of("ecs:capacity-provider", capacityprovider.Providers.List, func(p *capacityprovider.Provider) (string, []tagging.Tag) {
			return p.ARN, tagsIf(p.Active(), p.Tags)
		}),
	}
}

func tagsIf(there bool, tags []types.Tag) []tagging.Tag {
	if !there {
		return nil
	}
	return tagging.List(tags, func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
}

// inClusters lists what is in any cluster of an account and Region.
func inClusters[T any](list func(*store.Tx, *state.Cluster) []T) func(*store.Tx, arn.Scope) []T {
	return func(tx *store.Tx, scope arn.Scope) (all []T) {
		for _, c := range state.Clusters.List(tx, scope) {
			all = append(all, list(tx, c)...)
		}
		return all
	}
}

func taskSets(tx *store.Tx, c *state.Cluster) (all []*tasksets.TaskSet) {
	for _, s := range state.Services(tx, c) {
		all = append(all, tasksets.Of(tx, s.ARN)...)
	}
	return all
}

func taskDefinitions(tx *store.Tx, scope arn.Scope) []*taskdefinition.TaskDefinition {
	return taskdefinition.List(tx, scope, "")
}

func allDaemons(tx *store.Tx, scope arn.Scope) []*daemon.Daemon { return daemon.List(tx, scope, "") }

func allDaemonDefinitions(tx *store.Tx, scope arn.Scope) []*daemon.Definition {
	return daemon.Definitions(tx, scope, "")
}
