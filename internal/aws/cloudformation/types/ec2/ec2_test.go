package ec2_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	api "github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types/typestest"
	instances "github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// network is a stack at an endpoint with EC2.
type network struct {
	*typestest.Stack
	t    *testing.T
	rows *store.Store
	call handler.Call
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &network{t: t, rows: rows}
	service := api.New(api.Options{
		Store: rows, Now: func() time.Time { return s.Time }, NATGateways: instances.NATDelays{Create: 2 * time.Second, Delete: 2 * time.Second},
	}).Service()
	client := apiclient.New(apiclient.Options{
		Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost",
		Services: serviceclient.Find([]awsapi.Service{service}),
	})
	s.call = func(ctx context.Context, op apiclient.Operation, in, out any) error {
		return client.Do(apiclient.WithSystemTags(ctx), apiclient.Root(typestest.Scope), op, in, out)
	}
	s.Stack = typestest.New(t, s.call, ec2.Types())
	s.Stack.Passed = s.settle
	return s
}

// settle has all instances reach what is wanted of them, as the capacity controller does.
func (s *network) settle() {
	if err := s.rows.Update(func(tx *store.Tx) error {
		for _, i := range instances.Instances(tx, typestest.Scope) {
			changed := *i
			changed.Reached, changed.PrivateIP = i.Wanted, "10.0.1.9"
			instances.PutInstance(tx, &changed)
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

// ask calls an operation for a test itself.
func (s *network) ask(name string, in, out any) {
	s.t.Helper()
	if err := s.call(s.t.Context(), apiclient.Of("ec2", name), in, out); err != nil {
		s.t.Fatal(err)
	}
}

// inventory is all that EC2 has, in words.
func (s *network) inventory() (all []string) {
	s.t.Helper()
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	var options sdk.DescribeDhcpOptionsOutput
	s.ask("DescribeDhcpOptions", &sdk.DescribeDhcpOptionsInput{}, &options)
	own := map[string]bool{}
	for _, o := range options.DhcpOptions {
		add("dhcp options %d tags %d", len(o.DhcpConfigurations), len(o.Tags))
		own[*o.DhcpOptionsId] = len(o.Tags) > 0
	}
	var vpcs sdk.DescribeVpcsOutput
	s.ask("DescribeVpcs", &sdk.DescribeVpcsInput{}, &vpcs)
	for _, v := range vpcs.Vpcs {
		add("vpc %s %v own options %v", *v.CidrBlock, len(v.Tags), own[aws.ToString(v.DhcpOptionsId)])
	}
	var subnets sdk.DescribeSubnetsOutput
	s.ask("DescribeSubnets", &sdk.DescribeSubnetsInput{}, &subnets)
	for _, n := range subnets.Subnets {
		add("subnet %s %v %v", *n.CidrBlock, *n.MapPublicIpOnLaunch, len(n.Tags))
	}
	var tables sdk.DescribeRouteTablesOutput
	s.ask("DescribeRouteTables", &sdk.DescribeRouteTablesInput{}, &tables)
	for _, t := range tables.RouteTables {
		add("route table %v", len(t.Tags))
		for _, r := range t.Routes {
			add("route to %s by %s%s", aws.ToString(r.DestinationCidrBlock), strings.SplitN(aws.ToString(r.GatewayId), "-", 2)[0], strings.SplitN(aws.ToString(r.NatGatewayId), "-", 2)[0])
		}
		for _, a := range t.Associations {
			add("association %v", a.SubnetId != nil)
		}
	}
	var gateways sdk.DescribeInternetGatewaysOutput
	s.ask("DescribeInternetGateways", &sdk.DescribeInternetGatewaysInput{}, &gateways)
	for _, g := range gateways.InternetGateways {
		add("internet gateway attached %d", len(g.Attachments))
	}
	var groups sdk.DescribeSecurityGroupsOutput
	s.ask("DescribeSecurityGroups", &sdk.DescribeSecurityGroupsInput{}, &groups)
	for _, g := range groups.SecurityGroups {
		add("security group %s %v", *g.Description, len(g.Tags))
	}
	var rules sdk.DescribeSecurityGroupRulesOutput
	s.ask("DescribeSecurityGroupRules", &sdk.DescribeSecurityGroupRulesInput{}, &rules)
	for _, r := range rules.SecurityGroupRules {
		add("rule out %v %s %d-%d %s%s %q", *r.IsEgress, *r.IpProtocol, *r.FromPort, *r.ToPort, aws.ToString(r.CidrIpv4), aws.ToString(r.CidrIpv6), aws.ToString(r.Description))
	}
	var addresses sdk.DescribeAddressesOutput
	s.ask("DescribeAddresses", &sdk.DescribeAddressesInput{}, &addresses)
	for _, a := range addresses.Addresses {
		add("address associated %v", a.AssociationId != nil)
	}
	var nats sdk.DescribeNatGatewaysOutput
	s.ask("DescribeNatGateways", &sdk.DescribeNatGatewaysInput{}, &nats)
	for _, g := range nats.NatGateways {
		if g.State != "deleted" {
			add("nat gateway %s", g.State)
		}
	}
	var endpoints sdk.DescribeVpcEndpointsOutput
	s.ask("DescribeVpcEndpoints", &sdk.DescribeVpcEndpointsInput{}, &endpoints)
	for _, e := range endpoints.VpcEndpoints {
		add("endpoint %s tables %d groups %d", *e.ServiceName, len(e.RouteTableIds), len(e.Groups))
	}
	var lists sdk.DescribeNetworkAclsOutput
	s.ask("DescribeNetworkAcls", &sdk.DescribeNetworkAclsInput{}, &lists)
	for _, l := range lists.NetworkAcls {
		add("acl default %v subnets %d tags %d", *l.IsDefault, len(l.Associations), len(l.Tags))
		for _, e := range l.Entries {
			add("acl entry %d %v %s %s %s ports %v icmp %v", *e.RuleNumber, *e.Egress, *e.Protocol, e.RuleAction, aws.ToString(e.CidrBlock), e.PortRange != nil, e.IcmpTypeCode != nil)
		}
	}
	var templates sdk.DescribeLaunchTemplatesOutput
	s.ask("DescribeLaunchTemplates", &sdk.DescribeLaunchTemplatesInput{}, &templates)
	for _, t := range templates.LaunchTemplates {
		add("launch template version %d tags %d", *t.LatestVersionNumber, len(t.Tags))
	}
	var reservations sdk.DescribeInstancesOutput
	s.ask("DescribeInstances", &sdk.DescribeInstancesInput{}, &reservations)
	for _, r := range reservations.Reservations {
		for _, i := range r.Instances {
			if i.State.Name != "terminated" {
				add("instance %s %s tags %d", i.InstanceType, i.State.Name, len(i.Tags))
			}
		}
	}
	slices.Sort(all)
	return all
}
