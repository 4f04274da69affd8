package service

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// serviceRegistries are services of AWS Cloud Map in which the tasks of a service are instances.
type serviceRegistries struct{ unsaid }

func (serviceRegistries) rows() []member.Row {
	return member.Act(
		"serviceRegistries[].containerName", "serviceRegistries[].containerPort", "serviceRegistries[].port", "serviceRegistries[].registryArn",
	)
}

func (serviceRegistries) names(r Request) (named Named) {
	for _, each := range r.ServiceRegistries {
		named.Resources = append(named.Resources, Resource{Registry, aws.ToString(each.RegistryArn)})
		if aws.ToString(each.ContainerName) != "" {
			named.Ports = append(named.Ports, Port{Container: *each.ContainerName, Number: each.ContainerPort})
		}
	}
	return named
}

func (serviceRegistries) check(r Request) error {
	return launch.CheckRegistryCount(r.ServiceRegistries)
}

func (serviceRegistries) checkController(r Request, controller types.DeploymentControllerType) error {
	if controller == types.DeploymentControllerTypeExternal && len(r.ServiceRegistries) > 0 {
		return kit.InvalidParameter("ServiceRegistries must be empty or null.") // ECS0291
	}
	return nil
}

func (serviceRegistries) resolve(in *resolving) error {
	in.revision.ServiceRegistries = listed(in, in.ServiceRegistries, in.before.ServiceRegistries)
	if in.ServiceRegistries != nil {
		return launch.CheckServiceRegistries(in.InCluster, in.definition, in.launchType, in.ServiceRegistries)
	}
	return launch.CheckKeptServiceRegistries(in.InCluster, in.definition, in.launchType, in.revision.ServiceRegistries)
}

// same reports whether tasks become the same instances.
func (serviceRegistries) same(x, y *state.ServiceRevision) bool {
	return slices.EqualFunc(x.ServiceRegistries, y.ServiceRegistries, func(a, b types.ServiceRegistry) bool { return reflect.DeepEqual(a, b) })
}

func (serviceRegistries) showInService(s *types.Service, r *state.ServiceRevision) {
	s.ServiceRegistries = kit.Listed(r.ServiceRegistries)
}

func (serviceRegistries) showInRevision(shown *types.ServiceRevision, r *state.ServiceRevision) {
	shown.ServiceRegistries = r.ServiceRegistries
}
