package elasticloadbalancingv2_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func TestCreateLoadBalancer(t *testing.T) {
	s := newScene(t)
	subnets := s.subnets()[:2]
	in := &sdk.CreateLoadBalancerInput{Name: aws.String("web"), Subnets: []string{subnets[1], subnets[0]}}
	b := ok(s, s.CreateLoadBalancer, in).LoadBalancers[0]
	if b.State.Code != types.LoadBalancerStateEnumProvisioning || b.Type != "application" || b.Scheme != "internet-facing" || *b.VpcId != ec2network.DefaultVPC ||
		*b.CanonicalHostedZoneId != "Z35SXDOTRQ7X7K" || b.IpAddressType != "ipv4" || !b.CreatedTime.Equal(s.Now) ||
		!slices.Equal(b.SecurityGroups, []string{ec2network.DefaultSecurityGroup}) {
		t.Errorf("%+v", b)
	}
	if !regexp.MustCompile(`^arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/[0-9a-f]{16}$`).MatchString(*b.LoadBalancerArn) ||
		!regexp.MustCompile(`^web-\d+\.us-east-1\.elb\.amazonaws\.com$`).MatchString(*b.DNSName) {
		t.Errorf("%s, %s", *b.LoadBalancerArn, *b.DNSName)
	}
	if zones := b.AvailabilityZones; len(zones) != 2 || *zones[0].SubnetId != subnets[0] || *zones[0].ZoneName == *zones[1].ZoneName {
		t.Errorf("%+v", zones)
	}
	if iam.Roles.Find(s.Store.Read(), iam.AccountOf(scope), "AWSServiceRoleForElasticLoadBalancing") == nil {
		t.Error("it has not made its service-linked role")
	}

	if again := ok(s, s.CreateLoadBalancer, in).LoadBalancers[0]; *again.LoadBalancerArn != *b.LoadBalancerArn {
		t.Error("the same again is another one")
	}
	in.Scheme = types.LoadBalancerSchemeEnumInternal
	refused(s, s.CreateLoadBalancer, in, "DuplicateLoadBalancerName", "A load balancer with the same name 'web' exists, but with different settings")
	in.Name = aws.String("inside")
	if b := ok(s, s.CreateLoadBalancer, in).LoadBalancers[0]; !strings.HasPrefix(*b.DNSName, "internal-inside-") {
		t.Error(*b.DNSName)
	}
}

func TestNetworkLoadBalancer(t *testing.T) {
	s := newScene(t)
	b := ok(s, s.CreateLoadBalancer, &sdk.CreateLoadBalancerInput{
		Name: aws.String("net"), Type: types.LoadBalancerTypeEnumNetwork, SubnetMappings: []types.SubnetMapping{{SubnetId: &s.subnets()[0]}},
	}).LoadBalancers[0]
	id := arn.Name(*b.LoadBalancerArn)
	if *b.DNSName != "net-"+id+".elb.us-east-1.amazonaws.com" || b.SecurityGroups != nil || *b.CanonicalHostedZoneId != "Z26RNL4JYFTOTI" {
		t.Errorf("%+v", b)
	}
	refused(s, s.SetSecurityGroups, &sdk.SetSecurityGroupsInput{LoadBalancerArn: b.LoadBalancerArn, SecurityGroups: []string{ec2network.DefaultSecurityGroup}},
		"InvalidConfigurationRequest", "Security groups cannot be set for the load balancer '"+*b.LoadBalancerArn+"', which was created without")
}

