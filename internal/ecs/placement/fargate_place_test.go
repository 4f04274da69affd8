package placement

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestTasksAreSpreadOverZonesThenSubnets(t *testing.T) {
	request := Request{Subnets: []*ec2network.Subnet{
		{ID: "a1", Zone: "a"}, {ID: "a2", Zone: "a"}, {ID: "b1", Zone: "b"},
	}}
	view := NewView()
	view.Add(state.Placement{SubnetID: "a1"}, 2)
	for i, want := range []string{"b1", "b1", "a2", "b1", "a2", "b1", "a1"} {
		got, _ := Place(view, request)
		if got.SubnetID != want {
			t.Fatalf("task %d is placed in %q, want %q", i, got.SubnetID, want)
		}
	}
}

// Tasks go to zones that have capacity; where none has, the reason is the outage.
func TestTasksAvoidOutages(t *testing.T) {
	down := &outage.Outage{Down: true, Zone: "b"}
	request := Request{Subnets: []*ec2network.Subnet{{ID: "a1", Zone: "a"}, {ID: "b1", Zone: "b"}}, Outages: outage.NewView(down)}
	view := NewView()
	for range 3 {
		if got, lack := Place(view, request); got.SubnetID != "a1" || lack != nil {
			t.Errorf("placed in %q, lack %v", got.SubnetID, lack)
		}
	}
	request.Subnets = request.Subnets[1:]
	if got, lack := Place(view, request); got.SubnetID != "" || lack == nil || lack.Outage != down {
		t.Errorf("placed in %+v, lack %v", got, lack)
	}
}
