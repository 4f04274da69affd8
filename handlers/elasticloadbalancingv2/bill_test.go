package elasticloadbalancingv2_test

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
)

// A load balancer that faces the internet has three public addresses for ten hours, and then two for an hour.
func TestAddressesAreBilledWhileTheyAreThere(t *testing.T) {
	s := newScene(t)
	web, subnets := s.alb("web"), s.subnets()
	ok(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &web, Subnets: subnets[:3]})
	s.Now = s.Now.Add(10 * time.Hour)
	ok(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &web, Subnets: subnets[:2]})
	refused(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &web, Subnets: subnets[:1]}, "ValidationError",
		"At least two subnets in two different Availability Zones must be specified")
	s.Now = s.Now.Add(time.Hour)
	ok(s, s.DeleteLoadBalancer, &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &web})
	addresses, hours := int64(0), int64(0)
	for _, sum := range ledger.Sums(s.Store.Read()) {
		hours += sum.Hours
		addresses += sum.Seconds
	}
	if hours != 11 || addresses < 32*3600 || addresses > 32*3600+5 {
		t.Errorf("%d hours of a load balancer, %d seconds of addresses", hours, addresses)
	}
}
