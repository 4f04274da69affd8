package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// stateChange is an event as the service of AWS that it belongs to sends it to EventBridge.
func stateChange(tx *state.Tx, e state.Event) []byte {
	if a := e.Value.LifecycleAction; a != nil {
		return autoscaling.LifecycleEvent(a, e.At)
	}
	if n := e.Value.SpotNotice; n != nil {
		return ec2.SpotEvent(n, e.At)
	}
	return ecs.StateChange(tx, e)
}
