package cloudwatch_test

import (
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// The number of an action is not used again, though it is done and the emulator has started again: loops know actions by it.
func TestNumbersOfActionsAreUsedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	for run := range uint64(3) {
		s, err := store.Open(store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint64(2) {
			a := &cloudwatch.Action{ARN: "arn:aws:sns:eu-west-1:123456789012:alerts"}
			for _, change := range []func(*store.Tx, *cloudwatch.Action){cloudwatch.PutAction, cloudwatch.DeleteAction} {
				if err := s.Update(func(tx *store.Tx) error { change(tx, a); return nil }); err != nil {
					t.Fatal(err)
				}
			}
			if want := 2*run + i + 1; a.Number != want {
				t.Errorf("run %d: an action has number %d, want %d", run, a.Number, want)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
