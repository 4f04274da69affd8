package service

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
)

// Source of the texts: ECS developer guide, troubleshooting deployment controller migration.
var (
	errSeveralTaskSets = kit.InvalidParameter("Updating the deployment controller is not supported when there are multiple tasksets in the service. " +
		"Please ensure your service has only one taskset and try again.")
	errNoPrimaryTaskSet = kit.InvalidParameter("Updating the deployment controller requires a primary taskset in the service. " +
		"Please ensure your service has a primary taskset and try again.")
)

// migration is the change of a service's deployment controller: the service under the new one, and the task set that comes of its
// deployment, or goes over into one.
type migration struct {
	service         *state.Service
	made, dissolved *taskset.TaskSet // nil: none
}

// migrate has a service with some task sets go over to another deployment controller. Its tasks run on: a task set and a deployment
// are the same generation of tasks, by the same id.
//
// Source: ECS API reference, UpdateService, for which controllers follow which; what becomes of rollout, scale and deployment
// configuration is the emulator's choice.
func migrate(old *state.Service, sets []*taskset.TaskSet, to types.DeploymentControllerType, now time.Time) (migration, error) {
	switch from := cmp.Or(old.DeploymentController, types.DeploymentControllerTypeEcs); {
	case !slices.Contains(to.Values(), to):
		return migration{}, kit.InvalidParameter("deploymentController.type should be one of [ECS,CODE_DEPLOY,EXTERNAL]")
	case to == types.DeploymentControllerTypeCodeDeploy:
		return migration{}, kit.InvalidParameter(fmt.Sprintf("Updating the deployment controller from %s to %s is not supported.", from, to))
	case to == types.DeploymentControllerTypeEcs:
		return toDeployments(old, sets, now)
	case !old.Deploys():
		m := migration{service: old.Clone()}
		m.service.DeploymentController = to
		return m, nil
	default:
		return toTaskSets(old, to, now)
	}
}

// toDeployments makes a PRIMARY deployment of the one task set. It is IN_PROGRESS until the scheduler has seen all its tasks, which
// go to the desired count if the scale was another one.
func toDeployments(old *state.Service, sets []*taskset.TaskSet, now time.Time) (migration, error) {
	switch {
	case len(sets) > 1:
		return migration{}, errSeveralTaskSets
	case len(sets) == 0 || sets[0].Status(old) != taskset.Primary:
		return migration{}, errNoPrimaryTaskSet
	}
	s := old.Clone()
	s.DeploymentController, s.Sets = types.DeploymentControllerTypeEcs, nil
	s.DeploymentConfiguration = mergePercentages(defaultDeploymentConfiguration(s), old.DeploymentConfiguration)
	d := newDeployment(arn.NewDeploymentID(), sets[0].Revision, now)
	d.RolloutStateReason = fmt.Sprintf("ECS deployment %s in progress.", sets[0].ID)
	d.Generation = sets[0].Generation
	s.SetPrimary(d)
	return migration{service: s, dissolved: sets[0]}, nil
}

// toTaskSets makes a PRIMARY task set of the one deployment, which has to be COMPLETED; that another one, or several, are refused as
// several task sets are is a choice. What only deployments have goes: the alarms that are off, the circuit breaker's thresholds,
// and the rebalancing of Availability Zones.
func toTaskSets(old *state.Service, to types.DeploymentControllerType, now time.Time) (migration, error) {
	if err := checkForTaskSets(old, to); err != nil {
		return migration{}, err
	}
	d := old.Primary()
	if len(old.Deployments) > 1 || d.RolloutState != types.DeploymentRolloutStateCompleted {
		return migration{}, errSeveralTaskSets
	}
	set := &taskset.TaskSet{
		Generation: d.Generation, ARN: arn.ScopeOf(old.ARN).TaskSet(arn.ClusterName(old.ARN), old.Name, d.ID), ServiceARN: old.ARN,
		Scale: wholeScale, AskedAt: now, UpdatedAt: now,
	}
	s := old.Clone()
	s.DeploymentController, s.Sets = to, &state.SetService{Primary: set.ID, Revision: set.Revision}
	s.Deployments, s.Completed, s.Rebalancing = nil, nil, state.Rebalancing{}
	s.DeploymentConfiguration = mergePercentages(defaultDeploymentConfiguration(s), old.DeploymentConfiguration)
	s.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingDisabled
	return migration{service: s, made: set}, nil
}

// checkForTaskSets refuses what services have that task sets do not, in the words of CreateService.
func checkForTaskSets(s *state.Service, to types.DeploymentControllerType) error {
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		return errDaemonController(to)
	}
	r := s.Revision()
	if err := launch.CheckSetLoadBalancers(r.OwnLoadBalancers()); err != nil {
		return err
	}
	if err := onlyWithECS("monitoring", r.Monitoring != nil); err != nil {
		return err
	}
	return Request{
		VolumeConfigurations: r.VolumeConfigurations, ServiceConnectConfiguration: r.ServiceConnectConfiguration,
		VpcLatticeConfigurations: r.VpcLatticeConfigurations, GatewayConnectors: r.GatewayConnectors, DeploymentConfiguration: s.DeploymentConfiguration,
	}.checkController(to)
}

// migrateController writes a service under the deployment controller that a request asks for, and returns it; the service itself
// where that is the one it has.
func (a *API) migrateController(c kit.InCluster, old *state.Service, asked *types.DeploymentController) (*state.Service, error) {
	if asked == nil || controllerOf(asked) == cmp.Or(old.DeploymentController, types.DeploymentControllerTypeEcs) {
		return old, nil
	}
	m, err := migrate(old, taskset.Of(c.Tx, old.ARN), controllerOf(asked), a.Now())
	if err != nil {
		return nil, err
	}
	if old.Deploys() {
		if target := applicationautoscaling.ResourceOfService(old.ARN); applicationautoscaling.Targets.Get(c.Tx, target.Key()) != nil {
			return nil, kit.InvalidParameter("The service is a scalable target of Application Auto Scaling, which does not support the " +
				string(m.service.DeploymentController) + " deployment controller. Deregister the scalable target and try again.") // ECS0330.8; the words are a choice
		}
	}
	if m.dissolved != nil {
		taskset.Release(c.Tx, m.dissolved)
	}
	if m.made != nil {
		state.Retire(c.Tx, old, m.service, a.Now())
		taskset.Adopt(c.Tx, m.made)
		m.service.Sets.Revision = m.made.Revision
	}
	state.PutService(c.Tx, m.service)
	return m.service, nil
}
