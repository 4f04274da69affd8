package agent

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/google/go-cmp/cmp"
)

func TestPlatformVariablesWin(t *testing.T) {
	d := &types.ContainerDefinition{Environment: []types.KeyValuePair{
		{Name: aws.String("AWS_REGION"), Value: aws.String("mars")},
		{Name: aws.String("STAGE"), Value: aws.String("prod")},
	}}
	want := []string{"STAGE=prod", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1"}
	if diff := cmp.Diff(want, environment(d, &state.Task{ARN: scope.Task("c", "1")})); diff != "" {
		t.Error(diff)
	}
}
