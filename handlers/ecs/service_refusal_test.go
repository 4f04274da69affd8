package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestCreateServiceRefusals holds each refusal to its exception and its words.
func TestCreateServiceRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	for _, c := range createServiceRefusals {
		t.Run(c.name, func(t *testing.T) {
			in := serviceInput("web", "web")
			c.change(in)
			_, err := s.CreateService(ctx, in)
			refused(t, err, c.code, c.message)
		})
	}
	if list := state.AllServices(s.store.Read()); len(list) != 0 {
		t.Errorf("refused requests made %d services", len(list))
	}
}

// TestUpdateServiceRefusals are those that CreateService does not have as well.
func TestUpdateServiceRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	s.create(t, serviceInput("web", "web"))
	for _, c := range []struct {
		name, code, message string
		in                  sdk.UpdateServiceInput
	}{
		{"unknown service", "ServiceNotFoundException", "Service not found.", sdk.UpdateServiceInput{Service: aws.String("none")}},
		{"service of another cluster", invalid, "Invalid identifier: Identifier is for cluster c. Your cluster is default",
			sdk.UpdateServiceInput{Service: aws.String(testScope.Service("c", "web"))}},
		{"inactive definition", "ClientException", "TaskDefinition is inactive", sdk.UpdateServiceInput{TaskDefinition: aws.String("gone:1")}},
		{"unknown definition", "ClientException", "TaskDefinition not found.", sdk.UpdateServiceInput{TaskDefinition: aws.String("none")}},
		{"not for Fargate", invalid, "Task definition does not support launch_type FARGATE.", sdk.UpdateServiceInput{TaskDefinition: aws.String("bridge")}},
		{"negative count", invalid, "Task count can not be lesser than 0", sdk.UpdateServiceInput{DesiredCount: aws.Int32(-1)}},
		{"count beyond the quota", invalid, "Desired count exceeds limit.", sdk.UpdateServiceInput{DesiredCount: aws.Int32(5001)}},
		{"strategy without force", invalid, "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
			sdk.UpdateServiceInput{CapacityProviderStrategy: strategy(provider("FARGATE_SPOT", 1, 0))}},
		{"exec without role", invalid, "The service couldn't be updated because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
			sdk.UpdateServiceInput{EnableExecuteCommand: aws.Bool(true)}},
		{"no room for deployments", invalid, noRoom, sdk.UpdateServiceInput{DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(100)}}},
		{"CodeDeploy", invalid, "Updating the deployment controller from ECS to CODE_DEPLOY is not supported.",
			sdk.UpdateServiceInput{DeploymentController: controller("CODE_DEPLOY")}},
		{"all at once", invalid, "ecs-emulator does not support enableFaultInjection and runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE" + unsupportedTail,
			sdk.UpdateServiceInput{TaskDefinition: aws.String("windows")}},
		{"container of a load balancer", invalid, "The container other does not exist in the task definition.",
			sdk.UpdateServiceInput{LoadBalancers: []types.LoadBalancer{{TargetGroupArn: aws.String("a"), ContainerName: aws.String("other")}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in.Service == nil {
				c.in.Service = aws.String("web")
			}
			_, err := s.UpdateService(ctx, &c.in)
			refused(t, err, c.code, c.message)
		})
	}
	if seen := s.describe(t, "web"); len(seen.Deployments) != 1 || seen.DesiredCount != 2 {
		t.Errorf("refused requests changed the service: %+v", seen)
	}
}

func TestReferencesToServices(t *testing.T) {
	s := newServer(t)
	_, err := s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: []string{}})
	refused(t, err, "InvalidParameterException", "Services cannot be empty.")
	_, err = s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: slices.Repeat([]string{"s"}, 11)})
	refused(t, err, "InvalidParameterException", "service names can have at most 10 items.")
	_, err = s.DescribeServices(ctx, &sdk.DescribeServicesInput{Services: []string{"default/web"}})
	refused(t, err, "InvalidParameterException", "Invalid identifier: Unexpected number of separators")
	_, err = s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("none")})
	refused(t, err, "ServiceNotFoundException", "")
}

