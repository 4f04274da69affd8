package service

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
)

// maxServiceClientToken is how long a client token can be. Source: ECS API reference, CreateService.
const maxServiceClientToken = 36

// serviceName is what names consist of. Source: ECS API reference, CreateService.
var serviceName = lazyregexp.New(`^[a-zA-Z0-9_-]{1,255}$`)

// checkCreateService is what the request alone tells. What the emulator cannot do is
// refused at the end (checkSupported), but for what leaves nothing to look at.
//
// Source: field reports of CreateService, where no comment says otherwise.
func checkCreateService(ctx context.Context, in *sdk.CreateServiceInput, quotas quota.Quotas) error {
	if !serviceName.MatchString(aws.ToString(in.ServiceName)) {
		return kit.InvalidParameter("Invalid service name.")
	}
	if err := kit.CheckClientToken(aws.ToString(in.ClientToken), maxServiceClientToken); err != nil {
		return err
	}
	if err := checkScheduling(in, quotas); err != nil {
		return err
	}
	if err := launch.CheckPlacement(in.PlacementStrategy, in.PlacementConstraints); err != nil {
		return err
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return err
	}
	if err := launch.CheckPropagateTags(in.PropagateTags); err != nil {
		return err
	}
	if err := checkServiceRole(in); err != nil {
		return err
	}
	switch controllerOf(in.DeploymentController) {
	case types.DeploymentControllerTypeExternal:
		return nil // checkScheduling has looked
	case types.DeploymentControllerTypeCodeDeploy:
		if err := checkCodeDeploy(in); err != nil {
			return err
		}
	}
	if aws.ToString(in.TaskDefinition) == "" {
		return kit.InvalidParameter("TaskDefinition can not be blank.") // Source: AWS's errors in reports of Terraform.
	}
	if err := launch.CheckMonitoring(in.Monitoring); err != nil {
		return err
	}
	return ofCreate(in).check()
}

// checkScheduling holds the scheduling strategy and the deployment controller
// against the rest of the request. The words are those of ECS0081, where they are ECS's.
func checkScheduling(in *sdk.CreateServiceInput, quotas quota.Quotas) error {
	controller := controllerOf(in.DeploymentController)
	external := controller == types.DeploymentControllerTypeExternal
	switch in.SchedulingStrategy {
	case "", types.SchedulingStrategyReplica:
		switch n := aws.ToInt32(in.DesiredCount); {
		case in.DesiredCount == nil && !external: // only the name is required there: ECS developer guide, external deployment
			return kit.InvalidParameter("DesiredCount is missing")
		case n < 0:
			return kit.InvalidParameter("DesiredCount can not be lesser than 0")
		case !quotas.Allows(quota.TasksPerService, int(n)):
			return errDesiredCount
		}
	case types.SchedulingStrategyDaemon:
		if controller != types.DeploymentControllerTypeEcs {
			return errDaemonController(controller)
		}
	default:
		return kit.InvalidParameter("Scheduling strategy should be one of [REPLICA,DAEMON]")
	}
	switch {
	case external:
		return checkExternal(in)
	case controller == types.DeploymentControllerTypeCodeDeploy && len(in.LoadBalancers) == 0: // badmintoncryer/cdk-preflight
		return kit.InvalidParameter("When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.")
	}
	return nil
}

// errDesiredCount is UpdateService's (ECS0241); that CreateService has the same words is not
// published.
var errDesiredCount = kit.InvalidParameter("Desired count exceeds limit.")

// controllerOf is the deployment controller that a request asks for: ECS's where it names none.
func controllerOf(asked *types.DeploymentController) types.DeploymentControllerType {
	if asked == nil {
		return types.DeploymentControllerTypeEcs
	}
	return cmp.Or(asked.Type, types.DeploymentControllerTypeEcs)
}

// checkServiceRole takes a role for one load balancer, of tasks without network interfaces of their own; tasks of task sets are
// not known yet.
// Source: issue 461 of containers-roadmap. UpdateService takes more of them: issue 1804 of
// cloudformation-coverage-roadmap.
func checkServiceRole(in *sdk.CreateServiceInput) error {
	switch {
	case aws.ToString(in.Role) == "", controllerOf(in.DeploymentController) == types.DeploymentControllerTypeExternal:
		return nil
	case in.NetworkConfiguration != nil, len(in.LoadBalancers) > 1:
		return kit.InvalidParameter("You cannot specify an IAM role for services that require a service linked role.")
	case len(in.LoadBalancers) == 0:
		return kit.InvalidParameter("IAM roles are only valid for services configured to use load balancers.")
	}
	return nil
}
