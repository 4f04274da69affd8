package composition

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

const (
	// Container is the name of the one container (ECS0337.6).
	Container = "Main"
	// portName is the name of its port; that it has one says ECS0337.6, which one is a choice.
	portName = "main"
	// defaultCluster is made if it is missing (ECS0337.5).
	defaultCluster = "default"
	// LogStream is the prefix of log streams. Source: services.md I.2.
	LogStream = "ecs"
)

func hasOtherCluster(v *View) bool { return v.Service.Cluster != defaultCluster }

// makeCluster answers the cluster that there is, with all that it has: it asks for nothing but the name.
func makeCluster(v *View) managedresource.Call {
	in := &sdk.CreateClusterInput{ClusterName: aws.String(defaultCluster)}
	return managedresource.Tell(apiclient.ECS("CreateCluster"), in, v.Scope.Cluster(defaultCluster))
}

func hasTaskDefinition(v *View) bool { return v.Service.Asked.TaskDefinition != "" }

// logsElsewhere is of a service whose log group is the user's.
func logsElsewhere(v *View) bool {
	logs := v.Service.Asked.Container.AwsLogsConfiguration
	return hasTaskDefinition(v) || logs != nil && logs.LogGroup != nil
}

func makeLogGroup(v *View) managedresource.Call {
	name := LogGroupName(v.Service)
	in := &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, Tags: owners(v)}
	return managedresource.Tell(apiclient.Of("logs", "CreateLogGroup"), in, name)
}

func lookLogGroup(v *View, _ *express.Resource) managedresource.Call {
	name := LogGroupName(v.Service)
	in := &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name}
	return managedresource.Ask(apiclient.Of("logs", "DescribeLogGroups"), in, func(out *cloudwatchlogs.DescribeLogGroupsOutput) (string, bool) {
		for _, g := range out.LogGroups {
			if aws.ToString(g.LogGroupName) == name {
				return name, true
			}
		}
		return "", false
	})
}

// family is the one of a service: no other task definitions have the digits.
func family(v *View) string {
	return managedresource.Short(v.Service.Cluster, 100) + "-" + managedresource.Short(v.Service.Name, 100) + "-" + v.eight()
}

// Definition is the task definition of what was asked (ECS0337.6).
func Definition(s *express.Service) *sdk.RegisterTaskDefinitionInput {
	v := &View{Owner: managedresource.Owner{Key: s.ARN, Scope: s.Scope}, Service: s}
	asked := s.Asked // in memory of its own, as a registration rewrites its request
	in := &sdk.RegisterTaskDefinitionInput{
		Family: aws.String(family(v)), Cpu: &asked.CPU, Memory: &asked.Memory, NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		RuntimePlatform: &types.RuntimePlatform{
			CpuArchitecture: types.CPUArchitecture(cmp.Or(asked.Architecture, types.ExpressCpuArchitectureX8664)), OperatingSystemFamily: types.OSFamilyLinux,
		},
		ExecutionRoleArn: &asked.ExecutionRole, ContainerDefinitions: []types.ContainerDefinition{container(v)},
		Tags: tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} }),
	}
	if asked.TaskRole != "" {
		in.TaskRoleArn = &asked.TaskRole
	}
	return in
}

func register(v *View) managedresource.Call {
	return managedresource.Ask(apiclient.ECS("RegisterTaskDefinition"), Definition(v.Service), func(out *sdk.RegisterTaskDefinitionOutput) (string, bool) {
		return definition(out.TaskDefinition)
	})
}

func definition(d *types.TaskDefinition) (id string, ready bool) {
	if d == nil {
		return "", false
	}
	return aws.ToString(d.TaskDefinitionArn), true
}

func container(v *View) types.ContainerDefinition {
	asked := &v.Service.Asked.Container
	stream := LogStream
	if logs := asked.AwsLogsConfiguration; logs != nil && logs.LogStreamPrefix != nil {
		stream = *logs.LogStreamPrefix
	}
	c := types.ContainerDefinition{
		Name: aws.String(Container), Image: asked.Image, Essential: aws.Bool(true), Command: slices.Clone(asked.Command), Environment: slices.Clone(asked.Environment),
		Secrets: slices.Clone(asked.Secrets), PortMappings: []types.PortMapping{{
			ContainerPort: aws.Int32(v.Service.Asked.ContainerPort), Protocol: types.TransportProtocolTcp, Name: aws.String(portName),
		}},
		LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
			"awslogs-group": LogGroupName(v.Service), "awslogs-region": v.Scope.Region, "awslogs-stream-prefix": stream,
		}},
	}
	if r := asked.RepositoryCredentials; r != nil {
		c.RepositoryCredentials = &types.RepositoryCredentials{CredentialsParameter: r.CredentialsParameter}
	}
	return c
}

// TaskDefinition is the one of a service: the user's, or the one that ECS has registered.
func TaskDefinition(v View) string {
	return cmp.Or(v.Service.Asked.TaskDefinition, v.ID(express.TaskDefinition))
}

