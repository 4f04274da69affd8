package instancecause

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// TestAnInstanceThatAUserEndsIsNotPutDownToAnEarlierFault, also not one that has had notice; and of one that is forgotten nothing
// is known but that it has gone.
func TestAnInstanceThatAUserEndsIsNotPutDownToAnEarlierFault(t *testing.T) {
	scope, now := arn.Scope{Region: "us-east-1", Account: "000000000000"}, time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	user := ec2.Reason{Code: userInitiated, Message: "Client.UserInitiatedShutdown: User initiated shutdown"}
	for name, c := range map[string]struct {
		kind     faults.Kind
		instance *ec2.Instance
		want     why.Cause
	}{
		"cut off before":   {faults.CutOffInstance, &ec2.Instance{Wanted: types.InstanceStateNameTerminated, WantedAt: now, Reason: user}, why.UserStopped},
		"notice before":    {faults.SpotInterruption, &ec2.Instance{Wanted: types.InstanceStateNameTerminated, WantedAt: now, Reason: user, NoticeAt: now.Add(-time.Minute)}, why.UserStopped},
		"ended by a fault": {faults.TerminateInstance, &ec2.Instance{Wanted: types.InstanceStateNameTerminated, WantedAt: now}, why.Fault},
		"forgotten":        {faults.CutOffInstance, nil, why.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := state.Open(store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = rows.Update(func(tx *store.Tx) error {
				if c.instance != nil {
					c.instance.Scope, c.instance.ID = scope, "i-0123456789abcdef0"
					ec2.PutInstance(tx, c.instance)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			row := &state.ContainerInstance{
				ARN: scope.ContainerInstance("default", "0123456789abcdef0123456789abcdef"), EC2InstanceID: "i-0123456789abcdef0",
				Status: state.InstanceInactive, InactiveAt: now,
			}
			f := &why.Facts{Tx: rows.Read(), Now: now, Acts: func(hit string) []why.Act {
				return []why.Act{{At: now.Add(-time.Minute), ID: "1", Kind: c.kind}}
			}}
			if got := Explain(f, row); len(got) != 1 || got[0].Cause != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}
