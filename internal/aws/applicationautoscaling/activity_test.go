package applicationautoscaling_test

import (
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Activities are forgotten by their age, also those of targets that are gone.
func TestActivitiesAreForgotten(t *testing.T) {
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	scope := arn.Scope{Region: "eu-west-1", Account: "123456789012"}
	begin := time.Date(2026, 9, 17, 0, 0, 0, 0, time.UTC)
	web, api := applicationautoscaling.ResourceOfService(scope.Service("c", "web")), applicationautoscaling.ResourceOfService(scope.Service("c", "api"))
	err = s.Update(func(tx *store.Tx) error {
		for day := range 3 {
			applicationautoscaling.AddActivity(tx, &applicationautoscaling.Activity{Of: web, StartedAt: begin.AddDate(0, 0, day)})
		}
		applicationautoscaling.AddActivity(tx, &applicationautoscaling.Activity{Of: api, StartedAt: begin})
		applicationautoscaling.ForgetActivities(tx, begin.Add(time.Hour))
		applicationautoscaling.AddActivity(tx, &applicationautoscaling.Activity{Of: web, StartedAt: begin.AddDate(0, 0, 3)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	left := applicationautoscaling.Activities(s.Read(), scope, types.ServiceNamespaceEcs)
	if len(left) != 3 || left[0].Of != web || left[0].Number != 2 || left[2].Number != 4 {
		t.Errorf("%+v", left)
	}
}
