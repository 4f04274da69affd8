package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// expressContainer is the container of an Express gateway service that answers with a text.
func (p *process) expressContainer(text string) *types.ExpressGatewayContainer {
	image := p.image()
	return &types.ExpressGatewayContainer{Image: &image, ContainerPort: aws.Int32(webPort), Command: []string{"serve", strconv.Itoa(webPort), text}}
}

// express is an Express gateway service whose first release is there. Its health checks are five seconds apart, for which a user changes
// what ECS has made.
func (p *process) express(text string) (s *shifted, arn string) {
	p.Helper()
	made, err := p.client.CreateExpressGatewayService(p.Context(), &ecs.CreateExpressGatewayServiceInput{
		ServiceName: aws.String("web"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/run"),
		InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infra"), HealthCheckPath: aws.String("/"), PrimaryContainer: p.expressContainer(text),
	})
	p.must(err)
	s = &shifted{process: p, web: webService{name: "web"}}
	s.eventually("the service is there", func() bool {
		out, err := p.client.DescribeServices(p.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
		p.must(err)
		return len(out.Services) == 1
	})
	s.untilThere(*made.Service.ActiveConfigurations[0].ServiceRevisionArn)
	for _, group := range []string{s.web.group, s.green} {
		_, err := p.elb().ModifyTargetGroup(p.Context(), &elb.ModifyTargetGroupInput{TargetGroupArn: &group, HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2)})
		p.must(err)
	}
	s.url = "https://" + *made.Service.ActiveConfigurations[0].IngressPaths[0].Endpoint + "/"
	s.reach = p.reachTLS()
	s.eventually("a task runs", func() bool { return len(s.tasksOf("web")) == 1 })
	s.eventually("the release bakes", func() bool {
		s.advance("31s")
		return s.deployment().LifecycleStage == types.ServiceDeploymentLifecycleStageBakeTime
	})
	s.advance("4m")
	s.untilEnds(types.ServiceDeploymentStatusSuccessful)
	return s, *made.Service.ServiceArn
}

// untilThere waits for a service revision, whose rule and target groups are to be looked at.
func (s *shifted) untilThere(revision string) {
	s.Helper()
	s.eventually("the service revision is there", func() bool {
		out, err := s.client.DescribeServiceRevisions(s.Context(), &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{revision}})
		s.must(err)
		if len(out.ServiceRevisions) == 0 {
			return false
		}
		path := out.ServiceRevisions[0].EcsManagedResources.IngressPaths[0]
		s.web.group, s.green, s.live = *path.TargetGroups[0].Arn, *path.TargetGroups[1].Arn, *path.Rule.Arn
		return true
	})
}

// reachTLS has clients find all hosts at the address of the only load balancer, and trust the emulator's authority.
func (p *process) reachTLS() func(habit) {
	p.Helper()
	found, local := p.balancer(1)
	address := found.Address + ":443"
	if p.simulated() {
		address = local
	}
	authority, _, err := habit{method: http.MethodGet, url: *p.client.Options().BaseEndpoint + "/_emulator/ca.pem", client: http.DefaultClient}.ask()
	p.must(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(authority)) {
		p.Fatalf("no certificate: %s", authority)
	}
	return func(h habit) {
		transport := h.client.Transport.(*http.Transport)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
	}
}

// release updates an Express gateway service, and waits for its deployment.
func (s *shifted) release(in *ecs.UpdateExpressGatewayServiceInput) {
	s.Helper()
	out, err := s.client.UpdateExpressGatewayService(s.Context(), in)
	s.must(err)
	s.untilThere(*out.Service.TargetConfiguration.ServiceRevisionArn)
}

// An Express gateway service is updated, takes back a release, and scales by its requests, none of which is lost.
func TestDockerExpressServiceLosesNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	p := startServe(t, "--engine", "docker", "--data-dir", t.TempDir(), "--on-exit", "remove", "--log-level", "warn")
	s, arn := p.express("one")
	asking := habits(s.url)
	for _, h := range asking {
		s.reach(h)
	}
	s.load = follow(t, asking)
	first := s.weights()
	other := strings.Join([]string{strings.Split(first, "/")[1], strings.Split(first, "/")[0]}, "/")

	s.phase("update", s.load, func() {
		old := s.tasksOf("web")
		s.release(&ecs.UpdateExpressGatewayServiceInput{ServiceArn: &arn, PrimaryContainer: s.expressContainer("two")})
		s.untilStage(types.ServiceDeploymentLifecycleStageProductionTrafficShift)
		s.eventually("the canary has traffic", func() bool { w := s.weights(); return w == "950/50" || w == "50/950" })
		s.share("two", 5)
		s.advance("3m")
		s.eventually("all traffic shifts", func() bool { return s.weights() == other })
		s.silent(s.load, "one", time.Now().Add(time.Second))
		s.share("two", 100)
		s.advance("3m")
		s.untilStage(types.ServiceDeploymentLifecycleStageCleanUp)
		s.advance("5m")
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
	})
	s.phase("a release that does not start", s.load, func() {
		broken := s.expressContainer("three")
		broken.Image = aws.String("ecs-emulator/is-nowhere:1")
		s.release(&ecs.UpdateExpressGatewayServiceInput{ServiceArn: &arn, PrimaryContainer: broken})
		s.eventually("it is taken back", func() bool {
			s.advance("10s") // the scheduler waits between starts that fail
			return s.deployment().Status == types.ServiceDeploymentStatusRollbackSuccessful
		})
		s.share("two", 100)
	})
	s.phase("scaled by requests", s.load, func() {
		s.release(&ecs.UpdateExpressGatewayServiceInput{ServiceArn: &arn, ScalingTarget: &types.ExpressGatewayScalingTarget{
			MaxTaskCount: aws.Int32(3), AutoScalingMetric: types.ExpressGatewayServiceScalingMetricRequestCountPerTarget, AutoScalingTargetValue: aws.Int32(100),
		}})
		s.eventually("three tasks run", func() bool {
			s.since(s.load, 500)
			s.advance("1m")
			out, err := s.client.DescribeServices(s.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
			s.must(err)
			return out.Services[0].DesiredCount == 3 && len(out.Services[0].Deployments) == 1 && out.Services[0].RunningCount == 3
		})
	})
	s.stopAsking(s.load)

	_, err := s.client.DeleteExpressGatewayService(t.Context(), &ecs.DeleteExpressGatewayServiceInput{ServiceArn: &arn})
	s.must(err)
	s.eventually("all is gone", func() bool {
		s.advance("1m")
		out, err := s.client.DescribeExpressGatewayService(t.Context(), &ecs.DescribeExpressGatewayServiceInput{ServiceArn: &arn})
		s.must(err)
		return out.Service.Status.StatusCode == types.ExpressGatewayServiceStatusCodeInactive
	})
	balancers, err := s.elb().DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{})
	s.must(err)
	groups, err := s.elb().DescribeTargetGroups(t.Context(), &elb.DescribeTargetGroupsInput{})
	s.must(err)
	if n, m := len(balancers.LoadBalancers), len(groups.TargetGroups); n+m > 0 {
		t.Errorf("%d load balancers and %d target groups are left", n, m)
	}
}
