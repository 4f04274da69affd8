package emulator_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
)

// gated is a world with a gateway that the cluster default uses.
type gated struct {
	*world
	opts emulator.Options // of an emulator that dies
}

// nothing is what left counts before a service is connected.
const nothing = "0 0 0 1 0 0"

// openGateway makes the gateway shop, whose load balancers users may delete.
func (w *world) openGateway() gated {
	w.Helper()
	_, err := w.client.CreateCluster(w.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("default")})
	w.must(err)
	_, err = w.client.CreateGateway(w.Context(), &ecs.CreateGatewayInput{
		Name: aws.String("shop"), InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infra"), DeletionProtection: aws.Bool(false),
		Configuration: &types.GatewayConfigurationMemberHostSharedAlb{},
	})
	w.must(err)
	_, err = w.client.AssociateGatewayWithCluster(w.Context(), &ecs.AssociateGatewayWithClusterInput{Gateway: aws.String("shop"), Cluster: aws.String("default")})
	w.must(err)
	return gated{world: w}
}

// define registers a definition whose port 8080 has a name.
func (g gated) define(family, image string, command ...string) *string {
	g.Helper()
	out, err := g.client.RegisterTaskDefinition(g.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: &image, Command: command, StopTimeout: aws.Int32(2),
			PortMappings: []types.PortMapping{{Name: aws.String("http"), ContainerPort: aws.Int32(8080)}},
		}},
	})
	g.must(err)
	return out.TaskDefinition.TaskDefinitionArn
}

// connect makes a service of a task that is connected, with health checks each five seconds.
func (g gated) connect(name string, definition *string) {
	g.Helper()
	_, err := g.client.CreateService(g.Context(), connecting(name, definition))
	g.must(err)
}

func connecting(name string, definition *string) *ecs.CreateServiceInput {
	return &ecs.CreateServiceInput{
		ServiceName: &name, TaskDefinition: definition, DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		GatewayConnectors: []types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &types.GatewayConnectorHealthCheck{
			HealthCheckPath: aws.String("/health"), HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2),
			HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
		}}},
	}
}

// untilSteady waits for a deployment, which time brings to its end.
func (g gated) untilSteady(names ...string) {
	g.Helper()
	for _, name := range names {
		g.eventually(name+" is steady", func() bool {
			s := g.service(name)
			if len(s.Deployments) == 1 && s.Deployments[0].RolloutState == types.DeploymentRolloutStateCompleted && s.RunningCount == s.DesiredCount {
				return true
			}
			g.must(g.srv.Clock().Advance(10 * time.Second))
			return false
		})
	}
}

// routeOf is the only route of a service.
func (g gated) routeOf(service string) *types.GatewayRoute {
	g.Helper()
	list, err := g.client.ListGatewayRoutes(g.Context(), &ecs.ListGatewayRoutesInput{Service: &service})
	g.must(err)
	if len(list.GatewayRoutes) != 1 {
		g.Fatalf("%s has %d routes", service, len(list.GatewayRoutes))
	}
	out, err := g.client.DescribeGatewayRoute(g.Context(), &ecs.DescribeGatewayRouteInput{GatewayRouteArn: list.GatewayRoutes[0].GatewayRouteArn})
	g.must(err)
	return out.GatewayRoute
}

func (g gated) authorities() *x509.CertPool {
	g.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(certificateAuthority(g.T, g.srv)))
	return pool
}

// answers are what a service's host answers to requests, each with its number.
func (g gated) answers(service string, requests int) map[string]int {
	g.Helper()
	proxy, err := url.Parse(g.srv.URL())
	g.must(err)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: g.authorities()}}}
	defer client.CloseIdleConnections()
	by, address := map[string]int{}, *g.routeOf(service).ServiceUrl+"/"
	for range requests {
		answer, err := client.Get(address)
		g.must(err)
		body, err := io.ReadAll(answer.Body)
		g.must(err)
		answer.Body.Close()
		by[fmt.Sprint(answer.StatusCode, " ", string(body))]++
	}
	return by
}

