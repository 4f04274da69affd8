package bench_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// shifting is a service that is deployed by a shift of its rule, and what its URL answers.
type shifting struct {
	*world
	name, url string
	host      string // that requests name; empty: as the URL says
	client    *http.Client
	release   int
	took      []time.Duration
}

// shifts makes the service of a task, which has come to a URL.
func (w *world) shifts(service, host string, url func() string, change func(*ecs.CreateServiceInput)) *shifting {
	w.Helper()
	s := &shifting{world: w, name: service, host: host, client: w.throughProxy(host)}
	w.createService(service, 1, func(in *ecs.CreateServiceInput) {
		in.TaskDefinition, in.DeploymentConfiguration = s.next(), &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)}
		change(in)
	})
	s.untilComplete()
	s.url = url()
	s.until("its URL to answer", s.answers)
	return s
}

// throughProxy is a client that finds the names of load balancers at the emulator, asks for a host unless that is empty, and trusts all
// certificates.
func (w *world) throughProxy(host string) *http.Client {
	w.Helper()
	proxy, err := url.Parse(w.URL())
	w.must(err)
	trusting := &tls.Config{ServerName: host, InsecureSkipVerify: true} //nolint:gosec // it is timed alone
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: trusting}
	w.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// next is the definition of the next release, which answers with its number.
func (s *shifting) next() *string {
	s.Helper()
	s.release++
	s.register(s.name, serving, func(in *ecs.RegisterTaskDefinitionInput) {
		c := &in.ContainerDefinitions[0]
		c.Image, c.Command = aws.String("app"), []string{"serve", fmt.Sprint(port), s.text()}
	})
	return &s.name // the newest of the family
}

func (s *shifting) text() string { return fmt.Sprint("release ", s.release) }

// answers is whether the URL is answered by the newest release.
func (s *shifting) answers() bool {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url, nil)
	s.must(err)
	request.Host = s.host
	answer, err := s.client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return err == nil && string(body) == s.text()
}

// last is the last deployment.
func (s *shifting) last() types.ServiceDeployment {
	s.Helper()
	listed, err := s.ecs.ListServiceDeployments(s.Context(), &ecs.ListServiceDeploymentsInput{Service: &s.name})
	s.must(err)
	found, err := s.ecs.DescribeServiceDeployments(s.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{*listed.ServiceDeployments[0].ServiceDeploymentArn},
	})
	s.must(err)
	return found.ServiceDeployments[0]
}

func (s *shifting) untilComplete() {
	s.Helper()
	s.until(s.name+" to be complete", func() bool {
		if d := s.service(s.name); len(d.Deployments) == 1 && d.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted {
			return true
		}
		s.must(s.Clock().Advance(time.Minute))
		return false
	})
}

// shift deploys a release, and measures from the moment at which its traffic is to shift until a request is answered by it.
func (s *shifting) shift() {
	s.Helper()
	_, err := s.ecs.UpdateService(s.Context(), &ecs.UpdateServiceInput{Service: &s.name, TaskDefinition: s.next(), DeploymentConfiguration: &types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0), LifecycleHooks: []types.DeploymentLifecycleHook{{
			TargetType:      types.DeploymentLifecycleHookTargetTypePause,
			LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreProductionTrafficShift},
		}},
	}})
	s.must(err)
	var d types.ServiceDeployment
	s.until("the deployment to pause", func() bool {
		if d = s.last(); len(d.LifecycleHookDetails) == 1 && d.LifecycleHookDetails[0].Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			return true
		}
		s.must(s.Clock().Advance(time.Minute))
		return false
	})
	began := time.Now()
	_, err = s.ecs.ContinueServiceDeployment(s.Context(), &ecs.ContinueServiceDeploymentInput{
		ServiceDeploymentArn: d.ServiceDeploymentArn, HookId: d.LifecycleHookDetails[0].HookId, Action: types.DeploymentLifecycleHookActionContinue,
	})
	s.must(err)
	s.untilEvery(100*time.Microsecond, "traffic to shift", s.answers)
	s.took = append(s.took, time.Since(began))
	s.untilComplete()
}

