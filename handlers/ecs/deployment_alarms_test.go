package ecs_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TestDeploymentAlarms sends what tools write for a service without alarms, alarms that are there but
// off, and alarms that are to be watched.
func TestDeploymentAlarms(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	off := &types.DeploymentAlarms{AlarmNames: []string{}, Rollback: true}
	in := serviceInput("web", "web")
	in.DeploymentConfiguration = &types.DeploymentConfiguration{Alarms: off}
	if seen := s.create(t, in).DeploymentConfiguration.Alarms; !reflect.DeepEqual(seen, off) {
		t.Errorf("created with %+v, not %+v", seen, off)
	}
	named := &types.DeploymentAlarms{AlarmNames: []string{"slow"}}
	update := func(c *types.DeploymentConfiguration) (*sdk.UpdateServiceOutput, error) {
		return s.UpdateService(ctx, &sdk.UpdateServiceInput{Service: aws.String("web"), DeploymentConfiguration: c})
	}
	must[*sdk.UpdateServiceOutput](t)(update(&types.DeploymentConfiguration{Alarms: named}))
	must[*sdk.UpdateServiceOutput](t)(update(&types.DeploymentConfiguration{MaximumPercent: aws.Int32(150)}))
	if seen := s.describe(t, "web").DeploymentConfiguration.Alarms; !reflect.DeepEqual(seen, named) {
		t.Errorf("updated to %+v, not %+v", seen, named)
	}
	s.alarm(t, "fast")
	for _, c := range []struct {
		names []string
		words string
	}{
		{[]string{}, "alarmNames can not be empty."},
		{[]string{"slow", "fast", "small"}, "The following CloudWatch alarms do not exist: slow, small"},
	} {
		_, err := update(&types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{AlarmNames: c.names, Enable: true}})
		refused(t, err, invalid, c.words)
	}
	watched := &types.DeploymentAlarms{AlarmNames: []string{"fast"}, Enable: true}
	must[*sdk.UpdateServiceOutput](t)(update(&types.DeploymentConfiguration{Alarms: watched}))
	s.update(t, func(tx *store.Tx) { cloudwatch.Alarms.Delete(tx, cloudwatch.Alarms.Find(tx, testScope, "fast")) })
	must[*sdk.UpdateServiceOutput](t)(update(&types.DeploymentConfiguration{MaximumPercent: aws.Int32(200)}))
	if seen := s.describe(t, "web").DeploymentConfiguration.Alarms; !reflect.DeepEqual(seen, watched) {
		t.Errorf("an alarm that is gone leaves %+v, not %+v", seen, watched)
	}
}

// alarm puts an alarm into CloudWatch.
func (s *server) alarm(t testing.TB, name string) {
	t.Helper()
	s.update(t, func(tx *store.Tx) { cloudwatch.Alarms.Put(tx, &cloudwatch.Alarm{Scope: testScope, Name: name}) })
}
