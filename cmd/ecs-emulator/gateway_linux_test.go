package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// gated is an emulator with a gateway that two clusters use, default and two.
type gated struct{ *process }

// testHeader leads to the new revision.
const testHeader = "X-Test"

// open makes the gateway.
func (g gated) open() {
	g.Helper()
	ctx := g.Context()
	for _, cluster := range []string{"default", "two"} {
		_, err := g.client.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: &cluster})
		g.must(err)
	}
	_, err := g.client.CreateGateway(ctx, &ecs.CreateGatewayInput{
		Name: aws.String("shop"), InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infra"),
		Configuration: &types.GatewayConfigurationMemberHostSharedAlb{Value: types.HostSharedAlbConfiguration{TestTrafficRules: &types.GatewayAlbTestTrafficRules{
			Header: &types.GatewayTestTrafficHeader{Name: aws.String(testHeader), Values: []string{"1"}},
		}}},
	})
	g.must(err)
	for _, cluster := range []string{"default", "two"} {
		_, err := g.client.AssociateGatewayWithCluster(ctx, &ecs.AssociateGatewayWithClusterInput{Gateway: aws.String("shop"), Cluster: &cluster})
		g.must(err)
	}
}

// define registers a revision whose container has a port with a name.
func (g gated) define(family, text string) *string {
	g.Helper()
	out, err := g.client.RegisterTaskDefinition(g.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"), RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String(g.image()), Command: []string{"serve", strconv.Itoa(webPort), text},
			PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(webPort)}},
		}},
	})
	g.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// connecting is a service with a connector, whose targets are healthy after ten seconds.
func connecting(cluster, name string, definition *string, count int32) *ecs.CreateServiceInput {
	return &ecs.CreateServiceInput{
		Cluster: &cluster, ServiceName: &name, TaskDefinition: definition, DesiredCount: &count, LaunchType: types.LaunchTypeFargate,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}}},
		GatewayConnectors: []types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{
			HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(4), HealthyThresholdCount: aws.Int32(2),
		}}},
	}
}

// connect makes a service with a connector, and returns the URL of its route.
func (g gated) connect(cluster, name string, count int32) (url string) {
	g.Helper()
	_, err := g.client.CreateService(g.Context(), connecting(cluster, name, g.define(name, name+"-one"), count))
	g.must(err)
	g.untilCompleted(cluster, name, count)
	return g.url(name)
}

func (g gated) untilCompleted(cluster, name string, count int32) {
	g.Helper()
	g.eventually(name+" is there", func() bool {
		out, err := g.client.DescribeServices(g.Context(), &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{name}})
		g.must(err)
		s := out.Services[0]
		return len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == count
	})
}

// routes are the ARNs of the routes of a service that are ACTIVE.
func (g gated) routes(service string) (arns []string) {
	g.Helper()
	out, err := g.client.ListGatewayRoutes(g.Context(), &ecs.ListGatewayRoutesInput{Service: &service, Status: []types.GatewayRouteStatus{types.GatewayRouteStatusActive}})
	g.must(err)
	for _, r := range out.GatewayRoutes {
		arns = append(arns, *r.GatewayRouteArn)
	}
	return arns
}

// route is the only route of a service.
func (g gated) route(service string) *types.GatewayRoute {
	g.Helper()
	arns := g.routes(service)
	if len(arns) != 1 {
		g.Fatalf("the routes of %s are %q", service, arns)
	}
	out, err := g.client.DescribeGatewayRoute(g.Context(), &ecs.DescribeGatewayRouteInput{GatewayRouteArn: &arns[0]})
	g.must(err)
	return out.GatewayRoute
}

func (g gated) url(service string) string { return *g.route(service).ServiceUrl + "/" }

// leave has a service keep no connector.
func (g gated) leave(cluster, service string) {
	g.Helper()
	_, err := g.client.UpdateService(g.Context(), &ecs.UpdateServiceInput{Cluster: &cluster, Service: &service, GatewayConnectors: []types.GatewayConnector{}})
	g.must(err)
}