func controller(kind types.DeploymentControllerType) *types.DeploymentController {
	return &types.DeploymentController{Type: kind}
}

func configure(c types.DeploymentConfiguration) func(*sdk.CreateServiceInput) {
	return func(in *sdk.CreateServiceInput) { in.DeploymentConfiguration = &c }
}

func targetGroup(arn string) types.LoadBalancer { return types.LoadBalancer{TargetGroupArn: &arn} }

const noRoom = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."

var classicLoadBalancer = types.LoadBalancer{LoadBalancerName: aws.String("elb")}

// createServiceRefusals change a request that works.
var createServiceRefusals = []struct {
	name, code, message string
	change              func(in *sdk.CreateServiceInput)
}{
	{"unknown cluster", "ClusterNotFoundException", "Cluster not found.",
		func(in *sdk.CreateServiceInput) { in.Cluster = aws.String("none") }},
	{"name", invalid, "Invalid service name.", func(in *sdk.CreateServiceInput) { in.ServiceName = aws.String("a b") }},
	{"long name", invalid, "Invalid service name.",
		func(in *sdk.CreateServiceInput) { in.ServiceName = aws.String(strings.Repeat("a", 256)) }},
	{"no definition", invalid, "TaskDefinition can not be blank.", func(in *sdk.CreateServiceInput) { in.TaskDefinition = nil }},
	{"empty definition", invalid, "TaskDefinition can not be blank.", func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("") }},
	{"unknown definition", "ClientException", "TaskDefinition not found.",
		func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("none") }},
	{"inactive definition", "ClientException", "TaskDefinition is inactive",
		func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("gone:1") }},
	{"no desired count", invalid, "DesiredCount is missing", func(in *sdk.CreateServiceInput) { in.DesiredCount = nil }},
	{"negative count", invalid, "DesiredCount can not be lesser than 0", func(in *sdk.CreateServiceInput) { in.DesiredCount = aws.Int32(-1) }},
	{"count beyond the quota", invalid, "Desired count exceeds limit.", func(in *sdk.CreateServiceInput) { in.DesiredCount = aws.Int32(5001) }},
	{"long token", invalid, "idempotency token longer than 36.", func(in *sdk.CreateServiceInput) { in.ClientToken = aws.String(strings.Repeat("a", 37)) }},
	{"bad token", invalid, "Invalid clientToken.", func(in *sdk.CreateServiceInput) { in.ClientToken = aws.String("a b") }},
	{"launch type and strategy", invalid, "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
		func(in *sdk.CreateServiceInput) { in.CapacityProviderStrategy = strategy(provider("FARGATE", 1, 0)) }},
	{"unusable strategy", invalid, "There are no capacity providers in the capacity provider strategy with a weight value greater than zero. Specify a weight value greater than zero for at least one capacity provider and try again.",
		func(in *sdk.CreateServiceInput) {
			in.LaunchType, in.CapacityProviderStrategy = "", strategy(provider("FARGATE", 0, 0))
		}},
	{"not for Fargate", invalid, "Task definition does not support launch_type FARGATE.",
		func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("bridge") }},
	{"no network", invalid, "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
		func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = nil }},
	{"network of a bridge", invalid, "Network Configuration is not valid for the given networkMode of this task definition.",
		func(in *sdk.CreateServiceInput) { in.TaskDefinition, in.LaunchType = aws.String("bridge"), "EC2" }},
	{"no subnets", invalid, "subnets can not be empty.", func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = noSubnets() }},
	{"unknown subnet", invalid, "Error retrieving subnet information for [subnet-x]: The subnet ID 'subnet-x' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
		func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = awsvpc("subnet-x") }},
	{"public address on EC2", invalid, "Assign public IP is not supported for this launch type.",
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition, in.LaunchType = aws.String("both"), "EC2"
			in.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = "ENABLED"
		}},
	{"platform version on EC2", invalid, "The platform version must be null when specifying an EC2 launch type.",
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition, in.LaunchType, in.PlatformVersion = aws.String("both"), "EC2", aws.String("LATEST")
		}},
	{"strategy on Fargate", invalid, "Placement strategies are not supported with FARGATE launch type.",
		func(in *sdk.CreateServiceInput) { in.PlacementStrategy = []types.PlacementStrategy{{Type: "random"}} }},
	{"minimum above 100", invalid, "minimumHealthyPercent must be at most 100", configure(types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(101)})},
	{"minimum below 0", invalid, "minimumHealthyPercent must be at least 0", configure(types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(-1)})},
	{"maximum below 100", invalid, "maximumPercent must be at least 100", configure(types.DeploymentConfiguration{MaximumPercent: aws.Int32(99)})},
	{"no room for deployments", invalid, noRoom, configure(types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(100)})},
	{"no room for deployments by default", invalid, noRoom, configure(types.DeploymentConfiguration{MaximumPercent: aws.Int32(100)})},
	{"threshold 0", invalid, "Invalid deployment circuit breaker threshold value.",
		configure(types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{
			ThresholdConfiguration: &types.ThresholdConfiguration{Type: types.ThresholdTypeCount},
		}})},
	{"canary", invalid, "canaryConfiguration is only valid with the CANARY deployment strategy.",
		configure(types.DeploymentConfiguration{CanaryConfiguration: &types.CanaryConfiguration{}})},
	{"linear", invalid, "linearConfiguration is only valid with the LINEAR deployment strategy.",
		configure(types.DeploymentConfiguration{LinearConfiguration: &types.LinearConfiguration{}})},
	{"daemon with count", invalid, "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
		func(in *sdk.CreateServiceInput) { in.SchedulingStrategy = "DAEMON" }},
	{"daemon with strategy", invalid, "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
		func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.DesiredCount, in.LaunchType = "DAEMON", nil, ""
			in.PlacementStrategy = []types.PlacementStrategy{{Type: "random"}}
		}},
	{"daemon on Fargate", invalid, "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type and try again",
		func(in *sdk.CreateServiceInput) { in.SchedulingStrategy, in.DesiredCount = "DAEMON", nil }},
	{"daemon with capacity providers", invalid, "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.",
		func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.DesiredCount, in.LaunchType = "DAEMON", nil, ""
			in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}}
		}},
	{"daemon above 100", invalid, "The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again",
		func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.DesiredCount, in.LaunchType = "DAEMON", nil, ""
			in.DeploymentConfiguration = &types.DeploymentConfiguration{MaximumPercent: aws.Int32(150)}
		}},
	{"daemon rebalanced", invalid, "The service couldn't be created because Availability Zone Rebalancing does not support DAEMON as scheduling strategy. Update scheduling strategy and try again.",
		func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.DesiredCount, in.LaunchType, in.AvailabilityZoneRebalancing = "DAEMON", nil, "", "ENABLED"
		}},
	{"external with definition", invalid, "TaskDefinition must be blank.", func(in *sdk.CreateServiceInput) { in.DeploymentController = controller("EXTERNAL") }},
	{"external with load balancer", invalid, "LoadBalancers must be empty or null.",
		func(in *sdk.CreateServiceInput) {
			in.DeploymentController, in.TaskDefinition, in.LoadBalancers = controller("EXTERNAL"), nil, []types.LoadBalancer{targetGroup("a")}
		}},
	{"CodeDeploy without load balancer", invalid,
		"When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.",
		func(in *sdk.CreateServiceInput) { in.DeploymentController = controller("CODE_DEPLOY") }},
	{"role with awsvpc", invalid, "You cannot specify an IAM role for services that require a service linked role.",
		func(in *sdk.CreateServiceInput) { in.Role = aws.String("r") }},
	{"role with two load balancers", invalid, "You cannot specify an IAM role for services that require a service linked role.",
		func(in *sdk.CreateServiceInput) {
			in.Role, in.NetworkConfiguration, in.LaunchType, in.TaskDefinition = aws.String("r"), nil, "", aws.String("bridge")
			in.LoadBalancers = []types.LoadBalancer{targetGroup("a"), targetGroup("b")}
		}},
	{"role without load balancer", invalid, "IAM roles are only valid for services configured to use load balancers.",
		func(in *sdk.CreateServiceInput) {
			in.Role, in.NetworkConfiguration, in.LaunchType, in.TaskDefinition = aws.String("r"), nil, "", aws.String("bridge")
		}},
	{"grace period", invalid, "Health check grace period is only valid for services configured to use load balancers",
		func(in *sdk.CreateServiceInput) { in.HealthCheckGracePeriodSeconds = aws.Int32(30) }},
	{"negative grace period", invalid, "healthCheckGracePeriodSeconds must be at least 0",
		func(in *sdk.CreateServiceInput) { in.HealthCheckGracePeriodSeconds = aws.Int32(-1) }},
	{"two registries", invalid, "service registries can have at most 1 items.",
		func(in *sdk.CreateServiceInput) { in.ServiceRegistries = make([]types.ServiceRegistry, 2) }},
	{"EXTERNAL with registry", invalid, "ServiceRegistries must be empty or null.",
		func(in *sdk.CreateServiceInput) {
			in.DeploymentController, in.TaskDefinition, in.ServiceRegistries = controller("EXTERNAL"), nil, make([]types.ServiceRegistry, 1)
		}},
	{"6 load balancers", invalid, "load balancers can have at most 5 items.",
		func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = slices.Repeat([]types.LoadBalancer{classicLoadBalancer}, 6)
		}},
	{"load balancer with both", invalid, "loadBalancerName and targetGroupArn cannot both be specified. " +
		"You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
		func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = []types.LoadBalancer{{LoadBalancerName: aws.String("elb"), TargetGroupArn: aws.String("a")}}
		}},
	{"mixed load balancers", invalid, "All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)",
		func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = []types.LoadBalancer{classicLoadBalancer, targetGroup("a")}
		}},
	{"one group twice", invalid, "Duplicate targetGroupArn found: a",
		func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = []types.LoadBalancer{targetGroup("a"), targetGroup("a")}
		}},
	{"container of a load balancer", invalid, "The container  does not exist in the task definition.",
		func(in *sdk.CreateServiceInput) { in.LoadBalancers = []types.LoadBalancer{targetGroup("a")} }},
	{"Classic Load Balancer on Fargate", invalid, "Classic Load Balancers are not supported with Fargate.",
		func(in *sdk.CreateServiceInput) {
			in.LoadBalancers = []types.LoadBalancer{{LoadBalancerName: aws.String("web"), ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}}
		}},
	{"load balancer on external instances", invalid, "Load balancers are not supported with EXTERNAL launch type.",
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition, in.LaunchType, in.NetworkConfiguration = aws.String("bridge"), types.LaunchTypeExternal, nil
			in.LoadBalancers = []types.LoadBalancer{targetGroup("a")}
		}},
	{"faults on Windows", invalid, "ecs-emulator does not support enableFaultInjection and runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE" + unsupportedTail,
		func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("windows") }},
	{"host path", invalid, "ecs-emulator gives tasks no files of the container engine's host: volume 'etc' is /etc. " +
		"Start the emulator with --allow-host-path and that path, or a folder that it is in.",
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition, in.LaunchType, in.NetworkConfiguration = aws.String("files"), types.LaunchTypeEc2, nil
		}},
	{"volumes", invalid, "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
		func(in *sdk.CreateServiceInput) {
			in.VolumeConfigurations = []types.ServiceVolumeConfiguration{{Name: aws.String("v")}}
		}},
	{"all at once", invalid, "ecs-emulator does not support enableFaultInjection and runtimePlatform.operatingSystemFamily WINDOWS_SERVER_2022_CORE" + unsupportedTail,
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition = aws.String("windows")
		}},
	{"ECS's refusal first", invalid, "maximumPercent must be at least 100",
		func(in *sdk.CreateServiceInput) {
			in.TaskDefinition, in.DeploymentConfiguration = aws.String("windows"), &types.DeploymentConfiguration{MaximumPercent: aws.Int32(99)}
		}},
	{"exec without role", invalid, "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
		func(in *sdk.CreateServiceInput) { in.EnableExecuteCommand = true }},
}
