package cloudwatchlogs_test

import (
	"testing"

	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

func TestResourcePoliciesSurviveARestartAndNoReset(t *testing.T) {
	w := newWorld(t, logs.Options{Dir: t.TempDir()})
	for _, name := range []string{"b", "a", "gone"} {
		_, err := w.PutResourcePolicy(logs.ResourcePolicy{Scope: scope, Name: name, Document: "{}"})
		w.must(err)
	}
	w.must(w.DeleteResourcePolicy(scope, "gone"))
	before := w.ResourcePolicies(scope)
	w.restart()
	w.restart() // from what the first one has written
	after := w.ResourcePolicies(scope)
	if len(after) != 2 || after[0].Name != "a" || !after[0].Updated.Equal(before[0].Updated) || after[1].Name != "b" {
		t.Errorf("got %v, before %v", after, before)
	}
	w.must(w.Reset())
	w.restart()
	if left := w.ResourcePolicies(scope); len(left) > 0 {
		t.Errorf("a reset leaves %v", left)
	}
}
