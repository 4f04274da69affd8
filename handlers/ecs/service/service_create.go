package service

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// CreateService makes a service with its first deployment; the scheduler starts the
// tasks. The same request again returns the service that exists.
//
// Source: ECS API reference, CreateService; field reports for the messages. All members of a service: ECS0380, ECS0381.
func (a *API) CreateService(ctx context.Context, in *sdk.CreateServiceInput) (*sdk.CreateServiceOutput, error) {
	if err := checkCreateService(ctx, in, a.Quotas); err != nil {
		return nil, err
	}
	if err := passRoles(ctx, ofCreate(in), roleARN(kit.Scope(ctx), aws.ToString(in.Role))); err != nil {
		return nil, err
	}
	out := &sdk.CreateServiceOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		wanted, first, err := a.newService(ctx, c, in)
		if err != nil {
			return err
		}
		wanted.CreatedBy = awsapi.FromContext(ctx).Identity()
		service, err := createServiceOnce(c.Tx, wanted, first)
		if err != nil {
			return err
		}
		out.Service = describeService(c.Tx, service, false)
		if len(service.Tags) > 0 {
			out.Service.Tags = service.Tags // in the order of the request (ECS0090)
		}
		return nil
	})
	return out, err
}

// createServiceOnce writes the wanted service, with its first task set if it has one, or returns the one that an equal request
// with the same token made before (ECS0082). Two calls without a token count as with the
// same one; that is documented and was not recorded.
func createServiceOnce(tx *store.Tx, wanted *state.Service, first *taskset.TaskSet) (*state.Service, error) {
	old := state.FindService(tx, wanted.ARN)
	if old == nil {
		putNew(tx, wanted, first)
		return wanted, nil
	}
	switch old.Status() {
	case state.ServiceDraining:
		return nil, kit.InvalidParameter("Unable to Start a service that is still Draining.")
	case state.ServiceActive:
		if old.Request != wanted.Request || old.ClientToken != wanted.ClientToken {
			return nil, kit.InvalidParameter("Creation of service was not idempotent.")
		}
		return old, nil
	default:
		state.ForgetServiceHistory(tx, old.ARN)
		putNew(tx, wanted, first)
		return wanted, nil
	}
}

func putNew(tx *store.Tx, s *state.Service, first *taskset.TaskSet) {
	if first != nil {
		taskset.Put(tx, first)
		s.Sets = &state.SetService{Primary: first.ID, Revision: first.Revision}
	}
	state.PutService(tx, s)
}

// newService is the service that a request asks for, with its first task set where CodeDeploy is its deployment controller.
func (a *API) newService(ctx context.Context, c kit.InCluster, in *sdk.CreateServiceInput) (*state.Service, *taskset.TaskSet, error) {
	if controllerOf(in.DeploymentController) == types.DeploymentControllerTypeExternal {
		s, err := a.newExternalService(c, in)
		return s, nil, err
	}
	found, err := kit.FindTaskDefinition(c.Tx, c.Scope, *in.TaskDefinition)
	if err != nil {
		return nil, nil, err
	}
	if err := kit.CheckActive(found, kit.ClientError); err != nil {
		return nil, nil, err
	}
	l, err := a.createdLaunch(c, in, found.Definition())
	if err != nil {
		return nil, nil, err
	}
	s := createdService(c, in)
	resolving := &resolving{
		InCluster: c, Request: ofCreate(in), launches: &a.launches, quotas: a.Quotas, now: a.Now(), definition: found.Definition(), launchType: l.Capacity.LaunchType,
		service: s, before: new(state.ServiceRevision), revision: launch.NewRevision(found.Definition(), l),
	}
	if err := resolving.resolve(); err != nil {
		return nil, nil, err
	}
	revision := resolving.revision
	if err := resolving.checkSupported(CreateServiceMembers.Refused(in)); err != nil {
		return nil, nil, err
	}
	unrouted := *revision // as gateways may come and go
	unrouted.GatewayRoutes = nil
	s.Request = kit.Digest(&struct { // without the tags and the token (ECS0082)
		Service  *state.Service
		Revision *state.ServiceRevision
	}{s, &unrouted})
	s.Tags, s.ClientToken = slices.Clone(in.Tags), aws.ToString(in.ClientToken)
	s.CreatedAt, s.ResourceManagementType = a.Now(), managementType(ctx)
	if !s.Deploys() {
		return s, firstTaskSet(s, revision), nil
	}
	d := newDeployment(deploymentID(ctx, c.Tx, s.ARN), revision, s.CreatedAt)
	d.Connect = a.connected(c, s, revision, found.Definition())
	s.SetPrimary(d)
	return s, nil, nil
}

