package ecs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
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
