package ecs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

func expressInput(name string) *sdk.CreateExpressGatewayServiceInput {
	return &sdk.CreateExpressGatewayServiceInput{
		ServiceName: &name, InfrastructureRoleArn: aws.String(infrastructureRole), ExecutionRoleArn: aws.String("arn:aws:iam::" + testAccount + ":role/run"),
		PrimaryContainer: &types.ExpressGatewayContainer{Image: aws.String("nginx")},
	}
}

func (s *server) createExpress(t *testing.T, in *sdk.CreateExpressGatewayServiceInput) *types.ECSExpressGatewayService {
	t.Helper()
	return must[*sdk.CreateExpressGatewayServiceOutput](t)(s.CreateExpressGatewayService(ctx, in)).Service
}

func (s *server) describeExpress(t *testing.T, arn string, include ...types.ExpressGatewayServiceInclude) *types.ECSExpressGatewayService {
	t.Helper()
	return must[*sdk.DescribeExpressGatewayServiceOutput](t)(s.DescribeExpressGatewayService(ctx, &sdk.DescribeExpressGatewayServiceInput{ServiceArn: &arn, Include: include})).Service
}

// TestExpressServiceHasDefaults: services.md I.2, ECS0337.6, ECS0337.2.
func TestExpressServiceHasDefaults(t *testing.T) {
	s := newServer(t)
	in := expressInput("web")
	in.Tags = tag("team", "blue")
	made := s.createExpress(t, in)
	if made.Status.StatusCode != "ACTIVE" || made.CurrentDeployment != nil || *made.Cluster != "default" || *made.ServiceArn != testScope.Service("default", "web") || len(made.Tags) != 1 {
		t.Errorf("created: %+v", made)
	}
	c := made.ActiveConfigurations[0]
	target, container := c.ScalingTarget, c.PrimaryContainer
	got := fmt.Sprint(*c.Cpu, *c.Memory, c.CpuArchitecture, *c.HealthCheckPath, *target.MinTaskCount, *target.MaxTaskCount, target.AutoScalingMetric, *target.AutoScalingTargetValue,
		*container.ContainerPort, *container.AwsLogsConfiguration.LogStreamPrefix, c.IngressPaths[0].AccessType, len(c.NetworkConfiguration.Subnets))
	if want := fmt.Sprint("256", "512", "X86_64", "/ping", 1, 20, "AVERAGE_CPU", 60, 80, "ecs", "PUBLIC", 3); got != want {
		t.Errorf("its configuration is %s, not %s", got, want)
	}
	if group := *container.AwsLogsConfiguration.LogGroup; !strings.HasPrefix(group, "/aws/ecs/default/web-") {
		t.Error(group)
	}
	if endpoint := *c.IngressPaths[0].Endpoint; !strings.HasPrefix(endpoint, "web-") || !strings.HasSuffix(endpoint, ".ecs."+testRegion+".on.aws") {
		t.Error(endpoint)
	}
	if !strings.HasPrefix(*c.ServiceRevisionArn, testScope.Prefix()+"service-revision/default/web/") {
		t.Error(*c.ServiceRevisionArn)
	}
	if named := s.createExpress(t, expressInput("")); *named.ServiceName == "" || *named.ServiceArn != testScope.Service("default", *named.ServiceName) {
		t.Errorf("without a name: %+v", named)
	}

	// Clients ask for its deployments at once (ECS0338.3).
	if list := must[*sdk.ListServiceDeploymentsOutput](t)(s.ListServiceDeployments(ctx, &sdk.ListServiceDeploymentsInput{Service: made.ServiceArn})); len(list.ServiceDeployments) != 0 {
		t.Errorf("deployments of a service that is yet to be made: %+v", list.ServiceDeployments)
	}

	// Its tags can be changed before ECS has made the service.
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: made.ServiceArn, Tags: tag("stage", "test")}))
	if shown := s.describeExpress(t, *made.ServiceArn, "TAGS"); len(shown.Tags) != 2 {
		t.Errorf("tags: %v", shown.Tags)
	}
	if shown := s.describeExpress(t, *made.ServiceArn); shown.Tags != nil {
		t.Errorf("tags that were not asked for: %v", shown.Tags)
	}
}

