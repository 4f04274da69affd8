package placement

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// Request is what a task asks of the place where it runs.
type Request struct {
	LaunchType types.LaunchType
	Strategy   []types.CapacityProviderStrategyItem // nil: by launch type
	Subnets    []*state.Subnet                      // at least one on Fargate
}

// View is what a decision looks at: the tasks among which the next one is spread.
type View struct {
	byProvider, bySubnet map[string]int
}

// NewView is a view without tasks.
func NewView() *View { return &View{map[string]int{}, map[string]int{}} }

// Add counts n tasks by where they run.
func (v *View) Add(p state.Placement, n int) {
	v.byProvider[p.CapacityProvider] += n
	v.bySubnet[p.SubnetID] += n
}

// Place decides where the next task runs. If there is no place for it, failure says
// why, in ECS's words.
func Place(v *View, r Request) (place state.Placement, failure string) {
	if failure := Obstacle(r.LaunchType); failure != "" {
		return place, failure
	}
	subnet := nextSubnet(r.Subnets, v.bySubnet)
	return state.Placement{
		CapacityProvider: nextProvider(r.Strategy, v.byProvider), SubnetID: subnet.ID, Zone: subnet.Zone,
	}, ""
}

// Obstacle is why no task of a launch type has a place anywhere; empty if there may
// be one.
func Obstacle(launchType types.LaunchType) (failure string) {
	if launchType != types.LaunchTypeFargate {
		return NoContainerInstances
	}
	return ""
}

// NoContainerInstances is what ECS says when a cluster has nothing to place an EC2 or
// EXTERNAL task on. Source: field reports of RunTask and service events.
const NoContainerInstances = "No Container Instances were found in your cluster."
