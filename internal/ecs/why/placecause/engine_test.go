package placecause_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why/placecause"
)

func TestATaskOnFargateWaitsForAnEngine(t *testing.T) {
	const reason = "ecs-emulator: the engine b does not answer"
	created := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	waits := &state.Task{
		ARN:       arn.Scope{Region: "us-east-1", Account: "000000000000"}.Task("default", "3f2a91c0b7d84c57a3c1e0f9d2b64a10"),
		Spec:      &state.TaskSpec{LaunchType: types.LaunchTypeFargate, CreatedAt: created, Group: "family:web"},
		Placement: &state.Placement{Waiting: &state.Waiting{Reason: reason}},
		Status:    state.TaskStatus{LastStatus: state.Provisioning},
	}
	answers := placecause.Waiting(&why.Facts{Now: created.Add(time.Minute)}, waits)
	if len(answers) != 1 || answers[0].Cause != why.EngineAway || !strings.HasSuffix(answers[0].Sentence, " for a container engine: "+reason+".") {
		t.Errorf("%+v", answers)
	}
}

// What no engine of this run can change is nothing to wait for.
func TestAServiceWhoseEngineIsLeftOut(t *testing.T) {
	for _, reason := range []string{
		"ecs-emulator: there is no engine b among a and c", "ecs-emulator: no engine has the architecture arm64",
		"ecs-emulator: the engine a has the architecture x86_64, not arm64",
		"ecs-emulator: the file system fs-12345678 is on the engine b, and no --shared-file-system says that a mounts the same",
	} {
		told := &types.ServiceEvent{Message: aws.String("(service web) was unable to place a task. Reason: " + reason + ".")}
		answer, known := placecause.OfEvent("service web", told)
		if !known || answer.Cause != why.PlacementConstraint || !strings.Contains(answer.Sentence, reason) || !strings.Contains(answer.Next, "engine") {
			t.Errorf("%s: %v, %+v", reason, known, answer)
		}
	}
}
