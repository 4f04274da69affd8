package kit

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// InterfaceID is the network interface of an instance.
func InterfaceID(i *ec2.Instance) *string { return DerivedID("eni-", i.ID) }

// HasNetworkInterface tells whether a task has one now.
func HasNetworkInterface(t *state.Task) bool {
	switch t.Status.Attachment.Status {
	case "ATTACHED", "DETACHING":
		return true
	}
	return false
}
