package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// ofSets are properties that only a new task set changes.
var ofSets = []string{
	"TaskDefinition", "LoadBalancers", "NetworkConfiguration", "PlatformVersion", "CapacityProviderStrategy", "ServiceRegistries",
	"ServiceConnectConfiguration", "VolumeConfigurations", "VpcLatticeConfigurations",
}

// updateSetService sends what the template has otherwise than before, and nothing else: UpdateService refuses what task sets have
// also where it is the value that is there (ECS0333). That AWS's handler does so is a choice. What the update before cannot have
// changed is not given back, or no stack could be rolled back after that refusal; nor is emptied what went with another deployment
// controller.
func updateSetService(t *handler.Turn) error {
	skipped := slices.Concat(serviceMembers, []input.Exception{input.Others(), input.Skipped("Cluster")})
	for _, m := range t.Properties.Members {
		if !t.Changed(m.Name) || t.Restores && slices.Contains(ofSets, m.Name) {
			skipped = append(skipped, input.Skipped(m.Name))
		}
	}
	for _, property := range ofSets {
		if isGone(t, property) && (t.Restores || t.Changed("DeploymentController")) {
			skipped = append(skipped, input.Skipped(property))
		}
	}
	in := sdk.UpdateServiceInput{Service: &t.ID}
	if err := t.Fill(&in, skipped...); err != nil {
		return err
	}
	in.Cluster, in.ForceNewDeployment = serviceCluster(t), asksForDeployment(t) && !t.Restores
	reset(t, &in)
	return t.Call(apiclient.ECS("UpdateService"), &in, nil)
}

// setsAreSteady reports whether a service has all tasks of the task sets that it keeps. One without a set has nothing to wait for:
// its sets are made after it.
func setsAreSteady(s *types.Service) bool {
	return !slices.ContainsFunc(s.TaskSets, func(set types.TaskSet) bool {
		return aws.ToString(set.Status) != "DRAINING" && (set.StabilityStatus != types.StabilityStatusSteadyState || !isComputed(s, &set))
	})
}

// isComputed reports whether the count of a task set is of the service's desired count as it is now: a set is in the steady state of
// the count before until the scheduler has looked.
func isComputed(s *types.Service, set *types.TaskSet) bool {
	if set.Scale == nil {
		return true
	}
	share := float64(s.DesiredCount) * set.Scale.Value / 100
	const rounding = 1e-6 // of the product; shares are rounded up
	return float64(set.ComputedDesiredCount) >= share-rounding && float64(set.ComputedDesiredCount) < share+1
}