// routes are the services of a gateway, each with a route: without tasks, as it is about routes.
func (w *world) routes(n int) {
	w.Helper()
	_, err := w.ecs.CreateCluster(w.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("default")})
	w.must(err)
	_, err = w.ecs.CreateGateway(w.Context(), &ecs.CreateGatewayInput{
		Name: aws.String("shop"), InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/gateways"),
		Configuration: &types.GatewayConfigurationMemberHostSharedAlb{Value: types.HostSharedAlbConfiguration{
			MaxAlbCount: aws.Int32(50), TestTrafficRules: &types.GatewayAlbTestTrafficRules{
				Header: &types.GatewayTestTrafficHeader{Name: aws.String("X-Test"), Values: []string{"1"}},
			},
		}},
	})
	w.must(err)
	_, err = w.ecs.AssociateGatewayWithCluster(w.Context(), &ecs.AssociateGatewayWithClusterInput{Gateway: aws.String("shop"), Cluster: aws.String("default")})
	w.must(err)
	w.register("web", serving)
	atOnce(n, func(i int) { w.createService(fmt.Sprint("web-", i), 0, connected) })
	for end := time.Now().Add(10 * time.Minute); w.activeRoutes("") < n; time.Sleep(time.Second) {
		if time.Now().After(end) {
			w.Fatalf("%d of %d routes are ACTIVE", w.activeRoutes(""), n)
		}
	}
}

func connected(in *ecs.CreateServiceInput) {
	in.GatewayConnectors = []types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthyThresholdCount: aws.Int32(2),
	}}}
}

// activeRoutes counts the routes to a service, or to all.
func (w *world) activeRoutes(service string) (n int) {
	w.Helper()
	in := &ecs.ListGatewayRoutesInput{Status: []types.GatewayRouteStatus{types.GatewayRouteStatusActive}}
	if service != "" {
		in.Service = &service
	}
	for pages := ecs.NewListGatewayRoutesPaginator(w.ecs, in); pages.HasMorePages(); {
		page, err := pages.NextPage(w.Context())
		w.must(err)
		n += len(page.GatewayRoutes)
	}
	return n
}

// routeURL is the URL of the only route to a service.
func (w *world) routeURL(service string) string {
	w.Helper()
	listed, err := w.ecs.ListGatewayRoutes(w.Context(), &ecs.ListGatewayRoutesInput{Service: &service})
	w.must(err)
	found, err := w.ecs.DescribeGatewayRoute(w.Context(), &ecs.DescribeGatewayRouteInput{GatewayRouteArn: listed.GatewayRoutes[0].GatewayRouteArn})
	w.must(err)
	return *found.GatewayRoute.ServiceUrl + "/"
}

// BenchmarkGoalThousandRoutes has deployments shift, by turns, the rule of one of a thousand routes, a rule of a user's load balancer that
// has as much as the gateway's has, and the only one of a small load balancer. It measures until requests are answered by the new
// release: the longest of the route, and how much longer it takes than with a user's rule.
func BenchmarkGoalThousandRoutes(b *testing.B) {
	const routes, times = 1000, 40
	for b.Loop() {
		w := start(b, emulator.Options{Engine: "sim"})
		w.routes(routes - 1)
		route := w.shifts("route", "", func() string { return w.routeURL("route") }, connected)
		full, small := w.fullFront(), w.fronts(1)[0]
		rule := w.shifts("rule", hostOf(hostsEach-1), func() string { return "https://" + *full.balancer.DNSName + "/" }, full.behind)
		only := w.shifts("only", "", func() string { return "http://" + *small.balancer.DNSName + ":8000/" }, small.behind)
		for range times {
			for _, s := range []*shifting{route, rule, only} {
				s.shift()
			}
		}
		if n := w.activeRoutes(""); n != routes {
			b.Errorf("%d routes are ACTIVE", n)
		}
		b.ReportMetric(percentile(route.took, 100)/1000, "s≤1")
		b.ReportMetric(percentile(route.took, 50)/percentile(rule.took, 50), "ratio≤1.2")
		b.ReportMetric(percentile(route.took, 50)/percentile(only.took, 50), "ratio-to-a-small-one")
	}
}
