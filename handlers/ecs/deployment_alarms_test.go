package ecs_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// TestAlarmsThatAreOffAreTaken sends what tools write for a service without alarms, and
// alarms that are there but off.
func TestAlarmsThatAreOffAreTaken(t *testing.T) {
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
	_, err := update(&types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{AlarmNames: []string{"slow"}, Enable: true}})
	refused(t, err, invalid, "ecs-emulator does not support deploymentConfiguration.alarms"+unsupportedTail)
}
