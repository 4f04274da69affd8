package elasticloadbalancingv2_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (s *scene) register(group string, targets ...types.TargetDescription) {
	s.T.Helper()
	ok(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: targets})
}

func (s *scene) deregister(group string, targets ...types.TargetDescription) {
	s.T.Helper()
	ok(s, s.DeregisterTargets, &sdk.DeregisterTargetsInput{TargetGroupArn: &group, Targets: targets})
}

func target(id string) types.TargetDescription { return types.TargetDescription{Id: &id} }

// health checks what is answered of a group: each target, its zone, state and reason.
func (s *scene) health(group string, want ...string) []types.TargetHealthDescription {
	s.T.Helper()
	all := ok(s, s.DescribeTargetHealth, &sdk.DescribeTargetHealthInput{TargetGroupArn: &group}).TargetHealthDescriptions
	var got []string
	for _, d := range all {
		got = append(got, *d.Target.Id+" "+aws.ToString(d.Target.AvailabilityZone)+" "+string(d.TargetHealth.State)+" "+string(d.TargetHealth.Reason))
	}
	if len(got) != len(want) {
		s.T.Fatalf("health: %q, want %q", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			s.T.Errorf("health: %q, want %q", got[i], want[i])
		}
	}
	return all
}

func TestTargetsByAddress(t *testing.T) {
	s := newScene(t)
	group := s.group("web")
	refuse := func(text string, targets ...types.TargetDescription) {
		t.Helper()
		refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: targets}, "ValidationError", text)
	}
	loopback := target("127.0.0.1")
	loopback.AvailabilityZone = aws.String("all")
	refuse("The IP address '127.0.0.1' is not allowed, as it must be an address from a VPC subnet, RFC1918, or RFC6598", loopback)
	refuse("The IP address '172.31.254.254' is within the VPC, but is not within a VPC subnet so it can't be registered", target("172.31.254.254"))
	outside := target("192.168.253.254")
	refuse("You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '192.168.253.254' is outside the VPC",
		target("172.31.0.9"), outside)
	s.health(group) // all or none
	outside.AvailabilityZone = aws.String("all")
	s.register(group, target("172.31.0.9"), outside)
	d := s.health(group, "172.31.0.9 us-east-1a unused Target.NotInUse", "192.168.253.254 all unused Target.NotInUse")[0]
	if *d.HealthCheckPort != "80" || *d.Target.Port != 80 || d.AdministrativeOverride != nil ||
		*d.TargetHealth.Description != "Target group is not configured to receive traffic from the load balancer" {
		t.Errorf("%+v", d)
	}
	s.deregister(group, target("172.31.0.9"), target("10.9.9.9"))
	s.health(group, "192.168.253.254 all unused Target.NotInUse")

	asked := ok(s, s.DescribeTargetHealth, &sdk.DescribeTargetHealthInput{TargetGroupArn: &group, Targets: []types.TargetDescription{
		{Id: aws.String("10.0.254.253"), Port: aws.Int32(8080)},
	}}).TargetHealthDescriptions
	if len(asked) != 1 || asked[0].TargetHealth.Reason != types.TargetHealthReasonEnumNotRegistered || *asked[0].HealthCheckPort != "8080" ||
		asked[0].Target.AvailabilityZone != nil || *asked[0].TargetHealth.Description != "Target is not registered to the target group" {
		t.Errorf("%+v", asked)
	}
}

func TestTargetsOnALoadBalancer(t *testing.T) {
	s := newScene(t)
	group := s.group("web")
	s.listener(s.alb("web"), 80, forward(group))
	s.register(group, target("172.31.0.9"), target("172.31.0.10"))
	d := s.health(group, "172.31.0.10 us-east-1a initial Elb.RegistrationInProgress", "172.31.0.9 us-east-1a initial Elb.RegistrationInProgress")[0]
	if o := d.AdministrativeOverride; o == nil || o.State != "no_override" || o.Reason != "AdministrativeOverride.NoOverride" ||
		*o.Description != "No override is currently active on target" {
		t.Errorf("%+v", o)
	}
	s.healthy(group, "172.31.0.9")
	s.deregister(group, target("172.31.0.10"))
	s.health(group, "172.31.0.10 us-east-1a draining Target.DeregistrationInProgress", "172.31.0.9 us-east-1a healthy ")
	s.update(func(tx *store.Tx) { elbv2.Withdraw(tx, elbv2.FindTarget(tx, group, "172.31.0.10", 80), s.Now) })
	s.Now = s.Now.Add(300 * time.Second)
	s.health(group, "172.31.0.9 us-east-1a healthy ")
}

