package ecs_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// onInstances asks for a service of two tasks in bridge mode.
func (s *server) onInstances(t testing.TB, name string) *sdk.CreateServiceInput {
	t.Helper()
	s.fargate(t, "bridge", func(in *sdk.RegisterTaskDefinitionInput) {
		in.NetworkMode, in.RequiresCompatibilities = types.NetworkModeBridge, []types.Compatibility{types.CompatibilityEc2}
	})
	in := serviceInput(name, "bridge")
	in.LaunchType, in.NetworkConfiguration = "", nil
	return in
}

// TestPlacementOfAService is shown, kept by an update that does not speak of it, changed
// without a deployment, and cleared by an empty list.
func TestPlacementOfAService(t *testing.T) {
	s := newServer(t)
	in := s.onInstances(t, "web")
	in.PlacementStrategy = []types.PlacementStrategy{
		{Type: "spread", Field: aws.String("attribute:ecs.availability-zone")}, {Type: "binpack", Field: aws.String("memory")},
	}
	in.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:ecs.instance-type == t3.small")}}
	s.create(t, in)
	s.create(t, in) // the same again
	expect := func(strategies, constraints int, first string) {
		t.Helper()
		seen := s.describe(t, "web")
		if len(seen.PlacementStrategy) != strategies || len(seen.PlacementConstraints) != constraints || len(seen.Deployments) != 1 {
			t.Fatalf("strategy %v, constraints %v, %d deployments", seen.PlacementStrategy, seen.PlacementConstraints, len(seen.Deployments))
		}
		if strategies > 0 && string(seen.PlacementStrategy[0].Type) != first {
			t.Errorf("strategy %v", seen.PlacementStrategy)
		}
	}
	change := func(in sdk.UpdateServiceInput) {
		t.Helper()
		in.Service = aws.String("web")
		must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &in))
	}
	expect(2, 1, "spread")
	change(sdk.UpdateServiceInput{DesiredCount: aws.Int32(3)})
	expect(2, 1, "spread")
	change(sdk.UpdateServiceInput{
		PlacementStrategy: []types.PlacementStrategy{{Type: "random"}}, AvailabilityZoneRebalancing: "DISABLED",
		PlacementConstraints: []types.PlacementConstraint{{Type: "distinctInstance"}, in.PlacementConstraints[0]},
	})
	expect(1, 2, "random")
	change(sdk.UpdateServiceInput{PlacementStrategy: []types.PlacementStrategy{}, PlacementConstraints: []types.PlacementConstraint{}})
	expect(0, 0, "")
	in.PlacementConstraints = nil
	_, err := s.CreateService(ctx, in)
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")
}

// TestStrategiesAreShownAsECSSpellsThem (ECS0163); one that only its spelling tells from the
// present one is no change.
func TestStrategiesAreShownAsECSSpellsThem(t *testing.T) {
	s := newServer(t)
	in := s.onInstances(t, "web")
	strategies := func(spread, binpack string) []types.PlacementStrategy {
		return []types.PlacementStrategy{{Type: "spread", Field: &spread}, {Type: "binpack", Field: &binpack}, {Type: "random"}}
	}
	in.PlacementStrategy = strategies("host", "memory")
	s.create(t, in)
	if seen := s.describe(t, "web").PlacementStrategy; !reflect.DeepEqual(seen, strategies("instanceId", "MEMORY")) {
		t.Errorf("created: %+v", seen)
	}
	in.PlacementStrategy = strategies("instanceId", "Memory")
	s.create(t, in)
	changed := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{
		Service: aws.String("web"), PlacementStrategy: strategies("host", "cpu"),
	})).Service.PlacementStrategy
	if !reflect.DeepEqual(changed, strategies("instanceId", "CPU")) {
		t.Errorf("updated: %+v", changed)
	}
}

func TestLimitsOfPlacement(t *testing.T) {
	s := newServer(t)
	in := s.onInstances(t, "web")
	in.PlacementStrategy = make([]types.PlacementStrategy, 6)
	_, err := s.CreateService(ctx, in)
	refused(t, err, "InvalidParameterException", "Maximum number of strategies is 5.")
	in.PlacementStrategy, in.PlacementConstraints = nil, make([]types.PlacementConstraint, 11)
	_, err = s.CreateService(ctx, in)
	refused(t, err, "InvalidParameterException", "Maximum number of constraints is 10.")
}

