package placement

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Request is what a task on Fargate asks of the place where it runs.
type Request struct {
	Strategy []types.CapacityProviderStrategyItem // nil: by launch type
	Subnets  []*ec2network.Subnet                 // at least one
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

// Place decides where the next task on Fargate runs, which has room for all.
func Place(v *View, r Request) state.Placement {
	subnet := nextSubnet(r.Subnets, v.bySubnet)
	return state.Placement{
		CapacityProvider: nextProvider(r.Strategy, v.byProvider), SubnetID: subnet.ID, Zone: subnet.Zone,
	}
}
