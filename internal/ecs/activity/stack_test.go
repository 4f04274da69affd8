package activity_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

func TestStacks(t *testing.T) {
	const stack = "arn:aws:cloudformation:us-east-1:000000000000:stack/web/1"
	own := func(status, reason string) cloudformation.StatusChange {
		return cloudformation.StatusChange{StackID: stack, LogicalID: "web", PhysicalID: stack, Type: cloudformation.TypeStack, Status: status, Reason: reason}
	}
	resource := func(status, reason string) cloudformation.StatusChange {
		return cloudformation.StatusChange{StackID: stack, LogicalID: "Group", Type: "AWS::Logs::LogGroup", Status: status, Reason: reason}
	}
	checked := own("CREATE_IN_PROGRESS", "Eventual consistency check initiated")
	checked.Detailed = cloudformation.ConfigurationComplete
	for _, test := range []struct {
		change cloudformation.StatusChange
		want   []string
	}{
		{own("CREATE_IN_PROGRESS", "User Initiated"), []string{"passing: stack web is CREATE_IN_PROGRESS"}},
		{checked, nil},
		{resource("CREATE_COMPLETE", ""), nil},
		{resource("CREATE_FAILED", "no\nroom"), []string{"bad: Group (AWS::Logs::LogGroup) of stack web is CREATE_FAILED: no room"}},
		{own("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Group]. "), []string{"warning: stack web is ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Group]."}},
		{own("DELETE_FAILED", "x"), []string{"bad: stack web is DELETE_FAILED: x"}},
		{own("UPDATE_COMPLETE", ""), []string{"good: stack web is UPDATE_COMPLETE"}},
	} {
		expect(t, test.change.Status, activity.Stack(&test.change, at), test.want...)
	}
}

// TestAFeedTellsOfStacks from the events that their rows have.
func TestAFeedTellsOfStacks(t *testing.T) {
	w := newWorld(t)
	defer w.store.Close()
	const stack = "arn:aws:cloudformation:us-east-1:000000000000:stack/web/1"
	w.update(func(tx *store.Tx) {
		cloudformation.AppendEvents(tx, stack, []*cloudformation.Event{{
			ID: "1", StackName: "web", LogicalID: "web", PhysicalID: stack, Type: cloudformation.TypeStack, At: at, Status: "CREATE_COMPLETE",
		}})
	})
	expect(t, "kept", w.feed().Kept(), "good: stack web is CREATE_COMPLETE")
}
