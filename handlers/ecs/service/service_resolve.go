package service

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connect"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// resolving is a request whose members are held against what there is.
type resolving struct {
	kit.InCluster
	Request
	launches   *launch.Rules
	updates    bool // an UpdateService
	renews     bool // which has a new deployment, whether it is of the same revision or not
	quotas     quota.Quotas
	now        time.Time
	definition *types.TaskDefinition // nil where each task set has its own
	launchType types.LaunchType
	service    *state.Service         // what it becomes; its deployments are those so far
	before     *state.ServiceRevision // what its tasks are made of so far; empty if it is new
	revision   *state.ServiceRevision // and from now on
}

// listed is a list of the request, or else the present one. In a revision that UpdateService makes it is there even if it
// is empty (ECS0101).
func listed[T any](in *resolving, asked, present []T) []T {
	if asked == nil {
		asked = present
	}
	if in.updates {
		asked = kit.Listed(asked)
	}
	return slices.Clone(asked)
}

// done is what is done to the service, for messages.
func (in *resolving) done() string {
	if in.updates {
		return "updated"
	}
	return "created"
}

// checkSupported refuses what is not built of a request: the members in refused, and parts of Service Connect.
func (in *resolving) checkSupported(refused []string) error {
	launchType := in.revision.TasksLaunchType()
	refused = append(refused, connect.Unsupported(in.revision.ServiceConnectConfiguration, in.definition, launchType)...)
	return in.launches.CheckSupported(refused, in.definition, launchType)
}
