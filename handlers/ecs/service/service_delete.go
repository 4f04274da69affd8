package service

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// DeleteService makes a service DRAINING and wants none of its tasks any more; the
// scheduler stops them, removes its task sets and makes the service INACTIVE. A service that is DRAINING
// already is answered as it is. Its scalable target goes with what belongs to that.
//
// Source: ECS API reference, DeleteService; ECS0087.
func (a *API) DeleteService(ctx context.Context, in *sdk.DeleteServiceInput) (*sdk.DeleteServiceOutput, error) {
	out := &sdk.DeleteServiceOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		id, err := c.ServiceARN(aws.ToString(in.Service))
		if err != nil {
			return err
		}
		old := state.FindService(c.Tx, id)
		service, err := a.deleteService(ctx, c.Tx, old, aws.ToBool(in.Force))
		if err != nil {
			return err
		}
		if service != old {
			state.PutService(c.Tx, service)
			managedalarm.ForgetService(c.Tx, service.ARN, a.Now())
		}
		out.Service = describeDeleted(c.Tx, service)
		return nil
	})
	return out, err
}

// describeDeleted is a service as only DeleteService shows it: with less of
// deploymentConfiguration, without its revisions, and with no deployment that wants tasks
// (ECS0087).
func describeDeleted(tx *store.Tx, s *state.Service) *types.Service {
	shown := describeService(tx, s, false)
	shown.CurrentServiceRevisions, shown.DesiredCount = nil, 0
	for i := range shown.Deployments {
		shown.Deployments[i].DesiredCount = 0
	}
	configuration := *s.DeploymentConfiguration
	configuration.BakeTimeInMinutes = nil
	if breaker := configuration.DeploymentCircuitBreaker; breaker != nil {
		configuration.DeploymentCircuitBreaker = &types.DeploymentCircuitBreaker{Enable: breaker.Enable, Rollback: breaker.Rollback}
	}
	shown.DeploymentConfiguration = &configuration
	return shown
}

// deleteService returns the changed copy of a service; the service itself if it is
// DRAINING already.
func (a *API) deleteService(ctx context.Context, tx *store.Tx, old *state.Service, force bool) (*state.Service, error) {
	switch {
	case old == nil:
		return nil, &types.ServiceNotFoundException{} // without words (ECS0087)
	case old.Status() == state.ServiceInactive:
		return nil, kit.ErrServiceNotActive
	case isManaged(old) && !byECS(ctx):
		return nil, errManaged(old, "DeleteExpressGatewayService to delete")
	case old.Status() == state.ServiceDraining:
		return old, nil
	case !force && old.SchedulingStrategy == types.SchedulingStrategyReplica && old.DesiredCount > 0:
		return nil, kit.InvalidParameter("The service cannot be stopped while it is scaled above 0.")
	case !force && holds(tx, old):
		return nil, kit.InvalidParameter("The service cannot be stopped while deployments are active.")
	}
	s := old.Clone()
	s.DesiredCount = 0
	s.DeletedAt = a.Now()
	return s, nil
}

// holds reports whether a service has task sets that have to go before it. The PRIMARY one of a service that CodeDeploy deploys does
// not, as no user can delete it (ECS0333.9).
func holds(tx *store.Tx, s *state.Service) bool {
	return slices.ContainsFunc(taskset.Of(tx, s.ARN), func(t *taskset.TaskSet) bool {
		return s.DeploymentController != types.DeploymentControllerTypeCodeDeploy || t.ID != s.Sets.Primary
	})
}
