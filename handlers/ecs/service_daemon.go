package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// What the DAEMON scheduling strategy does not go with. The first two texts are those of
// ECS0081, the others are of field reports.
var (
	errDaemonDesiredCount = invalidParameter("The daemon scheduling strategy does not support a desired count for services. " +
		"Remove the desired count value and try again")
	errDaemonFargate = invalidParameter("The daemon scheduling strategy does not support the FARGATE launch type. " +
		"Change the launch type and try again")
	errDaemonPlacementStrategy = invalidParameter("The daemon scheduling strategy does not support placement strategies")
	errDaemonMaximumPercent    = invalidParameter("The daemon scheduling strategy does not support values above 100 for maximumPercent")
	errDaemonRebalancing       = invalidParameter("Availability Zone Rebalancing does not support DAEMON services")
)

// checkDaemon tells first what is wrong with the network, then with the desired count,
// then with the launch type (ECS0081). launchType is that of the tasks.
func checkDaemon(def *types.TaskDefinition, in *ecs.CreateServiceInput, launchType types.LaunchType) error {
	if in.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return nil
	}
	if err := checkNetwork(def, in.NetworkConfiguration); err != nil {
		return err
	}
	switch {
	case in.DesiredCount != nil:
		return errDaemonDesiredCount
	case launchType == types.LaunchTypeFargate:
		return errDaemonFargate
	}
	return checkDaemonSpec(in.PlacementStrategy, in.DeploymentConfiguration, in.AvailabilityZoneRebalancing)
}

// updateDaemon refuses an update of a DAEMON service that CreateService would refuse.
func updateDaemon(s *state.Service, in *ecs.UpdateServiceInput) error {
	if s.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return nil
	}
	if in.DesiredCount != nil {
		return errDaemonDesiredCount
	}
	return checkDaemonSpec(in.PlacementStrategy, in.DeploymentConfiguration, in.AvailabilityZoneRebalancing)
}

func checkDaemonSpec(strategy []types.PlacementStrategy, c *types.DeploymentConfiguration, rebalancing types.AvailabilityZoneRebalancing) error {
	switch {
	case len(strategy) > 0:
		return errDaemonPlacementStrategy
	case c != nil && aws.ToInt32(c.MaximumPercent) > 100:
		return errDaemonMaximumPercent
	case rebalancing == types.AvailabilityZoneRebalancingEnabled:
		return errDaemonRebalancing
	}
	return nil
}
