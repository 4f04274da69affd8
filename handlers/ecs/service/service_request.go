package service

import (
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
	if !rolls(in.DeploymentController) {
		return kit.CheckMembers(CreateServiceMembers, in)
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
	switch in.SchedulingStrategy {
	case "", types.SchedulingStrategyReplica:
		switch {
		case in.DesiredCount == nil:
			return kit.InvalidParameter("DesiredCount is missing")
		case *in.DesiredCount < 0:
			return kit.InvalidParameter("DesiredCount can not be lesser than 0")
		case !quotas.Allows(quota.TasksPerService, int(*in.DesiredCount)):
			return errDesiredCount
		}
	case types.SchedulingStrategyDaemon:
	default:
		return kit.InvalidParameter("Scheduling strategy should be one of [REPLICA,DAEMON]")
	}
	if c := in.DeploymentController; c != nil && c.Type == types.DeploymentControllerTypeCodeDeploy && len(in.LoadBalancers) == 0 { // badmintoncryer/cdk-preflight
		return kit.InvalidParameter("When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.")
	}
	return ofCreate(in).checkDeploymentController(in.DeploymentController, in.TaskDefinition)
}

// errDesiredCount is UpdateService's (ECS0241); that CreateService has the same words is not
// published.
var errDesiredCount = kit.InvalidParameter("Desired count exceeds limit.")

// checkDeploymentController is what a service with an external controller leaves to its task sets.
func (r Request) checkDeploymentController(controller *types.DeploymentController, taskDefinition *string) error {
	if controller == nil || controller.Type != types.DeploymentControllerTypeExternal {
		return nil
	}
	if aws.ToString(taskDefinition) != "" {
		return kit.InvalidParameter("TaskDefinition must be blank.")
	}
	for _, m := range serviceMembers {
		if err := m.checkExternal(r); err != nil {
			return err
		}
	}
	return nil
}

// rolls tells whether the deployment controller is ECS itself.
func rolls(controller *types.DeploymentController) bool {
	return controller == nil || controller.Type == "" || controller.Type == types.DeploymentControllerTypeEcs
}

// checkServiceRole takes a role for one load balancer, of tasks without network interfaces of their own.
// Source: issue 461 of containers-roadmap. UpdateService takes more of them: issue 1804 of
// cloudformation-coverage-roadmap.
func checkServiceRole(in *sdk.CreateServiceInput) error {
	switch {
	case aws.ToString(in.Role) == "":
		return nil
	case in.NetworkConfiguration != nil, len(in.LoadBalancers) > 1:
		return kit.InvalidParameter("You cannot specify an IAM role for services that require a service linked role.")
	case len(in.LoadBalancers) == 0:
		return kit.InvalidParameter("IAM roles are only valid for services configured to use load balancers.")
	}
	return nil
}