func TestTargetsThatAreInstances(t *testing.T) {
	s := newScene(t)
	in := s.httpGroup("web")
	in.TargetType = types.TargetTypeEnumInstance
	group := s.groupOf(in)
	s.update(func(tx *store.Tx) {
		for id, reached := range map[string]ec2types.InstanceStateName{"i-0aaaaaaaaaaaaaaaa": "running", "i-0bbbbbbbbbbbbbbbb": "stopped"} {
			ec2.PutInstance(tx, &ec2.Instance{Scope: scope, ID: id, VPC: ec2network.DefaultVPC, Reached: reached, Wanted: reached})
		}
	})
	refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: []types.TargetDescription{target("i-0aaaaaaaaaaaaaaaa"), target("i-0bbbbbbbbbbbbbbbb")}},
		"InvalidTarget", "The following targets are not in a running state and cannot be registered: 'i-0bbbbbbbbbbbbbbbb'")
	refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: []types.TargetDescription{target("i-0ccc")}},
		"ValidationError", "Instance ID 'i-0ccc' is not valid")
	refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: []types.TargetDescription{target("i-0cccccccccccccccc"), target("i-0ddddddd")}},
		"InvalidTarget", "The following instances do not exist: 'i-0cccccccccccccccc', 'i-0ddddddd'")
	one := target("i-0aaaaaaaaaaaaaaaa")
	one.Port = aws.Int32(32768)
	s.register(group, one)
	if d := s.health(group, "i-0aaaaaaaaaaaaaaaa  unused Target.NotInUse")[0]; *d.Target.Port != 32768 || *d.HealthCheckPort != "32768" {
		t.Errorf("%+v", d)
	}
}

// A target that is no longer an instance which runs is not in use, even if it was found healthy before.
func TestTargetsThatAreStoppedInstances(t *testing.T) {
	s := newScene(t)
	in := s.httpGroup("web")
	in.TargetType = types.TargetTypeEnumInstance
	group := s.groupOf(in)
	s.listener(s.alb("web"), 80, forward(group))
	is := func(reached ec2types.InstanceStateName) {
		s.update(func(tx *store.Tx) {
			ec2.PutInstance(tx, &ec2.Instance{Scope: scope, ID: "i-0aaaaaaaaaaaaaaaa", VPC: ec2network.DefaultVPC, Reached: reached, Wanted: reached})
		})
	}
	is("running")
	s.register(group, target("i-0aaaaaaaaaaaaaaaa"))
	s.healthy(group, "i-0aaaaaaaaaaaaaaaa")
	s.health(group, "i-0aaaaaaaaaaaaaaaa  healthy ")
	is("stopped")
	d := s.health(group, "i-0aaaaaaaaaaaaaaaa  unused Target.InvalidState")[0]
	if want := "Target is in the stopped state"; *d.TargetHealth.Description != want {
		t.Errorf("%q, want %q", *d.TargetHealth.Description, want)
	}
	is("terminated")
	s.health(group)
	asked := ok(s, s.DescribeTargetHealth, &sdk.DescribeTargetHealthInput{TargetGroupArn: &group, Targets: []types.TargetDescription{target("i-0aaaaaaaaaaaaaaaa")}})
	if h := asked.TargetHealthDescriptions[0].TargetHealth; h.State != "draining" || h.Reason != "Target.DeregistrationInProgress" {
		t.Errorf("%+v", h)
	}
}

// An instance whose container agent a user registered by hand is one, which no request reaches.
func TestTargetsThatAreRegisteredByHand(t *testing.T) {
	s := newScene(t)
	in := s.httpGroup("web")
	in.TargetType = types.TargetTypeEnumInstance
	group := s.groupOf(in)
	s.listener(s.alb("web"), 80, forward(group))
	s.update(func(tx *store.Tx) {
		for _, id := range []string{"i-0aaaaaaaaaaaaaaaa", "mi-0bbbbbbbbbbbbbbbb"} {
			state.PutContainerInstance(tx, &state.ContainerInstance{ARN: scope.Cluster("c") + "/" + id, EC2InstanceID: id, ByHand: true, Status: state.InstanceActive}, s.Now)
		}
	})
	s.register(group, target("i-0aaaaaaaaaaaaaaaa"))
	s.health(group, "i-0aaaaaaaaaaaaaaaa  initial Elb.RegistrationInProgress")
	refused(s, s.RegisterTargets, &sdk.RegisterTargetsInput{TargetGroupArn: &group, Targets: []types.TargetDescription{target("mi-0bbbbbbbbbbbbbbbb")}},
		"ValidationError", "Instance ID 'mi-0bbbbbbbbbbbbbbbb' is not valid")
}