// ComingTaskDefinition is the one of what is asked of a service, also before it is registered: answers have it from the beginning (ECS0390),
// and its number is known, as the family is the service's alone. Empty: it could not be registered.
func ComingTaskDefinition(tx *store.Tx, v View) string {
	name := family(&v)
	next := taskdefinition.NextRevision(tx, v.Scope, name)
	r := v.Find(express.TaskDefinition)
	switch {
	case hasTaskDefinition(&v):
		return v.Service.Asked.TaskDefinition
	case r == nil:
	case r.Status == types.ManagedResourceStatusFailed && !v.AskedAt.After(r.UpdatedAt):
		return ""
	case r.Wanted == book.Digest(&v, express.TaskDefinition):
		if r.ID != "" {
			return r.ID
		}
		if isRegistered(&v, r, next-1) {
			next--
		}
	case r.ID == "" && r.Asked && !isRegistered(&v, r, next-1): // of another request, and comes before
		next++
	}
	return v.Scope.TaskDefinition(name, next)
}

// isRegistered is whether the newest revision of the family was made by a call whose answer is not known yet.
func isRegistered(v *View, r *express.Resource, newest int) bool {
	return newest > 0 && v.Scope.TaskDefinition(family(v), newest) != r.Before
}

// lookTaskDefinition finds the newest revision: it was made by a lost call if it is another one than before.
func lookTaskDefinition(v *View, r *express.Resource) managedresource.Call {
	name := family(v)
	if r.ID != "" {
		name = r.ID
	}
	in := &sdk.DescribeTaskDefinitionInput{TaskDefinition: &name}
	return managedresource.Ask(apiclient.ECS("DescribeTaskDefinition"), in, func(out *sdk.DescribeTaskDefinitionOutput) (string, bool) {
		return definition(out.TaskDefinition)
	})
}

// deployment is how each Express service is deployed (ECS0338).
func deployment(v *View) *types.DeploymentConfiguration {
	return &types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(3),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(3)},
		Alarms:              &types.DeploymentAlarms{AlarmNames: []string{v.ID(express.Alarm)}, Enable: true, Rollback: true},
		MaximumPercent:      aws.Int32(200), MinimumHealthyPercent: aws.Int32(100),
		DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
	}
}

func createService(v *View) managedresource.Call {
	same := update(v)
	in := &sdk.CreateServiceInput{
		ServiceName: &v.Service.Name, Cluster: &v.Service.Cluster, ClientToken: &v.Service.Token, LaunchType: types.LaunchTypeFargate,
		TaskDefinition: same.TaskDefinition, DesiredCount: &v.Service.Asked.MinTasks, DeploymentConfiguration: deployment(v),
		LoadBalancers: same.LoadBalancers, NetworkConfiguration: same.NetworkConfiguration,
		AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingEnabled, Tags: v.Service.Tags,
	}
	return managedresource.Ask(apiclient.ECS("CreateService"), in, func(out *sdk.CreateServiceOutput) (string, bool) {
		if out.Service == nil {
			return "", false
		}
		return aws.ToString(out.Service.ServiceArn), true
	})
}

// updateService begins the deployment of what is asked, unless a call whose answer was lost has begun it.
func updateService(v *View, _ *express.Resource) managedresource.Call {
	if v.Deployed {
		return managedresource.Call{}
	}
	return managedresource.Tell(apiclient.ECS("UpdateService"), update(v), v.Service.ARN)
}

// deployed is what the service is made from. An update is a deployment also where it changes nothing of the service itself.
func deployed(v *View) any {
	return struct {
		Revision string
		Input    *sdk.UpdateServiceInput
	}{v.Service.Revision, update(v)}
}

// update leaves how many tasks there are, and how users have changed the deployment.
func update(v *View) *sdk.UpdateServiceInput {
	asked := &v.Service.Asked
	in := &sdk.UpdateServiceInput{
		Service: &v.Service.Name, Cluster: &v.Service.Cluster, TaskDefinition: aws.String(TaskDefinition(*v)), ForceNewDeployment: true,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: v.Service.Network.Subnets, SecurityGroups: append([]string{v.ID(express.SecurityGroup)}, asked.SecurityGroups...),
			AssignPublicIp: types.AssignPublicIpDisabled,
		}},
		LoadBalancers: []types.LoadBalancer{{
			TargetGroupArn: aws.String(v.ID(express.TargetGroup)), ContainerName: aws.String(Container), ContainerPort: &asked.ContainerPort,
			AdvancedConfiguration: &types.AdvancedConfiguration{
				AlternateTargetGroupArn: aws.String(v.ID(express.AlternateTargetGroup)), ProductionListenerRule: aws.String(v.ID(express.Rule)),
				RoleArn: &v.Service.InfrastructureRole,
			},
		}},
	}
	if v.Service.Network.Public {
		in.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
	}
	return in
}

func lookService(v *View, _ *express.Resource) managedresource.Call {
	in := &sdk.DescribeServicesInput{Services: []string{v.Service.Name}, Cluster: &v.Service.Cluster}
	return managedresource.Ask(apiclient.ECS("DescribeServices"), in, func(out *sdk.DescribeServicesOutput) (string, bool) {
		for _, s := range out.Services {
			if aws.ToString(s.Status) != "INACTIVE" && s.ResourceManagementType == types.ResourceManagementTypeEcs { // not a user's of that name
				return aws.ToString(s.ServiceArn), true
			}
		}
		return "", false
	})
}

func deleteService(v *View, r *express.Resource) managedresource.Call {
	in := &sdk.DeleteServiceInput{Service: &v.Service.Name, Cluster: &v.Service.Cluster, Force: aws.Bool(true)}
	return managedresource.Tell(apiclient.ECS("DeleteService"), in, r.ID)
}

// resourceID is how Application Auto Scaling names a service.
func resourceID(s *express.Service) *string {
	return aws.String(strings.Join([]string{"service", s.Cluster, s.Name}, "/"))
}
