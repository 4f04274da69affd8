package placement

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Each filter has its figures, and an explanation takes nothing of the pool.
func TestExplain(t *testing.T) {
	c := newCluster(t)
	c.add(t, "a-fits", "eu-west-1a")
	c.add(t, "b-draining", "eu-west-1a", func(i *state.ContainerInstance) { i.Status = state.InstanceDraining })
	c.add(t, "c-away", "eu-west-1a", func(i *state.ContainerInstance) { i.AgentConnected = false })
	c.add(t, "d-cpu", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.CPU = 100 })
	c.add(t, "e-memory", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.Memory = 256 })
	holder := c.add(t, "f-port", "eu-west-1a")
	c.add(t, "g-start", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.Ports = []uint16{22, 80} })
	c.add(t, "h-other", "eu-west-1b")
	c.add(t, "i-external", "eu-west-1a", func(i *state.ContainerInstance) { i.LaunchType = types.LaunchTypeExternal })
	c.add(t, "j-gone", "eu-west-1a", func(i *state.ContainerInstance) { i.Status = state.InstanceInactive })
	c.add(t, "k-enis", "eu-west-1a", func(i *state.ContainerInstance) { i.Registered.ENIs = 0 })
	c.add(t, "l-attribute", "eu-west-1a", func(i *state.ContainerInstance) { i.Attributes = nil })
	c.update(t, func(tx *store.Tx) {
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("shop", "web"), Placement: &state.Placement{ContainerInstance: holder},
			Spec: &state.TaskSpec{ClusterARN: c.row.ARN, Group: "family:web", Reserved: &state.Reservation{Ports: []uint16{80}}},
		})
	})
	d := demand(func(d *Demand) {
		d.Reserved = &state.Reservation{CPU: 300, Memory: 512, Ports: []uint16{80}, ENI: true}
		d.Requires = []types.Attribute{{Name: aws.String(zoneAttribute)}}
		d.Constraints = []types.PlacementConstraint{
			{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("agentConnected == true or agentConnected == false")},
			{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("attribute:" + zoneAttribute + " == eu-west-1a")},
		}
	})
	pool := NewPool(c.Read(), c.row, NewChance(1))
	want := []Finding{
		{},
		{Reason: Draining},
		{Reason: Agent},
		{Reason: ResourceCPU, Needs: 300, Free: 100},
		{Reason: ResourceMemory, Needs: 512, Free: 256},
		{Reason: ResourcePorts, Port: "80", Holder: scope.Task("shop", "web")},
		{Reason: ResourcePorts, Port: "80"},
		{Reason: MemberOf, Wants: "attribute:" + zoneAttribute + " == eu-west-1a"},
		{Reason: ResourceENI, Needs: 1},
		{Reason: Attribute, Wants: zoneAttribute},
	}
	for range 2 {
		got, names := pool.Explain(d), ""
		for i := range got {
			names += arn.Name(got[i].Instance.ARN)[:1]
			got[i].Instance = nil
		}
		if diff := cmp.Diff(want, got); diff != "" || names != "abcdefghkl" {
			t.Errorf("%s: %s", names, diff)
		}
	}
	if got := pool.Explain(d)[4].Short(); got != 256 {
		t.Errorf("%d MiB are short", got)
	}
}

// What Explain says of an instance is what Place says of it.
func TestExplainAgreesWithPlace(t *testing.T) {
	c := newCluster(t)
	for i, memory := range []int{100, 300, 200, 50, 1000} {
		c.add(t, strings.Repeat("x", i+1), "eu-west-1a", func(c *state.ContainerInstance) { c.Registered.Memory = memory })
	}
	for _, need := range []int{10, 150, 500, 2000} {
		d := demand(func(d *Demand) { d.Reserved = &state.Reservation{Memory: need} })
		free := 0
		for _, f := range NewPool(c.Read(), c.row, NewChance(1)).Explain(d) {
			free += map[bool]int{true: 1}[f.Reason == ""]
		}
		place, misses := NewPool(c.Read(), c.row, NewChance(1)).Place(d)
		if found := place.ContainerInstance != ""; found != (free > 0) {
			t.Errorf("%d MiB: placed on %q, and %d instances have room", need, place.ContainerInstance, free)
		}
		if free == 0 && slices.ContainsFunc(misses, func(m Miss) bool { return m.Reason != ResourceMemory }) {
			t.Errorf("%d MiB: %v", need, misses)
		}
	}
}