// counts is how many things there are of those that gateways have, each by its own API.
func (g gated) counts() string {
	g.Helper()
	o, ctx := g.client.Options(), g.Context()
	balancers, err := g.elb().DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{})
	g.must(err)
	listeners, rules, served := 0, 0, 0
	for _, b := range balancers.LoadBalancers {
		of, err := g.elb().DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: b.LoadBalancerArn})
		g.must(err)
		listeners += len(of.Listeners)
		for _, l := range of.Listeners {
			at, err := g.elb().DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: l.ListenerArn})
			g.must(err)
			for _, r := range at.Rules {
				if !*r.IsDefault {
					rules++
				}
			}
			with, err := g.elb().DescribeListenerCertificates(ctx, &elb.DescribeListenerCertificatesInput{ListenerArn: l.ListenerArn})
			g.must(err)
			served += len(with.Certificates)
		}
	}
	groups, err := g.elb().DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{})
	g.must(err)
	certificates, err := acm.New(acm.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials}).ListCertificates(ctx, &acm.ListCertificatesInput{})
	g.must(err)
	network := ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
	security, err := network.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{})
	g.must(err)
	opened, err := network.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{})
	g.must(err)
	return fmt.Sprintf("%d load balancers, %d listeners, %d rules, %d certificates at listeners, %d target groups, %d certificates, %d security groups, %d security group rules",
		len(balancers.LoadBalancers), listeners, rules, served, len(groups.TargetGroups), len(certificates.CertificateSummaryList), len(security.SecurityGroups), len(opened.SecurityGroupRules))
}

// tested is the text that answers a request with the test header, and its status.
func (g gated) tested(url, value string, reach func(habit)) (text string, status int) {
	g.Helper()
	h := habits(url)[1]
	reach(h)
	request, err := http.NewRequestWithContext(g.Context(), http.MethodGet, url, nil)
	g.must(err)
	request.Header.Set(testHeader, value)
	answer, err := h.client.Do(request)
	g.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	g.must(err)
	return string(body), answer.StatusCode
}

// header expects requests with the test header to be answered with a text, and with another value of it with another text.
func (s *shifted) header(g gated, text, other string) {
	s.Helper()
	for range 20 {
		if got, status := g.tested(s.url, "1", s.reach); got != text || status != http.StatusOK {
			s.Fatalf("%s: 1 is answered %d %q, want %q", testHeader, status, got, text)
		}
		if got, status := g.tested(s.url, "2", s.reach); other != "" && (got != other || status != http.StatusOK) {
			s.Fatalf("%s: 2 is answered %d %q, want %q", testHeader, status, got, other)
		}
	}
}

// left are the engine's containers of an emulator, tasks and load balancers, that have a load balancer or had it.
func left(t *testing.T, owner string) (names []string) {
	t.Helper()
	list, err := dockertest.Client(t).ContainerList(context.WithoutCancel(t.Context()), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "ecs-emulator.owner="+owner),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Items {
		if kind := c.Labels["ecs-emulator.kind"]; kind == "container" || kind == "sandbox" {
			names = append(names, c.Names...)
		}
	}
	return names
}

// ownerOf is how the engine's containers name the emulator that has a load balancer.
func ownerOf(t *testing.T, balancer string) string {
	t.Helper()
	list, err := dockertest.Client(t).ContainerList(context.WithoutCancel(t.Context()), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", "ecs-emulator.load-balancer="+balancer),
	})
	if err != nil || len(list.Items) == 0 {
		t.Fatalf("the load balancer has no container: %v", err)
	}
	return list.Items[0].Labels["ecs-emulator.owner"]
}

// spread expects a revision to answer so many percent of requests, give or take five times what chance does to them.
func (s *shifted) spread(text string, percent float64) {
	s.Helper()
	const requests = 400
	most := 5 * math.Sqrt(percent*(100-percent)/requests)
	staying := habits(s.url)[0]
	s.reach(staying)
	answered := 0
	for range requests {
		by, _, err := staying.ask()
		s.must(err)
		if by == text {
			answered++
		}
	}
	got := 100 * float64(answered) / requests
	s.Logf("%s has answered %.1f %% of %d, weights %s", text, got, requests, s.weights())
	if math.Abs(got-percent) > most {
		s.Errorf("%s has answered %.1f %%, want %v %%", text, got, percent)
	}
}

