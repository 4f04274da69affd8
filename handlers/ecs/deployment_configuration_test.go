package ecs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const breaker = `"deploymentCircuitBreaker":{"enable":false,"rollback":false,"resetOnHealthyTask":true,"thresholdConfiguration":{"type":"BOUNDED_PERCENT","value":50}},` +
	`"maximumPercent":200,"minimumHealthyPercent":100`

// TestDeploymentConfigurationIsMerged takes a service from one strategy to the next.
func TestDeploymentConfigurationIsMerged(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	x := s.traffic(t, "app")
	in := serviceInput("web", "web")
	in.LoadBalancers = []types.LoadBalancer{x.balancer}
	s.create(t, in)
	const hooks = `"lifecycleHooks":[{"targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"],"hookDetails":{"b":1.0,"a":[12345678901234567890]},"timeoutConfiguration":{"timeoutInMinutes":1440,"action":"ROLLBACK"}},` +
		`{"targetType":"PAUSE","lifecycleStages":["RECONCILE_SERVICE"],"timeoutConfiguration":{"timeoutInMinutes":20160,"action":"CONTINUE"}}]`
	for _, c := range []struct{ asked, want string }{
		{`{"strategy":"CANARY"}`, `{` + breaker + `,"strategy":"CANARY","bakeTimeInMinutes":0,"canaryConfiguration":{"canaryPercent":5,"canaryBakeTimeInMinutes":10}}`},
		{`{"canaryConfiguration":{"canaryPercent":0.1}}`, `{` + breaker + `,"strategy":"CANARY","bakeTimeInMinutes":0,"canaryConfiguration":{"canaryPercent":0.1,"canaryBakeTimeInMinutes":10}}`},
		{`{"bakeTimeInMinutes":3,"canaryConfiguration":{"canaryBakeTimeInMinutes":0}}`,
			`{` + breaker + `,"strategy":"CANARY","bakeTimeInMinutes":3,"canaryConfiguration":{"canaryPercent":0.1,"canaryBakeTimeInMinutes":0}}`},
		{`{"strategy":"LINEAR","linearConfiguration":{"stepPercent":33.3}}`,
			`{` + breaker + `,"strategy":"LINEAR","bakeTimeInMinutes":3,"linearConfiguration":{"stepPercent":33.3,"stepBakeTimeInMinutes":6}}`},
		{`{"strategy":"BLUE_GREEN"}`, `{` + breaker + `,"strategy":"BLUE_GREEN","bakeTimeInMinutes":3}`},
		{`{"lifecycleHooks":[{"targetType":"PAUSE","lifecycleStages":["PRE_SCALE_UP"],"hookDetails":{"b":1.0,"a":[12345678901234567890]}},` +
			`{"targetType":"PAUSE","lifecycleStages":["RECONCILE_SERVICE"],"timeoutConfiguration":{"timeoutInMinutes":20160,"action":"CONTINUE"}}]}`,
			`{` + breaker + `,"strategy":"BLUE_GREEN","bakeTimeInMinutes":3,` + hooks + `}`},
		{`{"maximumPercent":200}`, `{` + breaker + `,"strategy":"BLUE_GREEN","bakeTimeInMinutes":3,` + hooks + `}`},
		{`{"lifecycleHooks":[],"strategy":"ROLLING"}`, `{` + breaker + `,"strategy":"ROLLING","bakeTimeInMinutes":3}`},
		{`{"earlySuccessCriteria":{"enable":true,"healthyPercent":100,"sourceServiceRevisionCleanup":"DEFERRED"}}`, `{` + breaker + `,"strategy":"ROLLING","bakeTimeInMinutes":3,` +
			`"earlySuccessCriteria":{"enable":true,"healthyPercent":100,"sourceServiceRevisionCleanup":"DEFERRED"}}`},
		{`{"earlySuccessCriteria":{"enable":false}}`, `{` + breaker + `,"strategy":"ROLLING","bakeTimeInMinutes":3,"earlySuccessCriteria":{"enable":false}}`},
	} {
		var answer struct {
			Service struct{ DeploymentConfiguration json.RawMessage }
		}
		text := s.post(t, "UpdateService", `{"service":"web","deploymentConfiguration":`+c.asked+`}`)
		if err := json.Unmarshal([]byte(text), &answer); err != nil {
			t.Fatal(err)
		}
		sameJSON(t, string(answer.Service.DeploymentConfiguration), c.want)
		if strings.Contains(c.want, "hookDetails") && !strings.Contains(text, `"hookDetails":{"b":1.0,"a":[12345678901234567890]}`) {
			t.Errorf("hookDetails are not as they came: %s", text)
		}
	}
	if n := len(s.redeploy(t, "web", 0)); n != 1 {
		t.Errorf("the configuration made %d deployments", n)
	}
}

// TestPercentagesWithoutRoom are refused of rolling deployments of REPLICA services, where they are asked for.
func TestPercentagesWithoutRoom(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	full := &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(100)}
	s.create(t, serviceInput("web", "web"))
	s.scheduler(t, "web", func(kept *state.Service) {
		c := *kept.DeploymentConfiguration
		c.MaximumPercent, kept.AvailabilityZoneRebalancing = aws.Int32(100), ourtypes.AvailabilityZoneRebalancingDisabled
		kept.DeploymentConfiguration = &c
	})
	must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)}))
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DeploymentConfiguration: full})
	refused(t, err, invalid, noRoom)

	in := serviceInput("shifted", "web")
	in.LoadBalancers = []types.LoadBalancer{s.traffic(t, "app").balancer}
	shifted := *full
	shifted.Strategy = types.DeploymentStrategyBlueGreen
	in.DeploymentConfiguration = &shifted
	s.create(t, in)

	s.bridge(t, "agent")
	in = &sdk.CreateServiceInput{ServiceName: aws.String("agent"), TaskDefinition: aws.String("agent"), SchedulingStrategy: "DAEMON", DeploymentConfiguration: full}
	s.create(t, in)
}

// TestAChangeOfAdvancedConfigurationDeploys: what leads traffic to the tasks is a part of the revision.
func TestAChangeOfAdvancedConfigurationDeploys(t *testing.T) {
	s := newServer(t)
	s.fargateWithPort(t, "web")
	for _, kind := range []string{"app", "net"} {
		x := s.traffic(t, kind)
		in := serviceInput(kind, "web")
		in.LoadBalancers = []types.LoadBalancer{x.balancer}
		in.DeploymentConfiguration = &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyLinear}
		s.create(t, in)
		update := func(b types.LoadBalancer) int {
			out := must[*sdk.UpdateServiceOutput](t)(s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: &kind, LoadBalancers: []types.LoadBalancer{b}}))
			return len(out.Service.Deployments)
		}
		if n := update(x.with(func(*types.AdvancedConfiguration) {})); n != 1 {
			t.Errorf("%s: the same again makes it %d deployments", kind, n)
		}
		if n := update(x.with(func(c *types.AdvancedConfiguration) { c.TestListenerRule = &x.test })); n != 2 {
			t.Errorf("%s: a test rule makes it %d deployments", kind, n)
		}
	}
	_, err := s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("app"), LoadBalancers: []types.LoadBalancer{}})
	refused(t, err, invalid, "The LINEAR deployment strategy requires a load balancer or Service Connect.")
}