// TestZonesAreNotRebalancedAgainstThePlacement of a service: the default is DISABLED
// unless it spreads over zones first.
func TestZonesAreNotRebalancedAgainstThePlacement(t *testing.T) {
	s := newServer(t)
	for name, c := range map[string]struct {
		strategy   []types.PlacementStrategy
		constraint string
		want       types.AvailabilityZoneRebalancing
	}{
		"nothing":   {nil, "", "ENABLED"},
		"zones":     {[]types.PlacementStrategy{{Type: "spread", Field: aws.String("attribute:ecs.availability-zone")}}, "", "ENABLED"},
		"instances": {[]types.PlacementStrategy{{Type: "spread", Field: aws.String("instanceId")}}, "", "DISABLED"},
		"one-zone":  {nil, "attribute:ecs.availability-zone == us-east-1a", "DISABLED"},
	} {
		in := s.onInstances(t, name)
		in.PlacementStrategy = c.strategy
		if c.constraint != "" {
			in.PlacementConstraints = []types.PlacementConstraint{{Type: "memberOf", Expression: &c.constraint}}
		}
		if got := s.create(t, in).AvailabilityZoneRebalancing; got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestDaemonService has the defaults of DAEMON, shows how many tasks the scheduler wants,
// and is deleted without force.
func TestDaemonService(t *testing.T) {
	s := newServer(t)
	in := s.onInstances(t, "agent")
	in.SchedulingStrategy, in.DesiredCount = "DAEMON", nil
	made := s.create(t, in)
	if c := made.DeploymentConfiguration; made.SchedulingStrategy != "DAEMON" || made.LaunchType != "EC2" || made.DesiredCount != 0 ||
		*c.MaximumPercent != 100 || *c.MinimumHealthyPercent != 0 || made.AvailabilityZoneRebalancing != "DISABLED" {
		t.Errorf("%+v, %+v", made, c)
	}
	s.scheduler(t, "agent", func(service *state.Service) { service.Daemons = 3 })
	if seen := s.describe(t, "agent"); seen.DesiredCount != 3 {
		t.Errorf("desired count %d", seen.DesiredCount)
	}
	for _, c := range []struct {
		message string
		in      sdk.UpdateServiceInput
	}{
		{"The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
			sdk.UpdateServiceInput{DesiredCount: aws.Int32(0)}},
		{"The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
			sdk.UpdateServiceInput{PlacementStrategy: []types.PlacementStrategy{{Type: "random"}}}},
		{"The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
			sdk.UpdateServiceInput{PlacementStrategy: []types.PlacementStrategy{}}},
		{"Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.",
			sdk.UpdateServiceInput{ForceNewDeployment: true, CapacityProviderStrategy: []types.CapacityProviderStrategyItem{
				{CapacityProvider: aws.String("FARGATE"), Weight: 1},
			}}},
		{"The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again",
			sdk.UpdateServiceInput{DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(200)}}},
		{"The service couldn't be updated because Availability Zone Rebalancing does not support DAEMON as scheduling strategy. Update scheduling strategy and try again.",
			sdk.UpdateServiceInput{AvailabilityZoneRebalancing: "ENABLED"}},
	} {
		c.in.Service = aws.String("agent")
		_, err := s.UpdateService(ctx, &c.in)
		refused(t, err, "InvalidParameterException", c.message)
	}
	changed := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{
		Service: aws.String("agent"), DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50)},
		PlacementConstraints: []types.PlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:gpu exists")}},
	})).Service
	if *changed.DeploymentConfiguration.MinimumHealthyPercent != 50 || len(changed.PlacementConstraints) != 1 {
		t.Errorf("updated: %+v", changed)
	}
	gone := must[*sdk.DeleteServiceOutput](t)(s.DeleteService(ctx, &sdk.DeleteServiceInput{Service: aws.String("agent")})).Service
	if *gone.Status != "DRAINING" || gone.DesiredCount != 0 {
		t.Errorf("deleted: %s, desired %d", *gone.Status, gone.DesiredCount)
	}
}
