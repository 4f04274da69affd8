package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestAPortBehindALoadBalancerIsMappedOnce: a definition may have it once for each protocol, a target has one port.
func TestAPortBehindALoadBalancerIsMappedOnce(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	s.fargate(t, "dns", func(in *sdk.RegisterTaskDefinitionInput) {
		in.ContainerDefinitions[0].PortMappings = []types.PortMapping{
			{ContainerPort: aws.Int32(80), Protocol: types.TransportProtocolTcp}, {ContainerPort: aws.Int32(80), Protocol: types.TransportProtocolUdp},
		}
	})
	const twice = "Container port 80 is used in more than one port mapping for container app"
	balancers := []types.LoadBalancer{s.traffic(t, "app").balancer}
	in := serviceInput("dns", "dns")
	s.create(t, in)
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("dns"), LoadBalancers: balancers})
	refused(t, err, invalid, twice)

	in = serviceInput("web", "dns")
	in.LoadBalancers = balancers
	_, err = s.CreateService(ctx, in)
	refused(t, err, invalid, twice)
	in.TaskDefinition = aws.String("web")
	s.create(t, in)
	_, err = s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: aws.String("dns")})
	refused(t, err, invalid, twice)

	// A service that has such a definition already can change.
	s.scheduler(t, "web", func(kept *state.Service) {
		kept.Primary().Revision.TaskDefinition = testScope.TaskDefinition("dns", 1)
	})
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)}))
}

// TestHealthChecksOfADynamicHostPort go to no other port: the group is told it with each target.
func TestHealthChecksOfADynamicHostPort(t *testing.T) {
	s := newServer(t)
	x := s.traffic(t, "app")
	checkAt := func(port string) {
		s.update(t, func(tx *store.Tx) {
			group := *elbv2.FindTargetGroup(tx, x.blue)
			group.Type, group.HealthCheck.Port = elb.TargetTypeEnumInstance, port
			elbv2.PutTargetGroup(tx, &group)
		})
	}
	checkAt("3000")
	mapped := func(m types.PortMapping) func(*sdk.RegisterTaskDefinitionInput) {
		return func(in *sdk.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions[0].PortMappings = []types.PortMapping{m}
		}
	}
	s.bridge(t, "zero", hostPort(0))
	s.bridge(t, "none", mapped(types.PortMapping{ContainerPort: aws.Int32(80)}))
	s.bridge(t, "fixed", hostPort(8080))
	dynamic := "The task definition is configured to use a dynamic host port, but the target group with targetGroupArn " + x.blue + " has a health check port specified."
	service := func(family string) *sdk.CreateServiceInput {
		in := serviceInput(family, family)
		in.LaunchType, in.NetworkConfiguration, in.LoadBalancers = types.LaunchTypeEc2, nil, []types.LoadBalancer{x.balancer}
		in.LoadBalancers[0].AdvancedConfiguration = nil
		return in
	}
	for _, family := range []string{"zero", "none"} {
		_, err := s.CreateService(ctx, service(family))
		refused(t, err, invalid, dynamic)
	}
	s.create(t, service("fixed"))
	update := &sdk.UpdateServiceInput{Service: aws.String("fixed"), TaskDefinition: aws.String("zero")}
	_, err := s.UpdateService(ctx, update)
	refused(t, err, invalid, dynamic)

	checkAt(elbv2.TrafficPort)
	s.create(t, service("zero"))
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, update))

	// A group that gets its port afterwards does not prevent other changes.
	checkAt("3000")
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("zero"), TaskDefinition: aws.String("zero"), DesiredCount: aws.Int32(0)}))
}
