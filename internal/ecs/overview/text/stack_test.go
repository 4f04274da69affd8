package text

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func TestStacks(t *testing.T) {
	id := func(region, name string) string {
		return cloudformation.StackPrefix(arn.Scope{Region: region, Account: scope.Account}) + name + "/1"
	}
	waits := []overview.StackResource{
		{LogicalID: "Service", Type: "AWS::ECS::Service", Status: "UPDATE_IN_PROGRESS", Since: ago(40 * time.Second), Stabilizing: true},
		{LogicalID: "Role", Type: "AWS::IAM::Role", Status: "DELETE_FAILED", RetryAt: now.Add(3 * time.Minute)},
		{LogicalID: "A", Type: "AWS::ECS::Cluster", Status: "CREATE_IN_PROGRESS", Since: ago(time.Second)},
	}
	for range 3 {
		waits = append(waits, waits[2])
	}
	view := &overview.Overview{NotAsWanted: overview.Counts{Stacks: 3}, Stacks: []overview.Stack{
		{
			ID: id("us-east-1", "old"), Name: "old", Status: "UPDATE_ROLLBACK_FAILED", Since: ago(time.Hour), Settled: true, Reason: "of the stack",
			Failure:         &overview.StackFailure{LogicalID: "Service", Type: "AWS::ECS::Service", Status: "UPDATE_FAILED", Reason: "Circuit Breaker", At: ago(2 * time.Hour)},
			RollbackFailure: &overview.StackFailure{LogicalID: "Role", Type: "AWS::IAM::Role", Status: "UPDATE_FAILED", At: ago(time.Hour)},
		},
		{ID: id("us-east-1", "odd"), Name: "odd", Status: "ROLLBACK_COMPLETE", Since: ago(time.Hour), Settled: true, Reason: "of the stack"},
		{
			ID: id("eu-west-1", "web"), Name: "web", Status: "UPDATE_IN_PROGRESS", Since: ago(50 * time.Second), Reason: "User Initiated", WaitsFor: waits,
			MonitoredUntil: now.Add(time.Minute),
		},
	}}
	const want = `Not as wanted: 3 stacks.

STACK            STATUS                    SINCE
web (eu-west-1)  UPDATE_IN_PROGRESS      50s ago
  waits for Service (AWS::ECS::Service): UPDATE_IN_PROGRESS, not stable yet, for 40s
  waits for Role (AWS::IAM::Role): DELETE_FAILED, to be tried again in 3m
  waits for A (AWS::ECS::Cluster): CREATE_IN_PROGRESS for 1s
  waits for A (AWS::ECS::Cluster): CREATE_IN_PROGRESS for 1s
  and for 2 more
  watches its alarms for 60s more
old (us-east-1)  UPDATE_ROLLBACK_FAILED  60m ago
  first failure, 2h ago: Service (AWS::ECS::Service) UPDATE_FAILED: Circuit Breaker
  first failure of the rollback, 60m ago: Role (AWS::IAM::Role) UPDATE_FAILED
odd (us-east-1)  ROLLBACK_COMPLETE       60m ago
  of the stack
`
	if got := Render(view, Options{Now: now}); got != want {
		t.Errorf("%s", got)
	}
}
