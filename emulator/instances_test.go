package emulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func TestAddInstances(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t)
	arns, err := srv.AddInstances(t.Context(), emulator.Instances{
		Cluster: "shop", InstanceType: "c5.large", Count: 4, Attributes: map[string]string{"stack": "prod"}, Tags: map[string]string{"team": "web"},
	})
	if err != nil {
		t.Fatal(err)
	}
	client := ecs.NewFromConfig(srv.Config())
	out, err := client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String("shop"), ContainerInstances: arns, Include: []types.ContainerInstanceField{"TAGS"},
	})
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string]int{}
	for _, c := range out.ContainerInstances {
		attributes := map[string]string{}
		for _, a := range c.Attributes {
			attributes[*a.Name] = aws.ToString(a.Value)
		}
		zones[attributes["ecs.availability-zone"]]++
		if aws.ToString(c.Status) != "ACTIVE" || !c.AgentConnected || attributes["stack"] != "prod" || attributes["ecs.instance-type"] != "c5.large" || len(c.Tags) != 1 {
			t.Errorf("got %+v", c)
		}
	}
	if fmt.Sprint(zones) != "map[us-east-1a:2 us-east-1b:1 us-east-1c:1]" {
		t.Errorf("zones: %v", zones)
	}
	for _, c := range []struct {
		wanted emulator.Instances
		why    string
	}{
		{emulator.Instances{InstanceType: "t99.huge"}, "instance type t99.huge is not known"},
		{emulator.Instances{AvailabilityZone: "mars-1a"}, `availability zone "mars-1a" is none of`},
		{emulator.Instances{Count: -1}, "count -1 is not between"},
		{emulator.Instances{AvailabilityZone: "us-east-1a", Count: 4092}, "InsufficientFreeAddressesInSubnet: There are not enough free addresses in subnet 'subnet-0ec5e3a1a70000001'"},
	} {
		if _, err := srv.AddInstances(t.Context(), c.wanted); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%+v: %v", c.wanted, err)
		}
	}
}

// The file of the guide is taken, and once only over restarts.
func TestCapacityFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "capacity.json")
	if err := os.WriteFile(file, []byte(blocks(t, "docs/guide/container-instances.md", "capacity")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		srv, err := emulator.New(emulator.Options{CapacityFile: file, DataDir: filepath.Join(dir, "data"), OnExit: emulator.Remove})
		if err != nil {
			t.Fatal(err)
		}
		client := ecs.NewFromConfig(srv.Config())
		for _, reset := range []bool{false, true} {
			if reset {
				if err := srv.Reset(); err != nil {
					t.Fatal(err)
				}
			}
			if err := srv.Clock().Advance(time.Second); err != nil { // which waits until all is done
				t.Fatal(err)
			}
			out, err := client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"shop"}})
			if err != nil || len(out.Clusters) != 1 || out.Clusters[0].RegisteredContainerInstancesCount != 4 {
				t.Errorf("got %+v, %v", out, err)
			}
		}
		if err := srv.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCapacityFilesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		`{`:                                      "unexpected EOF",
		`{"machines": []}`:                       "machines",
		`[{"count": 2}]`:                         `a JSON array stands where an object of "instanceTypes" and "instances" belongs`,
		`{"instances": [{"count": "two"}]}`:      "a JSON string does not go into instances.count",
		`{"instances": [{"instanceType": "x"}]}`: "instance type x is not known",
		`{"instanceTypes": [{"name": "x"}]}`:     "instance type x needs vcpus and memoryMiB",
	} {
		file := filepath.Join(t.TempDir(), "capacity.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := emulator.New(emulator.Options{CapacityFile: file}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