// remove deletes services, and has the clock go on until they are INACTIVE.
func (g gated) remove(names ...string) {
	g.Helper()
	for _, name := range names {
		_, err := g.client.DeleteService(g.Context(), &ecs.DeleteServiceInput{Service: &name, Force: aws.Bool(true)})
		g.must(err)
	}
	for _, name := range names {
		g.eventually(name+" is INACTIVE", func() bool {
			s := g.describe(name)
			if s == nil || *s.Status == "INACTIVE" {
				return true
			}
			g.must(g.srv.Clock().Advance(time.Minute))
			return false
		})
	}
}

// close deletes the gateway, of which nothing is left.
func (g gated) close() {
	g.Helper()
	g.eventually("nothing is left", func() bool {
		if g.left() == nothing {
			return true
		}
		g.must(g.srv.Clock().Advance(time.Minute))
		return false
	})
	_, err := g.client.DisassociateGatewayFromCluster(g.Context(), &ecs.DisassociateGatewayFromClusterInput{Gateway: aws.String("shop"), Cluster: aws.String("default")})
	g.must(err)
	g.eventually("the association ends", func() bool {
		out, err := g.client.ListGatewayClusterAssociations(g.Context(), &ecs.ListGatewayClusterAssociationsInput{})
		g.must(err)
		return len(out.GatewayClusterAssociations) == 0
	})
	_, err = g.client.DeleteGateway(g.Context(), &ecs.DeleteGatewayInput{Gateway: aws.String("shop")})
	g.must(err)
}

// TestGatewayHealthCheckTakesTasksOutOfTraffic: a release whose tasks fail the connector's health check gets no request, and is not
// complete; the circuit breaker takes it back.
func TestGatewayHealthCheckTakesTasksOutOfTraffic(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	engine.Script("shop/one:*", sim.Script{Serve: []sim.Server{{Port: 8080, Body: "one"}}})
	engine.Script("shop/two:*", sim.Script{Serve: []sim.Server{{Port: 8080, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprint(w, "two")
	})}}})
	g := start(t, emulator.Options{Backend: engine}).openGateway()
	g.connect("web", g.define("web", "shop/one:1"))
	g.untilSteady("web")
	_, err := g.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Service: aws.String("web"), TaskDefinition: g.define("web", "shop/two:1"),
		DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}},
	})
	g.must(err)
	began := g.newestDeployment()
	g.eventually("the release is taken back", func() bool {
		g.must(g.srv.Clock().Advance(time.Minute))
		if by := g.answers("web", 3); by["200 one"] != 3 {
			t.Fatalf("the answers are %v", by)
		}
		d := g.newestDeployment()
		if d.Status == types.ServiceDeploymentStatusSuccessful && *d.ServiceDeploymentArn == *began.ServiceDeploymentArn {
			t.Fatal("the release is complete")
		}
		return d.Status == types.ServiceDeploymentStatusRollbackSuccessful
	})
	var said strings.Builder
	for _, e := range g.service("web").Events {
		said.WriteString(*e.Message + "\n")
	}
	if text := "is unhealthy in (target-group " + *g.connectionOf("web").TargetGroupArn + ") due to (reason Health checks failed with these codes: [500])"; !strings.Contains(said.String(), text) {
		t.Errorf("no event says %q", text)
	}
	if r := g.routeOf("web"); r.Status != types.GatewayRouteStatusActive {
		t.Errorf("the route is %s", r.Status)
	}
}

// connectionOf is what the newest service revision shows of its connection.
func (g gated) connectionOf(service string) types.GatewayConnectionAlbResources {
	g.Helper()
	list, err := g.client.ListServiceDeployments(g.Context(), &ecs.ListServiceDeploymentsInput{Service: &service})
	g.must(err)
	out, err := g.client.DescribeServiceRevisions(g.Context(), &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{*list.ServiceDeployments[0].TargetServiceRevisionArn}})
	g.must(err)
	return out.ServiceRevisions[0].EcsManagedResources.GatewayConnections[0].Resources.(*types.GatewayConnectionResourcesMemberHostSharedAlb).Value[0]
}