func TestUpdateOfAnExpressService(t *testing.T) {
	s := newServer(t)
	made := s.createExpress(t, expressInput("web"))
	in := &sdk.UpdateExpressGatewayServiceInput{
		ServiceArn: made.ServiceArn, Cpu: aws.String("512"), Memory: aws.String("1024"), ScalingTarget: &types.ExpressGatewayScalingTarget{MinTaskCount: aws.Int32(0)},
	}
	updated := must[*sdk.UpdateExpressGatewayServiceOutput](t)(s.UpdateExpressGatewayService(ctx, in)).Service
	c := updated.TargetConfiguration
	if *c.Cpu != "512" || *c.Memory != "1024" || *c.PrimaryContainer.Image != "nginx" || *c.ScalingTarget.MinTaskCount != 0 || *c.ScalingTarget.MaxTaskCount != 20 {
		t.Errorf("updated: %+v", c)
	}
	if *c.ServiceRevisionArn == *made.ActiveConfigurations[0].ServiceRevisionArn {
		t.Error("an update has no revision of its own")
	}
	if shown := s.describeExpress(t, *made.ServiceArn).ActiveConfigurations; len(shown) != 1 || *shown[0].ServiceRevisionArn != *c.ServiceRevisionArn {
		t.Errorf("two updates before the first deployment: %+v", shown)
	}
	_, err := s.UpdateExpressGatewayService(ctx, &sdk.UpdateExpressGatewayServiceInput{
		ServiceArn: made.ServiceArn, NetworkConfiguration: &types.ExpressGatewayServiceNetworkConfiguration{Subnets: made.ActiveConfigurations[0].NetworkConfiguration.Subnets[:2]},
	})
	refused(t, err, "InvalidParameterException", "ecs-emulator does not support networkConfiguration.subnets of UpdateExpressGatewayService other than the service's"+unsupportedTail)
}

