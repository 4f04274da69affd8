package service

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task"
)

// CreateService makes a service with its first deployment; the scheduler starts the
// tasks. The same request again returns the service that exists.
//
// Source: ECS API reference, CreateService; field reports for the messages.
func (a *API) CreateService(ctx context.Context, in *sdk.CreateServiceInput) (*sdk.CreateServiceOutput, error) {
	if err := checkCreateService(in, a.Quotas); err != nil {
		return nil, err
	}
	if err := passRoles(ctx, in.LoadBalancers, in.DeploymentConfiguration); err != nil {
		return nil, err
	}
	out := &sdk.CreateServiceOutput{}
	err := a.UpdateIn(ctx, in.Cluster, func(c kit.InCluster) error {
		wanted, err := a.newService(c, in)
		if err != nil {
			return err
		}
		wanted.CreatedBy = awsapi.FromContext(ctx).Identity()
		service, err := createServiceOnce(c.Tx, wanted)
		if err != nil {
			return err
		}
		out.Service = describeService(c.Tx, service, false)
		if len(service.Tags) > 0 {
			out.Service.Tags = service.Tags // in the order of the request (ECS0090)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// createServiceOnce writes the wanted service, or returns the one that an equal request
// with the same token made before (ECS0082). Two calls without a token count as with the
// same one; that is documented and was not recorded.
func createServiceOnce(tx *store.Tx, wanted *state.Service) (*state.Service, error) {
	old := state.FindService(tx, wanted.ARN)
	if old == nil {
		state.PutService(tx, wanted)
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
		state.PutService(tx, wanted)
		return wanted, nil
	}
}

// newService is the service that a request asks for.
func (a *API) newService(c kit.InCluster, in *sdk.CreateServiceInput) (*state.Service, error) {
	found, err := kit.FindTaskDefinition(c.Tx, c.Scope, *in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := kit.CheckActive(found, kit.ClientError); err != nil {
		return nil, err
	}
	revision, err := a.newRevision(c, in, found.Definition())
	if err != nil {
		return nil, err
	}
	strategy := in.SchedulingStrategy
	if strategy == "" {
		strategy = types.SchedulingStrategyReplica
	}
	configuration := mergeDeploymentConfiguration(defaultDeploymentConfiguration(strategy), in.DeploymentConfiguration)
	if err := checkDeploymentConfiguration(strategy, in.DeploymentConfiguration, configuration); err != nil {
		return nil, err
	}
	if err := checkStrategyTraffic(configuration.Strategy, strategy, revision); err != nil {
		return nil, err
	}
	if err := checkAlarms(c, in.DeploymentConfiguration); err != nil {
		return nil, err
	}
	name := *in.ServiceName
	s := &state.Service{
		ARN: c.Scope.Service(c.Cluster.Name, name), Name: name, ClusterARN: c.Cluster.ARN,
		DesiredCount: int(aws.ToInt32(in.DesiredCount)), SchedulingStrategy: strategy,
		DeploymentController: types.DeploymentControllerTypeEcs, DeploymentConfiguration: configuration,
		EnableECSManagedTags: in.EnableECSManagedTags, EnableExecuteCommand: in.EnableExecuteCommand,
		Role: roleARN(c.Scope, aws.ToString(in.Role)), PropagateTags: in.PropagateTags, HealthCheckGracePeriodSeconds: in.HealthCheckGracePeriodSeconds,
		PlacementConstraints: slices.Clone(in.PlacementConstraints), PlacementStrategy: launch.KeptStrategies(in.PlacementStrategy),
	}
	if s.PropagateTags == "" {
		s.PropagateTags = types.PropagateTagsNone
	}
	if err := setRebalancing(s, in.AvailabilityZoneRebalancing, revision.TasksLaunchType(), "created"); err != nil {
		return nil, err
	}
	refused := append(CreateServiceMembers.Refused(in), unsupportedConnect(in.ServiceConnectConfiguration, found.Definition(), revision.TasksLaunchType())...)
	if err := a.launches.CheckSupported(refused, found.Definition(), revision.TasksLaunchType()); err != nil {
		return nil, err
	}
	s.Request = kit.Digest(&struct { // without the tags and the token (ECS0082)
		Service  *state.Service
		Revision *state.ServiceRevision
	}{s, revision})
	s.Tags, s.ClientToken = slices.Clone(in.Tags), aws.ToString(in.ClientToken)
	s.CreatedAt = a.Now()
	d := newDeployment(revision, s.CreatedAt)
	d.Connect = a.connected(c, s, revision, found.Definition())
	s.SetPrimary(d)
	return s, nil
}

// newRevision is what the tasks of the first deployment are made of.
func (a *API) newRevision(c kit.InCluster, in *sdk.CreateServiceInput, def *types.TaskDefinition) (*state.ServiceRevision, error) {
	chosen, err := a.serviceCapacity(c.Cluster, in)
	if err != nil {
		return nil, err
	}
	l := launch.Spec{
		Capacity: chosen, Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints,
		Monitoring: launch.Monitoring(nil, in.Monitoring), Volumes: task.VolumeConfigurations(in.VolumeConfigurations),
	}
	if err := checkDaemon(def, in, chosen); err != nil {
		return nil, err
	}
	if err := launch.Check(def, l); err != nil {
		return nil, err
	}
	if err := launch.CheckPlatform(def, l.PlatformVersion); err != nil {
		return nil, err
	}
	if err := a.CheckServiceRoleTrusts(c.Tx, c.Scope, roleARN(c.Scope, aws.ToString(in.Role))); err != nil {
		return nil, err
	}
	if err := checkTargetGroups(c.Tx, def, chosen.LaunchType, in.LoadBalancers); err != nil {
		return nil, err
	}
	if err := checkServiceRegistries(c, def, chosen.LaunchType, in.ServiceRegistries); err != nil {
		return nil, err
	}
	if err := checkGracePeriod(def, in.HealthCheckGracePeriodSeconds, in.LoadBalancers); err != nil {
		return nil, err
	}
	if in.EnableExecuteCommand {
		if err := checkExecuteCommand(def, "created"); err != nil {
			return nil, err
		}
	}
	revision, err := a.revision(c, def, l)
	if err != nil {
		return nil, err
	}
	revision.VolumeConfigurations = launch.ShownVolumeConfigurations(in.VolumeConfigurations)
	revision.LoadBalancers, revision.ServiceRegistries = slices.Clone(in.LoadBalancers), slices.Clone(in.ServiceRegistries)
	revision.VpcLatticeConfigurations = slices.Clone(in.VpcLatticeConfigurations)
	connecting := &connecting{InCluster: c, service: c.Scope.Service(c.Cluster.Name, *in.ServiceName), definition: def, launchType: chosen.LaunchType}
	return revision, connecting.connect(revision, in.ServiceConnectConfiguration)
}

// serviceCapacity is where the tasks of a new service run. The launch type that the
// emulator is configured to take for unnamed ones is not for DAEMON services, which have
// no place on Fargate.
func (a *API) serviceCapacity(cluster *state.Cluster, in *sdk.CreateServiceInput) (launch.Capacity, error) {
	launchType := in.LaunchType
	if in.SchedulingStrategy == types.SchedulingStrategyDaemon && launchType == "" &&
		len(in.CapacityProviderStrategy)+len(cluster.DefaultCapacityProviderStrategy) == 0 {
		launchType = types.LaunchTypeEc2
	}
	return a.launches.ChooseCapacity(cluster, launchType, in.CapacityProviderStrategy)
}

// revision makes a service revision of a launch that has passed launch.Check.
func (a *API) revision(c kit.InCluster, def *types.TaskDefinition, l launch.Spec) (*state.ServiceRevision, error) {
	r := &state.ServiceRevision{
		TaskDefinition:           aws.ToString(def.TaskDefinitionArn),
		CapacityProviderStrategy: l.Capacity.Strategy,
		NetworkConfiguration:     launch.ShownNetwork(l.Network),
		ContainerImages:          containerImages(def),
		Monitoring:               l.Monitoring,
	}
	if l.Capacity.Strategy == nil {
		r.LaunchType = l.Capacity.LaunchType
	}
	if l.Capacity.LaunchType == types.LaunchTypeFargate {
		r.PlatformFamily, r.PlatformVersion = "Linux", l.PlatformVersion
		if r.PlatformVersion == "" {
			r.PlatformVersion = "LATEST"
		}
	}
	if r.NetworkConfiguration == nil {
		return r, nil
	}
	_, err := a.launches.Network(c.Tx, c.Scope, r.NetworkConfiguration.AwsvpcConfiguration)
	return r, err
}

// containerImages are the images of a definition as a revision shows them before a task
// has run (ECS0101).
func containerImages(def *types.TaskDefinition) []types.ContainerImage {
	var images []types.ContainerImage
	for _, c := range def.ContainerDefinitions {
		images = append(images, types.ContainerImage{ContainerName: c.Name, Image: c.Image})
	}
	return images
}

// checkExecuteCommand refuses ECS Exec without a task role. done is "created" or
// "updated".
func checkExecuteCommand(def *types.TaskDefinition, done string) error {
	if aws.ToString(def.TaskRoleArn) == "" {
		return kit.InvalidParameter("The service couldn't be " + done + " because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	return nil
}
