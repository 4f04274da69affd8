package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// externalInput asks for a service whose tasks come of task sets.
func externalInput(name string) *sdk.CreateServiceInput {
	return &sdk.CreateServiceInput{ServiceName: &name, DesiredCount: aws.Int32(1), DeploymentController: controller("EXTERNAL")}
}

// TestExternalServiceAnswersAsRecorded compares with the answer in AWS's own example (ECS0330); what is newer than that follows other
// services.
func TestExternalServiceAnswersAsRecorded(t *testing.T) {
	s := newServer(t)
	answer := func(status, desired string) string {
		return `{"service":{"serviceArn":"arn:aws:ecs:eu-west-1:123456789012:service/default/web","serviceName":"web",
		 "clusterArn":"arn:aws:ecs:eu-west-1:123456789012:cluster/default","loadBalancers":[],"serviceRegistries":[],"status":"` + status + `",
		 "desiredCount":` + desired + `,"runningCount":0,"pendingCount":0,"launchType":"EC2",
		 "deploymentConfiguration":{"maximumPercent":200,"minimumHealthyPercent":100},"taskSets":[],"deployments":[],"currentServiceRevisions":[],
		 "roleArn":"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS","events":[],"createdAt":0,
		 "placementConstraints":[],"placementStrategy":[],"healthCheckGracePeriodSeconds":0,"schedulingStrategy":"REPLICA",
		 "deploymentController":{"type":"EXTERNAL"},"createdBy":"arn:aws:iam::123456789012:root","enableECSManagedTags":false,
		 "propagateTags":"NONE","enableExecuteCommand":false,"availabilityZoneRebalancing":"DISABLED","resourceManagementType":"CUSTOMER"}}`
	}
	sameJSON(t, s.post(t, "CreateService", `{"serviceName":"web","desiredCount":1,"deploymentController":{"type":"EXTERNAL"}}`), answer("ACTIVE", "1"))
	sameJSON(t, s.post(t, "UpdateService", `{"service":"web","desiredCount":0}`), answer("ACTIVE", "0"))

	s.create(t, &sdk.CreateServiceInput{ServiceName: aws.String("least"), DeploymentController: controller("EXTERNAL")})
	if seen := s.describe(t, "least"); seen.DesiredCount != 0 {
		t.Errorf("without a count it wants %d", seen.DesiredCount)
	}
}

func TestCreateExternalServiceRefusals(t *testing.T) {
	s := newServer(t)
	s.definitionsForRefusals(t)
	for _, c := range []struct {
		name, message string
		change        func(in *sdk.CreateServiceInput)
	}{
		{"definition", "TaskDefinition must be blank.", func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("web:1") }},
		{"empty definition", "Family should not be null or empty.", func(in *sdk.CreateServiceInput) { in.TaskDefinition = aws.String("") }},
		{"load balancer", "LoadBalancers must be empty or null.", func(in *sdk.CreateServiceInput) { in.LoadBalancers = []types.LoadBalancer{targetGroup("a")} }},
		{"registry", "ServiceRegistries must be empty or null.", func(in *sdk.CreateServiceInput) { in.ServiceRegistries = make([]types.ServiceRegistry, 1) }},
		{"network", "NetworkConfiguration must be empty or null.", func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = awsvpc(subnetA) }},
		{"strategy", "CapacityProviderStrategy must be empty or null.",
			func(in *sdk.CreateServiceInput) { in.CapacityProviderStrategy = strategy(provider("FARGATE", 1, 0)) }},
		{"platform", "PlatformVersion must be blank.", func(in *sdk.CreateServiceInput) { in.PlatformVersion = aws.String("LATEST") }},
		{"launch type", "launch type should be one of [EC2,FARGATE,EXTERNAL]", func(in *sdk.CreateServiceInput) { in.LaunchType = "X" }},
		{"daemon", "The daemon scheduling strategy does not support the EXTERNAL deployment controller. Change the deployment controller and try again",
			func(in *sdk.CreateServiceInput) { in.SchedulingStrategy, in.DesiredCount = "DAEMON", nil }},
		{"Service Connect", "serviceConnectConfiguration" + onlyECS,
			func(in *sdk.CreateServiceInput) {
				in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: true}
			}},
		{"VPC Lattice", "vpcLatticeConfigurations" + onlyECS, func(in *sdk.CreateServiceInput) {
			in.VpcLatticeConfigurations = []types.VpcLatticeConfiguration{{PortName: aws.String("p"), RoleArn: aws.String("r"), TargetGroupArn: aws.String("t")}}
		}},
		{"volumes", "volumeConfigurations" + onlyECS,
			func(in *sdk.CreateServiceInput) {
				in.VolumeConfigurations = []types.ServiceVolumeConfiguration{{Name: aws.String("v")}}
			}},
		{"monitoring", "monitoring" + onlyECS, func(in *sdk.CreateServiceInput) { in.Monitoring = &types.MonitoringConfiguration{} }},
		{"rebalancing", "The service couldn't be created because Availability Zone Rebalancing does not support EXTERNAL as deployment controller. Update deployment controller and try again.",
			func(in *sdk.CreateServiceInput) {
				in.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingEnabled
			}},
		{"circuit breaker", "deploymentConfiguration.deploymentCircuitBreaker" + onlyECS,
			configure(types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true}})},
		{"alarms", "deploymentConfiguration.alarms" + onlyECS,
			configure(types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{Enable: true, AlarmNames: []string{"a"}}})},
		{"deployment strategy", "deploymentConfiguration.strategy" + onlyECS, configure(types.DeploymentConfiguration{Strategy: "BLUE_GREEN"})},
		{"percentage", "maximumPercent must be at least 100", configure(types.DeploymentConfiguration{MaximumPercent: aws.Int32(99)})},
		{"negative count", "DesiredCount can not be lesser than 0", func(in *sdk.CreateServiceInput) { in.DesiredCount = aws.Int32(-1) }},
		{"gateway", "gatewayConnectors is only supported with the ECS deployment controller.",
			func(in *sdk.CreateServiceInput) {
				in.GatewayConnectors = []types.GatewayConnector{{PortName: aws.String("web")}}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := externalInput("web")
			c.change(in)
			_, err := s.CreateService(ctx, in)
			refused(t, err, invalid, c.message)
		})
	}
	if list := state.AllServices(s.store.Read()); len(list) != 0 {
		t.Errorf("refused requests made %d services", len(list))
	}
}

