package placement

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func TestTasksAreSpreadOverZonesThenSubnets(t *testing.T) {
	request := Request{LaunchType: types.LaunchTypeFargate, Subnets: []*state.Subnet{
		{ID: "a1", Zone: "a"}, {ID: "a2", Zone: "a"}, {ID: "b1", Zone: "b"},
	}}
	view := NewView()
	view.Add(state.Placement{SubnetID: "a1"}, 2)
	for i, want := range []string{"b1", "b1", "a2", "b1", "a2", "b1", "a1"} {
		got, failure := Place(view, request)
		if failure != "" || got.SubnetID != want {
			t.Fatalf("task %d is placed in %q (%s), want %q", i, got.SubnetID, failure, want)
		}
		view.Add(got, 1)
	}
}

func TestNoPlaceWithoutContainerInstances(t *testing.T) {
	for _, launchType := range []types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeExternal} {
		if _, failure := Place(NewView(), Request{LaunchType: launchType}); failure != "No Container Instances were found in your cluster." {
			t.Errorf("%s: %q", launchType, failure)
		}
	}
}
