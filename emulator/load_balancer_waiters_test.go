package emulator_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Each waiter of the SDK ends, and each paginator finds all, one to a page.
func TestWaitersAndPagesOfLoadBalancing(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Engine: "sim"})
	port, err := strconv.Atoi(freePort(t))
	w.must(err)
	b := w.withLoadBalancer(int32(port))
	ctx, balancer := t.Context(), *b.loadBalancer.LoadBalancerArn
	described := &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{balancer}}
	w.must(elb.NewLoadBalancerExistsWaiter(b.elb).Wait(ctx, described, time.Minute))
	w.must(elb.NewLoadBalancerAvailableWaiter(b.elb).Wait(ctx, described, time.Minute))

	address := addressOf(b.untilRunning(b.runTask(b.world.register("web", "app", "serve", "8080"))))
	_, err = b.elb.ModifyTargetGroupAttributes(ctx, &elb.ModifyTargetGroupAttributesInput{TargetGroupArn: &b.group, Attributes: []elbtypes.TargetGroupAttribute{
		{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("0")}}})
	w.must(err)
	b.register(address)
	health := &elb.DescribeTargetHealthInput{TargetGroupArn: &b.group, Targets: targets(address)}
	w.must(elb.NewTargetInServiceWaiter(b.elb, func(o *elb.TargetInServiceWaiterOptions) { o.MinDelay = time.Second }).Wait(ctx, health, 3*time.Minute))
	b.deregister(address)
	w.must(elb.NewTargetDeregisteredWaiter(b.elb, func(o *elb.TargetDeregisteredWaiterOptions) { o.MinDelay = time.Second }).Wait(ctx, health, 3*time.Minute))

	_, err = b.elb.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{
		Name: aws.String("other"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), VpcId: b.loadBalancer.VpcId,
	})
	w.must(err)
	one := aws.Int32(1)
	count := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%d %s, want %d", got, what, want)
		}
	}
	n := 0
	for p := elb.NewDescribeTargetGroupsPaginator(b.elb, &elb.DescribeTargetGroupsInput{PageSize: one}); p.HasMorePages(); n++ {
		page, err := p.NextPage(ctx)
		w.must(err)
		count("target groups on a page", len(page.TargetGroups), 1)
	}
	count("pages of target groups", n, 2)
	n = 0
	for p := elb.NewDescribeLoadBalancersPaginator(b.elb, &elb.DescribeLoadBalancersInput{PageSize: one}); p.HasMorePages(); n++ {
		_, err := p.NextPage(ctx)
		w.must(err)
	}
	count("pages of load balancers", n, 1)
	n = 0
	for p := elb.NewDescribeListenersPaginator(b.elb, &elb.DescribeListenersInput{LoadBalancerArn: &balancer, PageSize: one}); p.HasMorePages(); n++ {
		_, err := p.NextPage(ctx)
		w.must(err)
	}
	count("pages of listeners", n, 1)

	certificates := acm.NewFromConfig(b.srv.Config())
	made, err := certificates.RequestCertificate(ctx, &acm.RequestCertificateInput{DomainName: aws.String("shop.example")})
	w.must(err)
	w.must(acm.NewCertificateValidatedWaiter(certificates).Wait(ctx, &acm.DescribeCertificateInput{CertificateArn: made.CertificateArn}, time.Minute))

	_, err = b.elb.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: &balancer})
	w.must(err)
	w.must(elb.NewLoadBalancersDeletedWaiter(b.elb).Wait(ctx, described, time.Minute))
}
