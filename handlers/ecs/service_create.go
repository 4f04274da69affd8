package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
	"github.com/ecs-emulator/ecs-emulator/internal/task"
)

// CreateService makes a service with its first deployment; the scheduler starts the
// tasks. The same request again returns the service that exists.
//
// Source: ECS API reference, CreateService; field reports for the messages.
func (a *API) CreateService(ctx context.Context, in *ecs.CreateServiceInput) (*ecs.CreateServiceOutput, error) {
	if err := checkCreateService(in); err != nil {
		return nil, err
	}
	out := &ecs.CreateServiceOutput{}
	err := a.updateIn(ctx, in.Cluster, func(c inCluster) error {
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
func createServiceOnce(tx *state.Tx, wanted *state.Service) (*state.Service, error) {
	old := tx.Service(wanted.ARN)
	if old == nil {
		tx.PutService(wanted)
		return wanted, nil
	}
	switch old.Status() {
	case state.ServiceDraining:
		return nil, invalidParameter("Unable to Start a service that is still Draining.")
	case state.ServiceActive:
		if old.Request != wanted.Request || old.ClientToken != wanted.ClientToken {
			return nil, invalidParameter("Creation of service was not idempotent.")
		}
		return old, nil
	default:
		tx.ForgetServiceHistory(old.ARN)
		tx.PutService(wanted)
		return wanted, nil
	}
}

// newService is the service that a request asks for.
func (a *API) newService(c inCluster, in *ecs.CreateServiceInput) (*state.Service, error) {
	found, err := taskDefinition(c.Tx, c.scope, *in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := checkActive(found, clientError); err != nil {
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
	if err := checkDeploymentConfiguration(in.DeploymentConfiguration, configuration); err != nil {
		return nil, err
	}
	name := *in.ServiceName
	s := &state.Service{
		ARN: c.scope.Service(c.cluster.Name, name), Name: name, ClusterARN: c.cluster.ARN,
		DesiredCount: int(aws.ToInt32(in.DesiredCount)), SchedulingStrategy: strategy,
		DeploymentController: types.DeploymentControllerTypeEcs, DeploymentConfiguration: configuration,
		EnableECSManagedTags: in.EnableECSManagedTags, EnableExecuteCommand: in.EnableExecuteCommand,
		Role: roleARN(c.scope, aws.ToString(in.Role)), PropagateTags: in.PropagateTags, HealthCheckGracePeriodSeconds: in.HealthCheckGracePeriodSeconds,
		PlacementConstraints: slices.Clone(in.PlacementConstraints), PlacementStrategy: keptStrategies(in.PlacementStrategy),
	}
	if s.PropagateTags == "" {
		s.PropagateTags = types.PropagateTagsNone
	}
	if err := setRebalancing(s, in.AvailabilityZoneRebalancing, revision.TasksLaunchType(), "created"); err != nil {
		return nil, err
	}
	if err := a.checkSupported(createServiceMembers.Refused(in), found.Definition(), revision.TasksLaunchType()); err != nil {
		return nil, err
	}
	s.Request = digest(&struct { // whatever the tags and the token (ECS0082)
		Service  *state.Service
		Revision *state.ServiceRevision
	}{s, revision})
	s.Tags, s.ClientToken = slices.Clone(in.Tags), aws.ToString(in.ClientToken)
	s.CreatedAt = a.now()
	s.Deployments = []*state.Deployment{newDeployment(revision, s.CreatedAt)}
	return s, nil
}

// newRevision is what the tasks of the first deployment are made of.
func (a *API) newRevision(c inCluster, in *ecs.CreateServiceInput, def *types.TaskDefinition) (*state.ServiceRevision, error) {
	chosen, err := a.serviceCapacity(c.cluster, in)
	if err != nil {
		return nil, err
	}
	l := launch{
		Capacity: chosen, Network: in.NetworkConfiguration, PlatformVersion: aws.ToString(in.PlatformVersion),
		PlacementStrategy: in.PlacementStrategy, PlacementConstraints: in.PlacementConstraints,
		Monitoring: monitoring(nil, in.Monitoring), Volumes: task.VolumeConfigurations(in.VolumeConfigurations),
	}
	if err := checkDaemon(def, in, chosen); err != nil {
		return nil, err
	}
	if err := checkLaunch(def, l); err != nil {
		return nil, err
	}
	if err := a.checkServiceRoleTrusts(c.Tx, c.scope, roleARN(c.scope, aws.ToString(in.Role))); err != nil {
		return nil, err
	}
	if err := checkTargetGroups(c.Tx, def, chosen.LaunchType, in.LoadBalancers); err != nil {
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
	revision.VolumeConfigurations = shownVolumeConfigurations(in.VolumeConfigurations)
	revision.LoadBalancers = slices.Clone(in.LoadBalancers)
	return revision, nil
}

// serviceCapacity is where the tasks of a new service run. The launch type that the
// emulator is configured to take for unnamed ones is not for DAEMON services, which have
// no place on Fargate.
func (a *API) serviceCapacity(cluster *state.Cluster, in *ecs.CreateServiceInput) (capacity, error) {
	launchType := in.LaunchType
	if in.SchedulingStrategy == types.SchedulingStrategyDaemon && launchType == "" &&
		len(in.CapacityProviderStrategy)+len(cluster.DefaultCapacityProviderStrategy) == 0 {
		launchType = types.LaunchTypeEc2
	}
	return a.chooseCapacity(cluster, launchType, in.CapacityProviderStrategy)
}

// revision makes a service revision of a launch that has passed checkLaunch.
func (a *API) revision(c inCluster, def *types.TaskDefinition, l launch) (*state.ServiceRevision, error) {
	r := &state.ServiceRevision{
		TaskDefinition:           aws.ToString(def.TaskDefinitionArn),
		CapacityProviderStrategy: l.Capacity.Strategy,
		NetworkConfiguration:     echoNetwork(l.Network),
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
	_, err := a.network(c.Tx, c.scope, r.NetworkConfiguration.AwsvpcConfiguration)
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
		return invalidParameter("The service couldn't be " + done + " because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	return nil
}