// createdService has what a request says of a service that is not among serviceMembers.
func createdService(c kit.InCluster, in *sdk.CreateServiceInput) *state.Service {
	name, strategy := *in.ServiceName, cmp.Or(in.SchedulingStrategy, types.SchedulingStrategyReplica)
	s := &state.Service{
		ARN: c.Scope.Service(c.Cluster.Name, name), Name: name, ClusterARN: c.Cluster.ARN,
		DesiredCount: int(aws.ToInt32(in.DesiredCount)), SchedulingStrategy: strategy,
		DeploymentController: controllerOf(in.DeploymentController),
		EnableECSManagedTags: in.EnableECSManagedTags, Role: roleARN(c.Scope, aws.ToString(in.Role)),
		PropagateTags:        cmp.Or(in.PropagateTags, types.PropagateTagsNone),
		PlacementConstraints: slices.Clone(in.PlacementConstraints), PlacementStrategy: launch.KeptStrategies(in.PlacementStrategy),
	}
	if s.DeploymentController != types.DeploymentControllerTypeEcs {
		s.Sets = &state.SetService{Revision: &state.ServiceRevision{LaunchType: cmp.Or(in.LaunchType, types.LaunchTypeEc2)}}
	}
	s.DeploymentConfiguration = defaultDeploymentConfiguration(s)
	return s
}

// createdLaunch is how the tasks of the first deployment run.
func (a *API) createdLaunch(c kit.InCluster, in *sdk.CreateServiceInput, def *types.TaskDefinition) (launch.Spec, error) {
	chosen, err := a.serviceCapacity(c.Tx, c.Cluster, in)
	if err != nil {
		return launch.Spec{}, err
	}
	l := launch.Spec{
		Capacity: chosen, Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints,
		Monitoring: launch.Monitoring(nil, in.Monitoring), Volumes: task.VolumeConfigurations(in.VolumeConfigurations),
	}
	if err := checkDaemon(def, in, chosen); err != nil {
		return l, err
	}
	if err := launch.Check(def, l); err != nil {
		return l, err
	}
	if err := launch.CheckPlatform(def, l.PlatformVersion); err != nil {
		return l, err
	}
	return l, a.CheckServiceRoleTrusts(c.Tx, c.Scope, roleARN(c.Scope, aws.ToString(in.Role)))
}

// serviceCapacity is where the tasks of a new service run. The launch type that the
// emulator is configured to take for unnamed ones is not for DAEMON services, which have
// no place on Fargate.
func (a *API) serviceCapacity(tx *store.Tx, cluster *state.Cluster, in *sdk.CreateServiceInput) (launch.Capacity, error) {
	launchType := in.LaunchType
	if in.SchedulingStrategy == types.SchedulingStrategyDaemon && launchType == "" &&
		len(in.CapacityProviderStrategy)+len(cluster.DefaultCapacityProviderStrategy) == 0 {
		launchType = types.LaunchTypeEc2
	}
	return a.launches.ChooseCapacity(tx, cluster, launchType, in.CapacityProviderStrategy)
}

// connected is what the tasks of a new deployment have of Service Connect; their services in Cloud Map are made.
func (a *API) connected(c kit.InCluster, s *state.Service, r *state.ServiceRevision, def *types.TaskDefinition) *state.Connect {
	endpoint.Provide(c.Tx, s.ARN, r, a.Now())
	return endpoint.Connect(c.Tx, s.ARN, r, def)
}
