package terraform

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// networkModule is a network as users lay it out. Its folder two_regions calls it twice.
const networkModule = modulesFolder + "/network"

// TestNetwork applies the network in two regions, which have the same range.
func TestNetwork(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t)
	p := newProject(t, srv, twoRegions(t))

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	runsInOwnVPC(t, srv, "us-east-1")

	if second := p.change("apply", "-var=release=2"); second.Change == 0 {
		t.Errorf("the apply of a change made %+v", second)
	}
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

func clientsOf(srv *emulator.Server, region string) (*ec2.Client, *ecs.Client) {
	config := srv.Config()
	config.Region = region
	return ec2.NewFromConfig(config), ecs.NewFromConfig(config)
}

// runsInOwnVPC checks that tasks of the service have addresses of the VPC's private subnets.
func runsInOwnVPC(t *testing.T, srv *emulator.Server, region string) {
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

// noNetworkLeft checks that there is only what comes with the default VPC.
func noNetworkLeft(t *testing.T, srv *emulator.Server, region string) {
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
