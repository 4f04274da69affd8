package instancecause

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// TestAFaultThatIsOverIsNoCause: what happens to a container instance after it has other causes.
func TestAFaultThatIsOverIsNoCause(t *testing.T) {
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = rows.Update(func(tx *store.Tx) error {
		ec2.PutInstance(tx, &ec2.Instance{Scope: scope, ID: "i-0123456789abcdef0", Wanted: types.InstanceStateNameRunning, LaunchAt: now.Add(-5 * time.Hour)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	row := func(status string, connected bool) *state.ContainerInstance {
		return &state.ContainerInstance{
			ARN: scope.ContainerInstance("default", "0123456789abcdef0123456789abcdef"), EC2InstanceID: "i-0123456789abcdef0",
			Status: status, AgentConnected: connected, InactiveAt: now, DrainedAt: now, DrainedBy: "dev",
		}
	}
	lasts := []faults.Fault{{ID: "1", Kind: faults.CutOffInstance}}
	for name, c := range map[string]struct {
		row   *state.ContainerInstance
		lasts []faults.Fault
		want  why.Cause
		root  bool
	}{
		"disconnected by the fault":         {row(state.InstanceActive, false), lasts, why.Fault, false},
		"disconnected long after it":        {row(state.InstanceActive, false), nil, why.Unknown, false},
		"drained by a user after it":        {row(state.InstanceDraining, true), nil, why.Draining, false},
		"deregistered by a user after it":   {row(state.InstanceInactive, false), nil, why.UserStopped, false},
		"drained by a user, and it goes on": {row(state.InstanceDraining, true), lasts, why.Draining, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &why.Facts{Tx: rows.Read(), Now: now, Faults: c.lasts, Acts: func(hit string) []why.Act {
				if hit != c.row.ARN {
					return nil
				}
				return []why.Act{{At: now.Add(-4 * time.Hour), ID: "1", Kind: faults.CutOffInstance}}
			}}
			got := Explain(f, c.row)
			if len(got) != 1 || got[0].Cause != c.want || (len(got[0].Because) > 0) != c.root {
				t.Errorf("%+v", got)
			}
		})
	}
}
