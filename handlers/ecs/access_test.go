package ecs_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
)

// TestEachOperationHasARow: built or not.
func TestEachOperationHasARow(t *testing.T) {
	s := ecs.New(ecs.Options{}).Service()
	apitest.Access(t, s)
	for _, o := range s.Operations {
		if o.Input == nil || !s.AccessShape(o).Row {
			t.Errorf("%s has no row", o.Name)
		}
	}
}
