package engines

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// engineGone is why an instance ends whose engine is left out.
var engineGone = ec2.Reason{Code: "Server.InternalError", Message: "Server.InternalError: ecs-emulator: the container engine of the instance is gone."}

// lone are the EC2 instances on an engine of which ECS knows nothing, or nothing any more. They count where no container
// instance does.
func lone(tx *store.Tx, name string) (instances []*ec2.Instance) {
	for _, i := range ec2.AllInstances(tx) {
		if i.Host != name || i.Wanted == types.InstanceStateNameTerminated {
			continue
		}
		if c := state.FindContainerInstance(tx, i.ContainerInstance); c == nil || c.Status == state.InstanceInactive {
			instances = append(instances, i)
		}
	}
	return instances
}

// terminate ends the instances on an engine that is left out: no machine is there that could run their tasks. Auto Scaling
// groups launch others. File systems that were there begin anew on the engine of the next task that mounts them.
func terminate(rows *store.Store, name string, now time.Time) (n int, err error) {
	err = rows.Update(func(tx *store.Tx) error {
		n = 0
		for _, c := range InstancesOn(tx, name) {
			state.DeregisterContainerInstance(tx, c.ARN, now)
		}
		for _, i := range ec2.AllInstances(tx) {
			if i.Host == name && i.Wanted != types.InstanceStateNameTerminated {
				ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, engineGone, now))
				n++
			}
		}
		engineroom.Leave(tx, name)
		return nil
	})
	return n, err
}