// Three services of two clusters are behind one gateway. They are deployed in each way and leave it one by one, and no request is lost
// that is for one which stays.
func TestDockerGatewayLosesNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	g := gated{startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn")}
	nothing := g.counts()
	g.open()
	if got := g.counts(); got != nothing {
		t.Errorf("a gateway without services has %s", got)
	}
	url, api, jobs := g.connect("default", "web", 2), g.connect("two", "api", 1), g.connect("two", "jobs", 1)
	t.Logf("with three services: %s", g.counts())

	s := &shifted{process: g.process, web: webService{name: "web"}, url: url, reach: g.reachTLS()}
	s.live = *s.albOf(g).ListenerRuleArn
	revision := g.gatewayConnection("web")
	s.web.group, s.green = *revision.TargetGroupArn, *revision.AlternateTargetGroupArn
	owner := ownerOf(t, *s.albOf(g).LoadBalancerArn)
	staying := habits(url)
	staying[0].every, staying[1].every = time.Second/80, time.Second/20 // each new connection has a handshake
	fresh := habits(api)[1]
	fresh.every = time.Second / 10
	for _, h := range append(staying, fresh) {
		s.reach(h)
	}
	s.load = follow(t, staying)
	besides := follow(t, []habit{fresh})
	deploy := func(text string, c types.DeploymentConfiguration) (old []string) {
		if c.LifecycleHooks == nil {
			c.LifecycleHooks = []types.DeploymentLifecycleHook{}
		}
		return s.update(ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: g.define("web", text), DeploymentConfiguration: &c})
	}
	other := func(w string) string { a, b, _ := strings.Cut(w, "/"); return b + "/" + a }
	rest := s.weights()
	for _, group := range []string{s.web.group, s.green} { // a clock that is moved past the delay would cut requests off
		_, err := s.elb().ModifyTargetGroupAttributes(t.Context(), &elb.ModifyTargetGroupAttributesInput{
			TargetGroupArn: &group, Attributes: []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("5")}},
		})
		g.must(err)
	}

	s.phase("canary", s.load, func() {
		old := deploy("two", pauses(types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(1),
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(10), CanaryBakeTimeInMinutes: aws.Int32(1)},
		}))
		hook := s.paused(1)
		s.header(g, "two", "web-one")
		s.spread("two", 0)
		s.goOn(hook)
		s.eventually("the canary has traffic", func() bool { w := s.weights(); return w == "900/100" || w == "100/900" })
		s.advance("61s")
		hook = s.paused(2)
		s.spread("two", 10)
		s.header(g, "two", "")
		s.goOn(hook)
		hook = s.paused(3)
		s.spread("two", 100)
		s.goOn(hook)
		s.untilStage(types.ServiceDeploymentLifecycleStageBakeTime)
		s.silent(s.load, "web-one", time.Now().Add(time.Second)) // and requests that take three seconds are answered
		s.advance("61s")
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
		if got := s.weights(); got != other(rest) {
			s.Errorf("the weights are %s, and were %s", got, rest)
		}
		s.header(g, "two", "two")
	})
	// shift deploys a text in place of another one, with a pause after each of some shares.
	shift := func(text, old string, c types.DeploymentConfiguration, percent ...float64) {
		c.BakeTimeInMinutes = aws.Int32(0)
		tasks := deploy(text, pauses(c))
		hook := s.paused(1)
		s.header(g, text, old)
		for i, share := range percent {
			s.goOn(hook)
			hook = s.paused(2 + i)
			s.spread(text, share)
		}
		s.goOn(hook)
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(tasks, 0)
	}
	s.phase("blue/green", s.load, func() {
		shift("three", "two", types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen}, 100)
	})
	s.phase("linear", s.load, func() {
		shift("four", "three", types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyLinear, LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(50), StepBakeTimeInMinutes: aws.Int32(0)},
		}, 50, 100)
	})
	s.phase("rolling", s.load, func() {
		old := deploy("five", types.DeploymentConfiguration{Strategy: types.DeploymentStrategyRolling})
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
		s.spread("five", 100)
		s.header(g, "five", "five")
	})
	s.phase("another one leaves", s.load, func() {
		g.leave("two", "jobs")
		s.eventually("its route is gone", func() bool { s.advance("1m"); return len(g.routes("jobs")) == 0 })
		if _, status := g.tested(jobs, "2", s.reach); status != http.StatusNotFound {
			s.Errorf("its host answers %d", status)
		}
	})
	s.stopAsking(s.load)
	s.stopAsking(besides)

	g.leave("default", "web")
	g.leave("two", "api")
	s.eventually("nothing is left but "+nothing, func() bool { s.advance("1m"); return g.counts() == nothing })
	for _, of := range [][2]string{{"default", "web"}, {"two", "api"}, {"two", "jobs"}} {
		_, err := g.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Cluster: &of[0], Service: &of[1], Force: aws.Bool(true)})
		g.must(err)
	}
	s.eventually("no container is left", func() bool {
		s.advance("1m")
		return len(left(t, owner)) == 0
	})
}

// albOf is what the route has at its load balancer.
func (s *shifted) albOf(g gated) types.GatewayRouteAlbResources {
	s.Helper()
	return g.route(s.web.name).Resources.(*types.GatewayRouteResourcesMemberHostSharedAlb).Value[0]
}

// gatewayConnection is what the target revision of the last deployment shows of its connection.
func (g gated) gatewayConnection(service string) types.GatewayConnectionAlbResources {
	g.Helper()
	out, err := g.client.DescribeServiceRevisions(g.Context(), &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{*g.lastDeployment(service).TargetServiceRevision.Arn}})
	g.must(err)
	return out.ServiceRevisions[0].EcsManagedResources.GatewayConnections[0].Resources.(*types.GatewayConnectionResourcesMemberHostSharedAlb).Value[0]
}
