package containerspec

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/containerlabel"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Containers of a daemon are labelled with its family as users know it.
func TestFamilyOfADaemon(t *testing.T) {
	task := &state.Task{Spec: &state.TaskSpec{Family: arn.DaemonFamily + "logs", Revision: 3}, Placement: &state.Placement{ContainerInstance: "i"}}
	if got := Labels(task, "agent")[containerlabel.Family]; got != "logs" {
		t.Errorf("the family is %q", got)
	}
}
