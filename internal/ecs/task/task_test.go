package task

import (
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

func TestTasksOfATemplateDifferInTheirPlaceAlone(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	template := NewTemplate(Request{
		Cluster:    &state.Cluster{ARN: scope.Cluster("c"), Name: "c"},
		Definition: &types.TaskDefinition{Family: aws.String("web")}, LaunchType: types.LaunchTypeFargate,
	})
	a, b := template.New(state.Placement{SubnetID: "a"}), template.New(state.Placement{SubnetID: "b"})
	if a.Spec != b.Spec || a.ARN == b.ARN || a.Placement.AttachmentID == b.Placement.AttachmentID {
		t.Errorf("%+v\n%+v", a, b)
	}
	if a.Placement.SubnetID != "a" || b.Placement.SubnetID != "b" {
		t.Errorf("placed in %s and %s", a.Placement.SubnetID, b.Placement.SubnetID)
	}
	if got := a.Spec.SecurityGroups; !slices.Equal(got, []string{ec2network.DefaultSecurityGroup}) {
		t.Errorf("security groups %v", got)
	}
}

func TestTags(t *testing.T) {
	tags := func(pairs ...string) (list []types.Tag) {
		for pair := range slices.Chunk(pairs, 2) {
			list = append(list, types.Tag{Key: &pair[0], Value: &pair[1]})
		}
		return list
	}
	for _, test := range []struct {
		got  []types.Tag
		want []string
	}{
		{Tags(nil, nil, false, "c", "web"), nil},
		{Tags(tags("a", "1", "b", "1"), tags("b", "2", "c", "2"), false, "c", ""), []string{"a", "1", "b", "2", "c", "2"}},
		{Tags(nil, tags("a", "1"), true, "c", ""), []string{"a", "1", "aws:ecs:clusterName", "c"}},
		{Tags(tags("a", "1"), nil, true, "c", "web"), []string{"a", "1", "aws:ecs:clusterName", "c", "aws:ecs:serviceName", "web"}},
	} {
		var got []string
		for _, tag := range test.got {
			got = append(got, *tag.Key, *tag.Value)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%v, want %v", got, test.want)
		}
	}
}

// A task that has no network interface of its own does not wait for one.
func TestTasksOnContainerInstancesBeginByTheirNetworkMode(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	web := types.ContainerDefinition{
		Name: aws.String("web"), Cpu: 128, MemoryReservation: aws.Int32(64),
		PortMappings: []types.PortMapping{
			{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)}, {ContainerPort: aws.Int32(81), HostPort: aws.Int32(0)},
			{ContainerPort: aws.Int32(53), HostPort: aws.Int32(53), Protocol: types.TransportProtocolUdp},
		},
		ResourceRequirements: []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String("2")}},
	}
	for _, test := range []struct {
		mode   types.NetworkMode
		status string
		want   state.Reservation
	}{
		{"", state.Pending, state.Reservation{CPU: 128, Memory: 64, Ports: []uint16{8080}, PortsUDP: []uint16{53}, GPUs: 2}},
		{types.NetworkModeHost, state.Pending, state.Reservation{CPU: 128, Memory: 64, Ports: []uint16{80, 81}, PortsUDP: []uint16{53}, GPUs: 2}},
		{types.NetworkModeAwsvpc, state.Provisioning, state.Reservation{CPU: 128, Memory: 64, GPUs: 2, ENI: true}},
	} {
		d := &types.TaskDefinition{Family: aws.String("web"), NetworkMode: test.mode, ContainerDefinitions: []types.ContainerDefinition{web}}
		row := NewTemplate(Request{
			Cluster: &state.Cluster{ARN: scope.Cluster("c"), Name: "c"}, Definition: d, LaunchType: types.LaunchTypeEc2,
			Resolved: taskdef.Resolved{Containers: d.ContainerDefinitions},
		}).New(state.Placement{ContainerInstance: "i"})
		if row.Status.LastStatus != test.status || (row.Placement.AttachmentID != "") != test.want.ENI || row.Spec.PlatformVersion != "" {
			t.Errorf("%s: %+v", test.mode, row.Status)
		}
		if !reflect.DeepEqual(*row.Spec.Reserved, test.want) {
			t.Errorf("%s: takes %+v, want %+v", test.mode, *row.Spec.Reserved, test.want)
		}
	}
}

// TestDemandOfATemplate: what the definition needs and what the request says.
func TestDemandOfATemplate(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	template := NewTemplate(Request{
		Cluster: &state.Cluster{ARN: scope.Cluster("c"), Name: "c"},
		Definition: &types.TaskDefinition{
			Family: aws.String("web"), NetworkMode: types.NetworkModeBridge,
			RequiresAttributes:   []types.Attribute{{Name: aws.String("ecs.capability.container-ordering")}},
			RuntimePlatform:      &types.RuntimePlatform{OperatingSystemFamily: types.OSFamilyLinux, CpuArchitecture: types.CPUArchitectureArm64},
			PlacementConstraints: []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:a exists")}},
		},
		LaunchType: types.LaunchTypeEc2,
	})
	d := template.Demand(Where{
		Subnets: []*ec2network.Subnet{{ID: "subnet-1"}}, Constraints: []types.PlacementConstraint{{Type: "distinctInstance"}},
		Strategy: []types.PlacementStrategy{{Type: "random"}},
	})
	var required []string
	for _, a := range d.Requires {
		required = append(required, aws.ToString(a.Name)+"="+aws.ToString(a.Value))
	}
	if !slices.Equal(required, []string{"ecs.capability.container-ordering=", "ecs.os-family=LINUX", "ecs.cpu-architecture=arm64"}) {
		t.Errorf("requires %v", required)
	}
	if len(d.Constraints) != 2 || *d.Constraints[0].Expression != "attribute:a exists" || d.Constraints[1].Type != "distinctInstance" {
		t.Errorf("constraints %+v", d.Constraints)
	}
	if d.Group != "family:web" || d.Reserved == nil || len(d.Strategy) != 1 || d.Subnets != nil {
		t.Errorf("%+v", d)
	}
}