// TestGatewayMitigatesDesync: the gateway's mode is the one of its load balancer, and lets the same requests pass as with a user's one.
func TestGatewayMitigatesDesync(t *testing.T) {
	t.Parallel()
	g := start(t).openGateway()
	g.connect("web", g.define("web", "app", "serve", "8080", "web"))
	g.untilSteady("web")
	host := strings.TrimPrefix(*g.routeOf("web").ServiceUrl, "https://")
	both := "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 8\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
	empty := "GET / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n"
	usual := "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	for _, c := range []struct {
		mode               types.GatewayAlbDesyncMitigationMode
		both, empty, usual int
	}{
		{types.GatewayAlbDesyncMitigationModeDefensive, 400, 200, 200}, // the default
		{types.GatewayAlbDesyncMitigationModeStrictest, 400, 400, 200},
		{types.GatewayAlbDesyncMitigationModeMonitor, 200, 200, 200},
	} {
		if c.mode != types.GatewayAlbDesyncMitigationModeDefensive {
			_, err := g.client.UpdateGateway(t.Context(), &ecs.UpdateGatewayInput{Gateway: aws.String("shop"), Configuration: &types.UpdateGatewayConfigurationMemberHostSharedAlb{
				Value: types.UpdateGatewayAlbConfiguration{HttpDesync: c.mode},
			}})
			g.must(err)
		}
		g.eventually(string(c.mode)+" has effect", func() bool {
			return g.raw(host, both) == c.both && g.raw(host, empty) == c.empty && g.raw(host, usual) == c.usual
		})
	}
}