const onlyECS = " is only supported with the ECS deployment controller."

// TestUpdateExternalService takes what belongs to the service, and nothing that belongs to task sets (ECS0330).
func TestUpdateExternalService(t *testing.T) {
	s := newServer(t)
	s.create(t, externalInput("web"))
	updated := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{
		Service: aws.String("web"), DesiredCount: aws.Int32(4), HealthCheckGracePeriodSeconds: aws.Int32(30), EnableExecuteCommand: aws.Bool(true),
		EnableECSManagedTags: aws.Bool(true), PropagateTags: types.PropagateTagsService, DeploymentController: controller("EXTERNAL"),
		PlacementStrategy:       []types.PlacementStrategy{{Type: "spread", Field: aws.String("host")}},
		DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50), DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{}},
	})).Service
	if updated.DesiredCount != 4 || *updated.HealthCheckGracePeriodSeconds != 30 || !updated.EnableExecuteCommand || !updated.EnableECSManagedTags ||
		updated.PropagateTags != "SERVICE" || *updated.PlacementStrategy[0].Field != "instanceId" ||
		*updated.DeploymentConfiguration.MinimumHealthyPercent != 50 || *updated.DeploymentConfiguration.MaximumPercent != 200 ||
		updated.DeploymentConfiguration.DeploymentCircuitBreaker != nil {
		t.Errorf("updated: %+v", updated)
	}
	const tail = " on services with a EXTERNAL deployment controller."
	for message, in := range map[string]sdk.UpdateServiceInput{
		"Unable to update task definition" + tail:            {TaskDefinition: aws.String("none")},
		"Unable to update load balancers" + tail:             {LoadBalancers: []types.LoadBalancer{}},
		"Unable to update network parameters" + tail:         {NetworkConfiguration: awsvpc(subnetA)},
		"Unable to update platform version" + tail:           {PlatformVersion: aws.String("LATEST")},
		"Unable to update capacity provider strategy" + tail: {CapacityProviderStrategy: []types.CapacityProviderStrategyItem{}},
		"Unable to update service registries" + tail:         {ServiceRegistries: []types.ServiceRegistry{}},
		"Cannot force a new deployment" + tail:               {ForceNewDeployment: true},
		noPrimaryTaskSet:                                     {DeploymentController: controller("ECS")},
	} {
		in.Service = aws.String("web")
		_, err := s.UpdateService(ctx, &in)
		refused(t, err, invalid, message)
	}
}
