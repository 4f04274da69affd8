package state

import (
	"iter"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TaskInterfaces are the network interfaces of the tasks that have not ended, of all accounts and
// regions.
func TaskInterfaces(tx *store.Tx) iter.Seq[ec2network.TaskInterface] {
	return func(yield func(ec2network.TaskInterface) bool) {
		for t := range tasks.Forward(tx, "") {
			if t.Ended() || !t.Spec.HasInterface() {
				continue
			}
			if !yield(ec2network.TaskInterface{
				Scope: t.Scope(), Subnet: t.Placement.SubnetID, PrivateIP: t.Status.Attachment.PrivateIPv4, SecurityGroups: t.Spec.SecurityGroups,
			}) {
				return
			}
		}
	}
}