// raw is the status with which the load balancer answers a request as it stands on the wire.
func (g gated) raw(host, request string) int {
	g.Helper()
	answer, err := http.Get(g.srv.URL() + "/_emulator/loadbalancers")
	g.must(err)
	defer answer.Body.Close()
	var body control.LoadBalancers
	g.must(json.NewDecoder(answer.Body).Decode(&body))
	conn, err := tls.Dial("tcp", body.LoadBalancers[0].Listeners[0].LocalAddresses[0], &tls.Config{ServerName: host, RootCAs: g.authorities()})
	g.must(err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	g.must(err)
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	g.must(err)
	defer got.Body.Close()
	return got.StatusCode
}

// TestResetTakesGateways: at any point of connections nothing is left of them, nor on the engine, and all works anew.
func TestResetTakesGateways(t *testing.T) {
	t.Parallel()
	g := start(t).openGateway()
	for round := 0; round < 12; round += 3 {
		web := g.define("web", "app", "serve", "8080", "web")
		g.connect("web", web)
		g.connect("api", web)
		seen := g.left()
		for range round { // as much of it is made, or nothing more comes
			if g.service("web").RunningCount+g.service("api").RunningCount == 2 {
				break
			}
			g.eventually("more is made", func() bool {
				return g.left() != seen || g.service("web").RunningCount+g.service("api").RunningCount == 2
			})
			seen = g.left()
		}
		g.must(g.srv.Reset())
		left, err := g.srv.Engine().List(t.Context(), nil)
		g.must(err)
		if got := g.left(); got != nothing || len(left) > 0 {
			t.Fatalf("round %d: %s are left, and on the engine %v", round, got, left)
		}
		gateways, err := g.client.ListGateways(t.Context(), &ecs.ListGatewaysInput{})
		g.must(err)
		routes, err := g.client.ListGatewayRoutes(t.Context(), &ecs.ListGatewayRoutesInput{})
		g.must(err)
		associations, err := g.client.ListGatewayClusterAssociations(t.Context(), &ecs.ListGatewayClusterAssociationsInput{})
		g.must(err)
		if n := len(gateways.Gateways) + len(routes.GatewayRoutes) + len(associations.GatewayClusterAssociations); n > 0 {
			t.Fatalf("round %d: %d gateways, routes and associations are left", round, n)
		}
		g = g.openGateway()
	}
	g.connect("web", g.define("web", "app", "serve", "8080", "web"))
	g.untilSteady("web")
	if by := g.answers("web", 5); by["200 web"] != 5 {
		t.Errorf("the answers are %v", by)
	}
	g.remove("web")
	g.close()
}

// TestGatewaysOnAFullDisk: while there is no room for each fourth write, services connect and leave, and nothing of them is made twice or
// left. Without room for any, requests fail and change nothing.
func TestGatewaysOnAFullDisk(t *testing.T) {
	t.Parallel()
	var writes, every atomic.Int64
	w := start(t, emulator.WithDisk(emulator.Options{DataDir: t.TempDir(), OnExit: emulator.Remove}, func() error {
		if n := every.Load(); n > 0 && writes.Add(1)%n == 0 {
			return errors.New("no space left on device")
		}
		return nil
	}))
	g := w.openGateway()
	web := g.define("web", "app", "serve", "8080", "web")
	every.Store(1)
	if _, err := g.once().CreateService(t.Context(), connecting("none", web)); err == nil {
		t.Error("a service connects on a full disk")
	}
	every.Store(0)
	if routes, err := g.client.ListGatewayRoutes(t.Context(), &ecs.ListGatewayRoutesInput{}); err != nil || len(routes.GatewayRoutes) > 0 {
		t.Errorf("there are %d routes: %v", len(routes.GatewayRoutes), err)
	}
	names := []string{"web", "api", "jobs"}
	for _, name := range names {
		g.connect(name, web)
	}
	every.Store(4)
	g.untilSteady(names...)
	if got := g.left(); got != "1 6 4 5 0 0" { // of certificates and groups the load balancer has one each
		t.Errorf("three services have %s", got)
	}
	for _, name := range names {
		if r := g.routeOf(name); r.Status != types.GatewayRouteStatusActive {
			t.Errorf("the route of %s is %s", name, r.Status)
		}
		g.eventually("the delete is taken up", func() bool {
			_, err := g.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: &name, Force: aws.Bool(true)})
			return err == nil
		})
	}
	g.eventually("nothing is left", func() bool {
		_ = g.srv.Clock().Advance(time.Minute) // which a full disk may not let it write
		return g.left() == nothing
	})
	every.Store(0)
	g.close()
}

// TestGatewayRouteWhileTheEngineIsAway: it comes once the engine is there again, and goes as well.
func TestGatewayRouteWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	g := start(t).openGateway()
	web := g.define("web", "app", "serve", "8080", "web")
	away := func() (back func()) {
		g.Helper()
		id, err := g.srv.Faults().Add(emulator.Fault{Kind: emulator.EngineAway})
		g.must(err)
		return func() { g.srv.Faults().Clear(id) }
	}
	back := away()
	g.connect("web", web)
	g.must(g.srv.Clock().Advance(3 * time.Minute))
	if s := g.service("web"); s.RunningCount > 0 {
		t.Errorf("%d tasks run", s.RunningCount)
	}
	back()
	g.untilSteady("web")
	if by := g.answers("web", 5); by["200 web"] != 5 {
		t.Errorf("the answers are %v", by)
	}
	back = away()
	_, err := g.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
	g.must(err)
	g.must(g.srv.Clock().Advance(3 * time.Minute))
	back()
	g.close()
	g.must(g.srv.Clock().Advance(time.Hour))
	g.eventually("nothing is on the engine", func() bool { // what has ended goes later
		left, err := g.srv.Engine().List(t.Context(), nil)
		g.must(err)
		return len(left) == 0
	})
}
