package instancefault

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// LoseZone ends the EC2 instances of a zone for good, and asks for the end of its tasks on Fargate. It
// returns the ids of the former and the ARNs of the latter.
//
// AWS documents no reason of tasks that a zone takes with it, so theirs is the emulator's own.
func (f *Faults) LoseZone(zone, fault string) (lost []string, err error) {
	now := f.Clock.Now()
	err = f.Store.Update(func(tx *store.Tx) error {
		lost = nil
		for _, i := range ec2.AllInstances(tx) {
			if i.Zone == zone && i.Wanted != types.InstanceStateNameTerminated {
				ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, ended, now))
				lost = append(lost, i.ID)
			}
		}
		for _, t := range state.AllTasks(tx) {
			if t.Placement.ContainerInstance == "" && t.Placement.Zone == zone && t.Stop == nil && !t.Ended() {
				state.StopTask(tx, t.ARN, state.Stop{
					Code: ecstypes.TaskStopCodeTerminationNotice, Reason: "Availability Zone " + zone + " is down (fault " + fault + " of ecs-emulator)", At: now,
				})
				lost = append(lost, t.ARN)
			}
		}
		return nil
	})
	return lost, err
}
