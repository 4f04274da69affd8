package terraform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// networkModule is a network as users lay it out. Its folder two_regions calls it twice.
const networkModule = modulesFolder + "/network"

// TestNetwork applies the network in two regions, which have the same range. Parts of the
// first one are imported together with a change.
func TestNetwork(t *testing.T) {
	t.Parallel()
	asRoot(t, runNetwork)
}

func runNetwork(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, twoRegions(t))

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	runsInOwnVPC(t, srv, "us-east-1")
	findsItsRangeTaken(t, srv, "us-west-2", vpcOf(t, srv, "us-east-1"))

	imported := p.forgetSome("module.east", map[string]string{
		"aws_vpc.this": "id", "aws_subnet.public[0]": "id", "aws_internet_gateway.this": "id", "aws_route_table.public": "id",
		"aws_eip.nat": "id", "aws_nat_gateway.this": "id", "aws_vpc_endpoint.s3": "id", "aws_default_network_acl.this": "id",
		"aws_default_route_table.this": "vpc_id", "aws_security_group.service": "id", "aws_vpc_security_group_ingress_rule.web": "id",
	})
	if second := p.change("apply", "-var=release=2"); second.Change == 0 || second.Import != imported {
		t.Errorf("the apply of a change and of %d imports made %+v", imported, second)
	}
	p.imported()
	p.settled("-var=release=2")

	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	for _, region := range []string{"us-east-1", "us-west-2"} {
		noNetworkLeft(t, srv, region)
	}
	nothingLeft(t, ecs.NewFromConfig(srv.Config()))
}

// twoRegions is the configuration that calls the network, with the network in a folder.
func twoRegions(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for folder, target := range map[string]string{"": "network", "two_regions": "."} {
		sources, err := filepath.Glob(filepath.Join(networkModule, folder, "*.tf"))
		if err != nil || len(sources) == 0 {
			t.Fatalf("no configuration in %s: %v", folder, err)
		}
		for _, source := range sources {
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.ToSlash(filepath.Join(target, filepath.Base(source)))] = &fstest.MapFile{Data: text, Mode: 0o600}
		}
	}
	return files
}

func clientsOf(srv account, region string) (*ec2.Client, *ecs.Client) {
	config := srv.Config()
	config.Region = region
	return ec2.NewFromConfig(config), ecs.NewFromConfig(config)
}

// runsInOwnVPC checks that tasks of the service have addresses of the VPC's private subnets.
func runsInOwnVPC(t *testing.T, srv account, region string) {
	t.Helper()
	network, tasks := clientsOf(srv, region)
	list, err := tasks.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop")})
	if err != nil || len(list.TaskArns) != 2 {
		t.Fatalf("tasks of %s: %+v, %v", region, list, err)
	}
	out, err := network.DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range out.NetworkInterfaces {
		if n.InterfaceType != "interface" {
			continue
		}
		subnets, err := network.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{SubnetIds: []string{*n.SubnetId}})
		if err != nil {
			t.Fatal(err)
		}
		if s := subnets.Subnets[0]; *s.DefaultForAz || *s.VpcId != *n.VpcId || *n.Groups[0].GroupName != "shop-service" {
			t.Errorf("in %s a task has %+v in %+v", region, n, s)
		}
	}
}

// vpcOf is the VPC of one's own in a region.
func vpcOf(t *testing.T, srv account, region string) string {
	t.Helper()
	network, _ := clientsOf(srv, region)
	out, err := network.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: aws.String("is-default"), Values: []string{"false"}}}})
	if err != nil || len(out.Vpcs) != 1 {
		t.Fatalf("VPCs of %s: %+v, %v", region, out, err)
	}
	return *out.Vpcs[0].VpcId
}

// findsItsRangeTaken checks that tasks of the service end because another VPC's network has
// their range.
func findsItsRangeTaken(t *testing.T, srv account, region, other string) {
	t.Helper()
	_, tasks := clientsOf(srv, region)
	reason := ""
	deadline := time.After(time.Minute)
	for tick := time.Tick(100 * time.Millisecond); !strings.Contains(reason, "ResourceInitializationError"); {
		select {
		case <-tick:
			reason = endOfOne(t, tasks)
		case <-deadline:
			t.Fatalf("tasks of %s end with %q", region, reason)
		}
	}
	if !strings.Contains(reason, "of network "+other) {
		t.Errorf("tasks of %s end with %q, want the network of %s named", region, reason, other)
	}
}

// endOfOne is why a task of the service has ended, empty if none has.
func endOfOne(t *testing.T, client *ecs.Client) string {
	t.Helper()
	list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), DesiredStatus: types.DesiredStatusStopped})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.TaskArns) == 0 {
		return ""
	}
	out, err := client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: list.TaskArns[:1]})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.Tasks[0].StoppedReason)
}

// noNetworkLeft checks that there is only what comes with the default VPC.
func noNetworkLeft(t *testing.T, srv account, region string) {
	t.Helper()
	client, _ := clientsOf(srv, region)
	vpcs, err := client.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := client.DescribeRouteTables(t.Context(), &ec2.DescribeRouteTablesInput{})
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := client.DescribeAddresses(t.Context(), &ec2.DescribeAddressesInput{})
	if err != nil {
		t.Fatal(err)
	}
	gateways, err := client.DescribeInternetGateways(t.Context(), &ec2.DescribeInternetGatewaysInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(vpcs.Vpcs) != 1 || len(tables.RouteTables) != 1 || len(addresses.Addresses) != 0 || len(gateways.InternetGateways) != 1 {
		t.Errorf("%s still has %d VPCs, %d route tables, %d addresses and %d internet gateways",
			region, len(vpcs.Vpcs), len(tables.RouteTables), len(addresses.Addresses), len(gateways.InternetGateways))
	}
}