func TestLoadBalancerRefusals(t *testing.T) {
	s := startScene(t, true)
	subnets := s.subnets()
	s.update(func(tx *store.Tx) {
		ec2network.PutVPC(tx, &ec2network.VPC{Scope: scope, ID: "vpc-0ec5e000000000001", CIDR: "10.0.0.0/16"})
		for i, zone := range []string{"us-east-1a", "us-east-1b", "us-east-1a"} {
			id := "subnet-0ec5e00000000000" + string(rune('1'+i))
			ec2network.PutSubnet(tx, &ec2network.Subnet{Scope: scope, ID: id, VPC: "vpc-0ec5e000000000001", Zone: zone, Range: "10.0." + string(rune('1'+i)) + ".0/24"})
		}
	})
	create := func(subnets ...string) *sdk.CreateLoadBalancerInput {
		return &sdk.CreateLoadBalancerInput{Name: aws.String("web"), Subnets: subnets}
	}
	refused(s, s.CreateLoadBalancer, create(), "ValidationError", "At least two subnets in two different Availability Zones must be specified")
	refused(s, s.CreateLoadBalancer, create(subnets[0]), "ValidationError", "At least two subnets in two different Availability Zones must be specified")
	refused(s, s.CreateLoadBalancer, create(subnets[0], "subnet-0123456789abcdef0"), "SubnetNotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist")
	refused(s, s.CreateLoadBalancer, create("subnet-0ec5e000000000001", "subnet-0ec5e000000000003"), "InvalidConfigurationRequest",
		"A load balancer cannot be attached to multiple subnets in the same Availability Zone")
	refused(s, s.CreateLoadBalancer, create("subnet-0ec5e000000000001", "subnet-0ec5e000000000002"), "InvalidSubnet", "VPC vpc-0ec5e000000000001 has no internet gateway")
	grouped := create(subnets[:2]...)
	grouped.SecurityGroups = []string{"sg-0123456789abcdef0"}
	refused(s, s.CreateLoadBalancer, grouped, "InvalidConfigurationRequest", "One or more security groups are invalid")

	with := func(change func(in *sdk.CreateLoadBalancerInput)) *sdk.CreateLoadBalancerInput {
		in := create(subnets[:2]...)
		change(in)
		return in
	}
	refused(s, s.CreateLoadBalancer, with(func(in *sdk.CreateLoadBalancerInput) { in.Name = aws.String("a_b") }), "ValidationError",
		"The load balancer name 'a_b' can only contain characters that are alphanumeric characters and hyphens(-)")
	unbuilt(s, s.CreateLoadBalancer, with(func(in *sdk.CreateLoadBalancerInput) { in.Type = types.LoadBalancerTypeEnumGateway }), "the load balancer type gateway")
	unbuilt(s, s.CreateLoadBalancer, with(func(in *sdk.CreateLoadBalancerInput) { in.IpAddressType = types.IpAddressTypeDualstack }), "the IP address type dualstack")
	unbuilt(s, s.CreateLoadBalancer, with(func(in *sdk.CreateLoadBalancerInput) {
		in.Subnets, in.SubnetMappings = nil, []types.SubnetMapping{{SubnetId: &subnets[0], AllocationId: aws.String("eipalloc-1")}}
	}), "subnet mappings with an Elastic IP address")
}

func TestDescribeLoadBalancers(t *testing.T) {
	s := newScene(t)
	web, net := s.alb("web"), s.nlb("net")
	var found []string
	pages := sdk.NewDescribeLoadBalancersPaginator(s.Client, &sdk.DescribeLoadBalancersInput{PageSize: aws.Int32(1)})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range out.LoadBalancers {
			found = append(found, *b.LoadBalancerArn)
		}
	}
	if !slices.Equal(found, []string{web, net}) {
		t.Errorf("%v", found)
	}
	refused(s, s.DescribeLoadBalancers, &sdk.DescribeLoadBalancersInput{Names: []string{"web", "gone"}}, "LoadBalancerNotFound", "Load balancers '[gone]' not found")
	for range 2 {
		ok(s, s.DeleteLoadBalancer, &sdk.DeleteLoadBalancerInput{LoadBalancerArn: &web})
	}
	refused(s, s.DescribeLoadBalancers, &sdk.DescribeLoadBalancersInput{LoadBalancerArns: []string{web}}, "LoadBalancerNotFound", "One or more load balancers not found")

	s.update(func(tx *store.Tx) {
		b := *elbv2.FindLoadBalancer(tx, net)
		b.State = types.LoadBalancerStateEnumActive
		elbv2.PutLoadBalancer(tx, &b)
	})
	if b := ok(s, s.DescribeLoadBalancers, &sdk.DescribeLoadBalancersInput{Names: []string{"net"}}).LoadBalancers[0]; b.State.Code != "active" {
		t.Errorf("%+v", b.State)
	}
}