// TestEndOfAnExpressService: ECS0339, and the texts of services.md I.2.
func TestEndOfAnExpressService(t *testing.T) {
	s := newServer(t)
	made := s.createExpress(t, expressInput("web"))
	_, err := s.CreateExpressGatewayService(ctx, expressInput("web"))
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")
	s.fargate(t, "plain")
	s.create(t, serviceInput("plain", "plain"))
	_, err = s.CreateExpressGatewayService(ctx, expressInput("plain"))
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")

	remove := func(arn *string) (*sdk.DeleteExpressGatewayServiceOutput, error) {
		return s.DeleteExpressGatewayService(ctx, &sdk.DeleteExpressGatewayServiceInput{ServiceArn: arn})
	}
	if out := must[*sdk.DeleteExpressGatewayServiceOutput](t)(remove(made.ServiceArn)); out.Service.Status.StatusCode != "DRAINING" {
		t.Errorf("deleted: %+v", out.Service.Status)
	}
	_, err = remove(made.ServiceArn)
	refused(t, err, "ServiceNotActiveException", "Service is in DRAINING status")
	_, err = s.CreateExpressGatewayService(ctx, expressInput("web"))
	refused(t, err, "InvalidParameterException", "Unable to Start a service that is still Draining.")

	if err := s.store.Update(func(tx *store.Tx) error { express.End(tx, express.Find(tx, *made.ServiceArn), time.Now()); return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = remove(made.ServiceArn)
	refused(t, err, "ServiceNotActiveException", "Cannot perform this operation on a service in INACTIVE status")
	_, err = s.UpdateExpressGatewayService(ctx, &sdk.UpdateExpressGatewayServiceInput{ServiceArn: made.ServiceArn, Cpu: aws.String("512")})
	refused(t, err, "ServiceNotActiveException", "Cannot perform this operation on a service in INACTIVE status")
	if shown := s.describeExpress(t, *made.ServiceArn); shown.Status.StatusCode != "INACTIVE" {
		t.Errorf("in the end: %+v", shown.Status)
	}
	if again := s.createExpress(t, expressInput("web")); again.Status.StatusCode != "ACTIVE" {
		t.Errorf("made again: %+v", again.Status)
	}

	for _, unknown := range []string{testScope.Service("default", "none"), testScope.Service("default", "plain")} {
		_, err = remove(&unknown)
		refused(t, err, "InvalidParameterException", "Resource not found")
		_, err = s.DescribeExpressGatewayService(ctx, &sdk.DescribeExpressGatewayServiceInput{ServiceArn: &unknown})
		refused(t, err, "ResourceNotFoundException", "Resource not found")
	}
}

func TestExpressRefusals(t *testing.T) {
	s := newServer(t)
	port := func(n int32) *int32 { return &n }
	for message, change := range map[string]func(in *sdk.CreateExpressGatewayServiceInput){
		"Invalid service name.":               func(in *sdk.CreateExpressGatewayServiceInput) { in.ServiceName = aws.String("a b") },
		"executionRoleArn can not be empty.":  func(in *sdk.CreateExpressGatewayServiceInput) { in.ExecutionRoleArn = nil },
		"primaryContainer can not be empty.":  func(in *sdk.CreateExpressGatewayServiceInput) { in.PrimaryContainer = nil },
		"infrastructureRoleArn is not an ARN": func(in *sdk.CreateExpressGatewayServiceInput) { in.InfrastructureRoleArn = aws.String("infra") },
		"taskDefinitionArn can not be specified together with primaryContainer, executionRoleArn, cpu.": func(in *sdk.CreateExpressGatewayServiceInput) {
			in.TaskDefinitionArn, in.Cpu = aws.String("web"), aws.String("256")
		},
		"TaskDefinition not found.": func(in *sdk.CreateExpressGatewayServiceInput) {
			in.TaskDefinitionArn, in.PrimaryContainer, in.ExecutionRoleArn = aws.String("none:1"), nil, nil
		},
		"Container.image": func(in *sdk.CreateExpressGatewayServiceInput) {
			in.PrimaryContainer.Image = aws.String(strings.Repeat(" ", 2048))
		},
		"containerPort should be between 1 and 65535":                func(in *sdk.CreateExpressGatewayServiceInput) { in.PrimaryContainer.ContainerPort = port(0) },
		"healthCheckPath 'ping' must begin with a '/' character":     func(in *sdk.CreateExpressGatewayServiceInput) { in.HealthCheckPath = aws.String("ping") },
		"minTaskCount (5) can not be greater than maxTaskCount (2).": func(in *sdk.CreateExpressGatewayServiceInput) { in.ScalingTarget = scaling(5, 2, 60) },
		"minTaskCount should be at least 0":                          func(in *sdk.CreateExpressGatewayServiceInput) { in.ScalingTarget = scaling(-1, 2, 60) },
		"autoScalingTargetValue should be between 1 and 100":         func(in *sdk.CreateExpressGatewayServiceInput) { in.ScalingTarget = scaling(1, 2, 101) },
		"autoScalingTargetValue should be at least 1":                func(in *sdk.CreateExpressGatewayServiceInput) { in.ScalingTarget = scaling(1, 2, 0) },
		"cpuArchitecture should be one of [X86_64,ARM64]":            func(in *sdk.CreateExpressGatewayServiceInput) { in.CpuArchitecture = "VAX" },
		"Invalid 'cpu' setting for task.":                            func(in *sdk.CreateExpressGatewayServiceInput) { in.Cpu = aws.String("7") },
	} {
		in := expressInput("web")
		change(in)
		_, err := s.CreateExpressGatewayService(ctx, in)
		if err == nil || !strings.Contains(err.Error(), message) || strings.Contains(err.Error(), "StatusCode: 5") {
			t.Errorf("not %q: %v", message, err)
		}
	}
	if _, err := s.DescribeExpressGatewayService(ctx, &sdk.DescribeExpressGatewayServiceInput{ServiceArn: aws.String(testScope.Service("default", "web"))}); err == nil {
		t.Error("a request that was refused has made a service")
	}
}

func scaling(least, most, value int32) *types.ExpressGatewayScalingTarget {
	return &types.ExpressGatewayScalingTarget{MinTaskCount: &least, MaxTaskCount: &most, AutoScalingTargetValue: &value}
}

// TestExpressServiceOfATaskDefinition: ECS0337.6, ECS0337.8.
func TestExpressServiceOfATaskDefinition(t *testing.T) {
	s := newServer(t)
	mapping := types.PortMapping{ContainerPort: aws.Int32(8080), Name: aws.String("http")}
	register := func(change func(in *sdk.RegisterTaskDefinitionInput)) *string {
		t.Helper()
		in := &sdk.RegisterTaskDefinitionInput{
			Family: aws.String("own"), RequiresCompatibilities: []types.Compatibility{"FARGATE"}, NetworkMode: "awsvpc", Cpu: aws.String("1024"), Memory: aws.String("2048"),
			ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("Main"), Image: aws.String("nginx"), PortMappings: []types.PortMapping{mapping}}},
		}
		change(in)
		return must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, in)).TaskDefinition.TaskDefinitionArn
	}
	in := func(definition *string) *sdk.CreateExpressGatewayServiceInput {
		return &sdk.CreateExpressGatewayServiceInput{ServiceName: aws.String("web"), InfrastructureRoleArn: aws.String(infrastructureRole), TaskDefinitionArn: definition}
	}
	for why, change := range map[string]func(in *sdk.RegisterTaskDefinitionInput){
		"must have a container Main":                           func(in *sdk.RegisterTaskDefinitionInput) { in.ContainerDefinitions[0].Name = aws.String("main") },
		"must have one TCP port mapping in the container Main": func(in *sdk.RegisterTaskDefinitionInput) { in.ContainerDefinitions[0].PortMappings = nil },
		"must have a name for the port mapping of the container Main": func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].PortMappings[0].Name = nil
		},
		"must require the compatibility FARGATE": func(in *sdk.RegisterTaskDefinitionInput) { in.RequiresCompatibilities = nil },
	} {
		_, err := s.CreateExpressGatewayService(ctx, in(register(change)))
		refused(t, err, "InvalidParameterException", "The task definition of an Express gateway service "+why+".")
	}
	own := register(func(*sdk.RegisterTaskDefinitionInput) {})
	c := s.createExpress(t, in(own)).ActiveConfigurations[0]
	if *c.TaskDefinitionArn != *own || *c.Cpu != "1024" || *c.Memory != "2048" || c.PrimaryContainer != nil || c.ExecutionRoleArn != nil {
		t.Errorf("with a task definition: %+v", c)
	}
	update := &sdk.UpdateExpressGatewayServiceInput{ServiceArn: aws.String(testScope.Service("default", "web")), Cpu: aws.String("256")}
	_, err := s.UpdateExpressGatewayService(ctx, update)
	refused(t, err, "InvalidParameterException", "The service uses the task definition "+*own+". Specify primaryContainer to change cpu.")
	update.PrimaryContainer, update.ExecutionRoleArn = &types.ExpressGatewayContainer{Image: aws.String("httpd")}, aws.String("arn:aws:iam::"+testAccount+":role/run")
	target := must[*sdk.UpdateExpressGatewayServiceOutput](t)(s.UpdateExpressGatewayService(ctx, update)).Service.TargetConfiguration
	if *target.Cpu != "256" || *target.Memory != "512" || *target.PrimaryContainer.Image != "httpd" || *target.PrimaryContainer.ContainerPort != 80 {
		t.Errorf("with a container again: %+v", target)
	}
}
