package emulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// createExpress makes an Express gateway service, and returns its ARN.
func (w *world) createExpress(image string) string {
	w.Helper()
	made, err := w.client.CreateExpressGatewayService(w.Context(), &ecs.CreateExpressGatewayServiceInput{
		ServiceName: aws.String("web"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/run"),
		InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infra"), PrimaryContainer: expressContainer(image),
	})
	w.must(err)
	return *made.Service.ServiceArn
}

func expressContainer(image string) *types.ExpressGatewayContainer {
	return &types.ExpressGatewayContainer{Image: &image, ContainerPort: aws.Int32(8080)}
}

func (w *world) express(arn string) *types.ECSExpressGatewayService {
	w.Helper()
	out, err := w.client.DescribeExpressGatewayService(w.Context(), &ecs.DescribeExpressGatewayServiceInput{ServiceArn: &arn})
	w.must(err)
	return out.Service
}

// deployment is the newest service deployment of a service.
func (w *world) newestDeployment() types.ServiceDeploymentBrief {
	w.Helper()
	out, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Service: aws.String("web")})
	w.must(err)
	return out.ServiceDeployments[0]
}

func (w *world) stage() types.ServiceDeploymentLifecycleStage {
	w.Helper()
	out, err := w.client.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{*w.newestDeployment().ServiceDeploymentArn}})
	w.must(err)
	return out.ServiceDeployments[0].LifecycleStage
}

// TestExpressReleaseThatFailsRequestsIsTakenBack: ECS0338, ECS0337.2 and the alarm.
func TestExpressReleaseThatFailsRequestsIsTakenBack(t *testing.T) {
	t.Parallel()
	engine := sim.New(sim.Options{})
	var broken atomic.Bool
	engine.Script("shop/one:*", sim.Script{Serve: []sim.Server{{Port: 8080, Body: "one"}}})
	engine.Script("shop/two:*", sim.Script{Serve: []sim.Server{{Port: 8080, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() && r.URL.Path != "/ping" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})}}})
	w := start(t, emulator.Options{Backend: engine})
	arn := w.createExpress("shop/one:1")
	w.eventually("a task runs", func() bool { s := w.describe("web"); return s != nil && s.RunningCount == 1 })
	advance := func(d time.Duration) { w.Helper(); w.must(w.srv.Clock().Advance(d)) }
	advance(31 * time.Second)
	advance(4 * time.Minute)
	w.eventually("the first deployment is there", func() bool { return w.newestDeployment().Status == types.ServiceDeploymentStatusSuccessful })

	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(certificateAuthority(t, w.srv)))
	proxy, err := url.Parse(w.srv.URL())
	w.must(err)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: authorities}}}
	endpoint := *w.express(arn).ActiveConfigurations[0].IngressPaths[0].Endpoint
	ask := func() {
		w.Helper()
		answer, err := client.Get(endpoint + "/buy")
		w.must(err)
		answer.Body.Close()
	}
	ask()

	_, err = w.client.UpdateExpressGatewayService(t.Context(), &ecs.UpdateExpressGatewayServiceInput{ServiceArn: &arn, PrimaryContainer: expressContainer("shop/two:1")})
	w.must(err)
	w.eventually("the canary runs", func() bool {
		s := w.describe("web")
		return len(s.Deployments) == 2 && s.Deployments[0].RunningCount == 1
	})
	broken.Store(true)
	advance(31 * time.Second)
	w.eventually("the canary has requests", func() bool {
		return w.stage() == types.ServiceDeploymentLifecycleStageProductionTrafficShift
	})
	for range 3 {
		for range 100 { // of which five are for the canary
			ask()
		}
		advance(time.Minute)
	}
	advance(time.Minute)
	w.eventually("it is rolled back", func() bool {
		advance(time.Minute)
		return w.newestDeployment().Status == types.ServiceDeploymentStatusRollbackSuccessful
	})
	if shown := w.express(arn).ActiveConfigurations; len(shown) != 1 || *shown[0].PrimaryContainer.Image != "shop/one:1" {
		t.Errorf("after the rollback: %+v", shown)
	}
}

// describe is a service, or nil.
func (w *world) describe(name string) *types.Service {
	w.Helper()
	out, err := w.client.DescribeServices(w.Context(), &ecs.DescribeServicesInput{Services: []string{name}})
	w.must(err)
	if len(out.Services) == 0 {
		return nil
	}
	return &out.Services[0]
}

// left counts what an Express gateway service has.
func (w *world) left() string {
	w.Helper()
	ctx, config := w.Context(), w.srv.Config()
	balancers, err := elasticloadbalancingv2.NewFromConfig(config).DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	w.must(err)
	groups, err := elasticloadbalancingv2.NewFromConfig(config).DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	w.must(err)
	certificates, err := acm.NewFromConfig(config).ListCertificates(ctx, &acm.ListCertificatesInput{})
	w.must(err)
	security, err := ec2.NewFromConfig(config).DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{})
	w.must(err)
	alarms, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("ecs-express")})
	w.must(err)
	targets, err := applicationautoscaling.NewFromConfig(config).DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: scalingtypes.ServiceNamespaceEcs})
	w.must(err)
	return fmt.Sprint(len(balancers.LoadBalancers), len(groups.TargetGroups), len(certificates.CertificateSummaryList), len(security.SecurityGroups), len(alarms.MetricAlarms), len(targets.ScalingPolicies))
}

// TestExpressOutlivesTheEmulator: it dies again and again while a service is made, and while it is deleted. In the end the service
// has each thing once, and then none.
func TestExpressOutlivesTheEmulator(t *testing.T) {
	t.Parallel()
	opts := emulator.Options{Backend: sim.New(sim.Options{}), DataDir: t.TempDir(), OnExit: emulator.Keep}
	w := open(t, opts)
	again := func() {
		t.Helper()
		w.srv.Die()
		w = open(t, opts)
	}
	arn := w.createExpress("nginx")
	const whole, nothing = "1 2 2 3 1 1", "0 0 0 1 0 0"
	// until it comes to an end, it dies with each thing that comes or goes.
	until := func(end string) {
		t.Helper()
		for seen := w.left(); seen != end; seen = w.left() {
			w.eventually("there is more of it, or less", func() bool { return w.left() != seen })
			again()
		}
	}
	until(whole)
	w.eventually("a task runs", func() bool { s := w.describe("web"); return s != nil && s.RunningCount == 1 })
	if status := w.express(arn).Status; status.StatusReason != nil {
		t.Errorf("it is well, but for %s", *status.StatusReason)
	}

	_, err := w.client.DeleteExpressGatewayService(t.Context(), &ecs.DeleteExpressGatewayServiceInput{ServiceArn: &arn})
	w.must(err)
	again()
	w.must(w.srv.Clock().Advance(6 * time.Minute))
	until(nothing)
	w.eventually("it is INACTIVE", func() bool {
		return w.express(arn).Status.StatusCode == types.ExpressGatewayServiceStatusCodeInactive
	})
	if got := w.left(); got != nothing {
		t.Errorf("it leaves %s", got)
	}
}
