package task

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Where is what a request or a service says about the container instances of tasks.
type Where struct {
	Subnets     []*ec2network.Subnet // that exist
	Constraints []types.PlacementConstraint
	Strategy    []types.PlacementStrategy
	// CapacityProvider is the one whose instances alone count; empty: all do.
	CapacityProvider string
	// Engines are what the container instances are on; nil is one engine without a name.
	Engines *engineroom.Room
}

// Demand is what the tasks of the template ask of a container instance; the constraints
// of their definition count as well.
func (t *Template) Demand(where Where) *placement.Demand {
	def := t.request.Definition
	d := &placement.Demand{
		LaunchType: t.spec.LaunchType, CapacityProvider: where.CapacityProvider, Reserved: t.spec.Reserved, Requires: requires(def),
		Constraints: slices.Concat(placement.Of(def.PlacementConstraints), where.Constraints),
		Strategy:    where.Strategy, Group: t.spec.Group,
		Engines: where.Engines.Demands(t.Engine()), FileSystems: where.Engines.Separate(t.spec.FileSystems),
	}
	if t.spec.HasInterface() {
		d.Subnets = where.Subnets
	}
	return d
}

// WaitingDemand is what a task that waits asks of a container instance, of its definition and with
// the subnets of it that still exist. The room is what the engines have that the instances are on.
func WaitingDemand(t *state.Task, def *types.TaskDefinition, subnets []*ec2network.Subnet, room *engineroom.Room) *placement.Demand {
	w := t.Placement.Waiting
	return &placement.Demand{
		LaunchType: t.Spec.LaunchType, CapacityProvider: t.Placement.CapacityProvider, Reserved: t.Spec.Reserved, Requires: requires(def),
		Subnets: subnets, Constraints: w.Constraints, Strategy: w.Strategy, Group: t.Spec.Group,
		Engines: room.Demands(EngineOf(t)), FileSystems: room.Separate(t.Spec.FileSystems),
	}
}

// requires are the attributes that a container instance must have: those that ECS has
// found that the definition needs, and those of its platform where it names one.
// Source: ECS developer guide, container instance attributes.
func requires(def *types.TaskDefinition) []types.Attribute {
	platform := def.RuntimePlatform
	if platform == nil {
		return def.RequiresAttributes
	}
	list := slices.Clone(def.RequiresAttributes)
	if family := string(platform.OperatingSystemFamily); family != "" {
		list = append(list, types.Attribute{Name: aws.String("ecs.os-family"), Value: &family})
	}
	if architecture := strings.ToLower(string(platform.CpuArchitecture)); architecture != "" {
		list = append(list, types.Attribute{Name: aws.String("ecs.cpu-architecture"), Value: &architecture})
	}
	return list
}
