package capacity

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestTheEndOfAnInstanceWhoseAgentIsAway: the container instance stays registered, but not one that ECS manages, once.
func TestTheEndOfAnInstanceWhoseAgentIsAway(t *testing.T) {
	for _, c := range []struct {
		managed bool
		status  string
		want    bool
	}{{false, state.InstanceDraining, false}, {true, state.InstanceDraining, true}, {true, state.InstanceInactive, false}} {
		p := Decide(View{
			Instance:   &ec2.Instance{Wanted: types.InstanceStateNameTerminated, Reached: types.InstanceStateNameRunning},
			Registered: &state.ContainerInstance{Status: c.status}, Managed: c.managed, Now: time.Unix(1_800_000_000, 0),
		})
		if p.Deregister != c.want {
			t.Errorf("%+v: %+v", c, p)
		}
	}
}
