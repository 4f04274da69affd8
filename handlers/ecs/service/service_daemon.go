package service

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// What the DAEMON scheduling strategy does not go with. The first two texts are those of
// ECS0081, the next three of ECS0162. That there are no managed volumes is documented
// (CreateService), in no words.
var (
	errDaemonDesiredCount = kit.InvalidParameter("The daemon scheduling strategy does not support a desired count for services. " +
		"Remove the desired count value and try again")
	errDaemonFargate = kit.InvalidParameter("The daemon scheduling strategy does not support the FARGATE launch type. " +
		"Change the launch type and try again")
	errDaemonCapacityProviders = kit.InvalidParameter("Specifying a capacity provider strategy is not supported " +
		"when you create a service using the DAEMON scheduling strategy.")
	errDaemonPlacementStrategy = kit.InvalidParameter("The daemon scheduling strategy does not support placement strategies. " +
		"Remove the placement strategy and try again")
	errDaemonMaximumPercent = kit.InvalidParameter("The daemon scheduling strategy does not support values above 100 for maximumPercent " +
		"on a deployment configuration. Change the maximumPercent value to 100, and try again")
	errDaemonVolumes = kit.InvalidParameter("The daemon scheduling strategy does not support volume configurations. " +
		"Remove the volume configurations and try again")
)

// errDaemonController is about a controller whose tasks come of task sets. Source: ECS developer guide, external deployment; API
// reference, CreateService. The words are by analogy.
func errDaemonController(controller types.DeploymentControllerType) error {
	return kit.InvalidParameter("The daemon scheduling strategy does not support the " + string(controller) + " deployment controller. " +
		"Change the deployment controller and try again")
}

// checkDaemon tells first what is wrong with the network, then with the desired count,
// then with the launch type (ECS0081). A strategy of the cluster's counts as well (ECS0162).
func checkDaemon(def *types.TaskDefinition, in *sdk.CreateServiceInput, chosen launch.Capacity) error {
	if in.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return nil
	}
	if err := launch.CheckNetwork(def, in.NetworkConfiguration); err != nil {
		return err
	}
	switch {
	case in.DesiredCount != nil:
		return errDaemonDesiredCount
	case chosen.Strategy != nil:
		return errDaemonCapacityProviders
	case chosen.LaunchType == types.LaunchTypeFargate:
		return errDaemonFargate
	case len(in.PlacementStrategy) > 0:
		return errDaemonPlacementStrategy
	case len(in.VolumeConfigurations) > 0:
		return errDaemonVolumes
	}
	return checkDaemonMaximum(in.DeploymentConfiguration)
}

// updateDaemon refuses an update of a DAEMON service that CreateService would refuse, and
// a placement strategy even if it is an empty list (ECS0162). The words for capacity
// providers are the providers of CreateService.
func updateDaemon(s *state.Service, in *sdk.UpdateServiceInput) error {
	if s.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return nil
	}
	switch {
	case in.DesiredCount != nil:
		return errDaemonDesiredCount
	case len(in.CapacityProviderStrategy) > 0:
		return errDaemonCapacityProviders
	case in.PlacementStrategy != nil:
		return errDaemonPlacementStrategy
	case len(in.VolumeConfigurations) > 0:
		return errDaemonVolumes
	}
	return checkDaemonMaximum(in.DeploymentConfiguration)
}

func checkDaemonMaximum(c *types.DeploymentConfiguration) error {
	if c != nil && aws.ToInt32(c.MaximumPercent) > 100 {
		return errDaemonMaximumPercent
	}
	return nil
}
