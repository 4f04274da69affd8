package service

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// setMembers are the serviceMembers that a service has itself where its tasks come of task sets; the sets have the others.
// Source: ECS developer guide, external deployment.
var setMembers = []serviceMember{healthCheckGracePeriod{}, executeCommand{}, deploymentConfiguration{}, zoneRebalancing{}}

// newExternalService is the service that a request asks for, whose tasks come of task sets that users make. It shows a launch type
// until one of these is the primary one (ECS0330): that this is the one in the request, if there is one, is a choice.
func (a *API) newExternalService(c kit.InCluster, in *sdk.CreateServiceInput) (*state.Service, error) {
	if err := a.CheckServiceRoleTrusts(c.Tx, c.Scope, roleARN(c.Scope, aws.ToString(in.Role))); err != nil {
		return nil, err
	}
	s := createdService(c, in)
	if err := resolveSetMembers(&resolving{InCluster: c, Request: ofCreate(in), launches: &a.launches, service: s, revision: s.Sets.Revision}); err != nil {
		return nil, err
	}
	if err := kit.CheckMembers(CreateServiceMembers, in); err != nil {
		return nil, err
	}
	s.Request = kit.Digest(s)
	s.Tags, s.ClientToken = slices.Clone(in.Tags), aws.ToString(in.ClientToken)
	s.CreatedAt = a.Now()
	return s, nil
}

func resolveSetMembers(in *resolving) error {
	for _, m := range setMembers {
		if err := m.resolve(in); err != nil {
			return err
		}
	}
	return nil
}

// updateSetService returns the changed copy of a service whose tasks come of task sets: its sets stay as they are, and run as many
// tasks as they are scaled to (ECS0330, ECS0334.3).
func (a *API) updateSetService(c kit.InCluster, old *state.Service, in *sdk.UpdateServiceInput) (*state.Service, error) {
	if err := checkSetUpdate(old.DeploymentController, in); err != nil {
		return nil, err
	}
	if err := ofUpdate(in).checkController(old.DeploymentController); err != nil {
		return nil, err
	}
	s := old.Clone()
	updateSpec(s, in)
	before := old.Revision()
	if err := resolveSetMembers(&resolving{InCluster: c, Request: ofUpdate(in), launches: &a.launches, updates: true, service: s, before: before, revision: before}); err != nil {
		return nil, err
	}
	return s, kit.CheckMembers(UpdateServiceMembers, in)
}

// ofSets are the members of UpdateService that only a new task set changes, in the words of AWS. Of the first three these are
// published (ECS0333, services.md A.7), of the others they follow the pattern.
var ofSets = []struct {
	words string
	given func(in *sdk.UpdateServiceInput) bool
}{
	{"task definition", func(in *sdk.UpdateServiceInput) bool { return in.TaskDefinition != nil }},
	{"load balancers", func(in *sdk.UpdateServiceInput) bool { return in.LoadBalancers != nil }},
	{"network parameters", func(in *sdk.UpdateServiceInput) bool { return in.NetworkConfiguration != nil }},
	{"platform version", func(in *sdk.UpdateServiceInput) bool { return in.PlatformVersion != nil }},
	{"capacity provider strategy", func(in *sdk.UpdateServiceInput) bool { return in.CapacityProviderStrategy != nil }},
	{"service registries", func(in *sdk.UpdateServiceInput) bool { return in.ServiceRegistries != nil }},
	// ecspresso sends the following three with nothing in them before each deployment by CodeDeploy (CD0024).
	{"Service Connect configuration", func(in *sdk.UpdateServiceInput) bool {
		return in.ServiceConnectConfiguration != nil && in.ServiceConnectConfiguration.Enabled
	}},
	{"volume configurations", func(in *sdk.UpdateServiceInput) bool { return len(in.VolumeConfigurations) > 0 }},
	{"VPC Lattice configurations", func(in *sdk.UpdateServiceInput) bool { return len(in.VpcLatticeConfigurations) > 0 }},
	{"monitoring", func(in *sdk.UpdateServiceInput) bool { return in.Monitoring != nil }},
}

// checkSetUpdate refuses what only a new task set changes, also where the value is the one that is there (ECS0333). For EXTERNAL the
// pattern follows ECS0330, which has the words for a forced deployment.
func checkSetUpdate(controller types.DeploymentControllerType, in *sdk.UpdateServiceInput) error {
	services := " on services with a " + string(controller) + " deployment controller."
	if controller == types.DeploymentControllerTypeCodeDeploy {
		services += " Use AWS CodeDeploy to trigger a new deployment."
	}
	for _, m := range ofSets {
		if m.given(in) {
			return kit.InvalidParameter("Unable to update " + m.words + services)
		}
	}
	if in.ForceNewDeployment {
		return kit.InvalidParameter("Cannot force a new deployment" + services)
	}
	return nil
}

// checkController is what a service leaves to its task sets that does not come of deployments.
func (r Request) checkController(controller types.DeploymentControllerType) error {
	for _, m := range serviceMembers {
		if err := m.checkController(r, controller); err != nil {
			return err
		}
	}
	return nil
}

// checkExternal refuses of CreateService what the task sets of a service have. Source: ECS0330, services.md A.6; ECS0291 for
// registries. The words for the others are by analogy.
func checkExternal(in *sdk.CreateServiceInput) error {
	switch {
	case in.TaskDefinition != nil && *in.TaskDefinition == "":
		return kit.InvalidParameter("Family should not be null or empty.")
	case in.TaskDefinition != nil:
		return kit.InvalidParameter("TaskDefinition must be blank.")
	}
	if err := ofCreate(in).checkController(types.DeploymentControllerTypeExternal); err != nil {
		return err
	}
	switch {
	case in.NetworkConfiguration != nil:
		return kit.InvalidParameter("NetworkConfiguration must be empty or null.")
	case len(in.CapacityProviderStrategy) > 0:
		return kit.InvalidParameter("CapacityProviderStrategy must be empty or null.")
	case aws.ToString(in.PlatformVersion) != "":
		return kit.InvalidParameter("PlatformVersion must be blank.")
	case in.LaunchType != "":
		if err := launch.CheckLaunchType(in.LaunchType); err != nil {
			return err
		}
	}
	return onlyWithECS("monitoring", in.Monitoring != nil)
}
