package state_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// TestStepsOfAnAgentUpdate looks at one update again and again.
func TestStepsOfAnAgentUpdate(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	c := &state.ContainerInstance{
		AgentConnected: true, Version: types.VersionInfo{AgentVersion: aws.String("1.90.0")},
		AgentUpdate: &state.AgentUpdate{At: start, To: types.VersionInfo{AgentVersion: aws.String("1.94.0")}},
	}
	for _, step := range []struct {
		after   time.Duration
		status  types.AgentUpdateStatus
		version string
	}{
		{0, types.AgentUpdateStatusPending, "1.90.0"},
		{5 * time.Second, types.AgentUpdateStatusStaging, "1.90.0"},
		{15 * time.Second, types.AgentUpdateStatusStaged, "1.90.0"},
		{20 * time.Second, types.AgentUpdateStatusUpdating, "1.90.0"},
		{30 * time.Second, types.AgentUpdateStatusUpdated, "1.94.0"},
	} {
		if got := c.AgentAt(start.Add(step.after)); got.UpdateStatus != step.status || *got.Version.AgentVersion != step.version {
			t.Errorf("after %s: %s %s, want %s %s", step.after, got.UpdateStatus, *got.Version.AgentVersion, step.status, step.version)
		}
	}
	c.AgentConnected = false
	if got := c.AgentAt(start.Add(time.Hour)); got.UpdateStatus != types.AgentUpdateStatusPending {
		t.Errorf("not connected: %s", got.UpdateStatus)
	}
}