func TestWhereALoadBalancerIs(t *testing.T) {
	s := newScene(t)
	web, subnets := s.alb("web"), s.subnets()
	before := elbv2.FindLoadBalancer(s.Store.Read(), web).Zones
	zones := ok(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &web, Subnets: subnets[1:3]}).AvailabilityZones
	after := elbv2.FindLoadBalancer(s.Store.Read(), web).Zones
	if len(zones) != 2 || *zones[0].SubnetId != subnets[1] || after[0].Interface != before[1].Interface || after[1].Interface == before[0].Interface {
		t.Errorf("%v, before %v", after, before)
	}
	refused(s, s.SetSubnets, &sdk.SetSubnetsInput{LoadBalancerArn: &web, Subnets: subnets[:1]}, "ValidationError",
		"At least two subnets in two different Availability Zones must be specified")

	group := ec2network.NewSecurityGroup(ec2network.DefaultVPC, "web", "web")
	group.Scope = scope
	s.update(func(tx *store.Tx) { ec2network.PutSecurityGroup(tx, group) })
	if out := ok(s, s.SetSecurityGroups, &sdk.SetSecurityGroupsInput{LoadBalancerArn: &web, SecurityGroups: []string{group.ID}}); !slices.Equal(out.SecurityGroupIds, []string{group.ID}) {
		t.Errorf("%+v", out)
	}
	if out := ok(s, s.SetIpAddressType, &sdk.SetIpAddressTypeInput{LoadBalancerArn: &web, IpAddressType: types.IpAddressTypeIpv4}); out.IpAddressType != "ipv4" {
		t.Errorf("%+v", out)
	}
	unbuilt(s, s.SetIpAddressType, &sdk.SetIpAddressTypeInput{LoadBalancerArn: &web, IpAddressType: types.IpAddressTypeDualstack}, "the IP address type dualstack")
	if out := ok(s, s.DescribeCapacityReservation, &sdk.DescribeCapacityReservationInput{LoadBalancerArn: &web}); len(out.CapacityReservationState) != 0 {
		t.Errorf("%+v", out)
	}
	s.update(func(tx *store.Tx) {
		if ec2.AttachedInternetGateway(tx, scope, ec2network.DefaultVPC) == nil {
			t.Error("the default VPC has no internet gateway")
		}
	})
}

func TestAccountLimitsAndPolicies(t *testing.T) {
	s := newScene(t)
	if out := ok(s, s.DescribeAccountLimits, &sdk.DescribeAccountLimitsInput{PageSize: aws.Int32(3)}); len(out.Limits) != 3 || out.NextMarker == nil {
		t.Errorf("%+v", out)
	}
	p := ok(s, s.DescribeSSLPolicies, &sdk.DescribeSSLPoliciesInput{Names: []string{"ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}}).SslPolicies[0]
	var names []string
	for i, c := range p.Ciphers {
		if int(*c.Priority) != i+1 {
			t.Errorf("%s has the priority %d", *c.Name, *c.Priority)
		}
		names = append(names, *c.Name)
	}
	if want := []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
		"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"}; !slices.Equal(names, want) ||
		!slices.Equal(p.SslProtocols, []string{"TLSv1.2", "TLSv1.3"}) || !slices.Equal(p.SupportedLoadBalancerTypes, []string{"application", "network"}) {
		t.Errorf("%v %v %v", names, p.SslProtocols, p.SupportedLoadBalancerTypes)
	}
	refused(s, s.DescribeSSLPolicies, &sdk.DescribeSSLPoliciesInput{Names: []string{"none"}}, "SSLPolicyNotFound", "SSL policy 'none' not found")
	strict := "ELBSecurityPolicy-TLS13-1-3-RFC9151-FIPS-2023-07"
	unbuilt(s, s.DescribeSSLPolicies, &sdk.DescribeSSLPoliciesInput{Names: []string{strict}}, "the security policy "+strict)
}
