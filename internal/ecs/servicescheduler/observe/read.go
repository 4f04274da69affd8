// Package observe gathers what a decision of the service scheduler is made from: one snapshot of the store has all of it.
package observe

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// Read gathers what a decision needs from a snapshot; ok is false when there is no
// such service, or when a start has left out the damaged row of its cluster.
func Read(tx *store.Tx, serviceARN string, now time.Time, chance placement.Chance) (in Input, ok bool) {
	s := state.FindService(tx, serviceARN)
	if s == nil || state.Clusters.Get(tx, s.ClusterARN) == nil {
		return Input{}, false
	}
	in = Input{
		Service: s, Summary: state.FindServiceSummary(tx, serviceARN), Events: state.FindServiceEvents(tx, serviceARN), Now: now,
		Definitions: map[string]*types.TaskDefinition{}, Networks: map[string]string{},
		Tasks: func(deploymentID string) []*state.Task {
			return state.DeploymentTasks(tx, serviceARN, deploymentID)
		},
		Instances: newInstances(tx, s, chance),
		Zones:     func(g *state.Generation) []string { return zones(tx, s, g) },
	}
	in.Rules, in.Endpoints = readRules(tx, s), readEndpoints(tx, s)
	if s.Deploys() {
		in.Stands = stands(tx, s)
	} else {
		in.Sets = taskset.Of(tx, s.ARN)
	}
	for _, d := range s.Deployments {
		if r := state.FindServiceDeployment(tx, d.ServiceDeploymentARN); r != nil && !r.Ended() && !slices.Contains(in.ServiceDeployments, r) {
			in.ServiceDeployments = append(in.ServiceDeployments, r)
			if d == s.Primary() {
				in.Alarms = readAlarms(tx, r)
			}
		}
	}
	for _, g := range taskset.Generations(tx, s) {
		if definition := DefinitionOf(tx, g.Revision); definition != nil {
			in.Definitions[g.ID] = definition.Definition()
		}
		if gone := task.NetworkGone(tx, arn.ScopeOf(serviceARN), VPCConfiguration(g.Revision)); gone != "" {
			in.Networks[g.ID] = gone
		}
	}
	in.Gateway = readGateway(tx, s, in.Definitions)
	return in, true
}
