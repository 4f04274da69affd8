package agent

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/google/go-cmp/cmp"
)

func TestTheDefinitionsEnvironmentWins(t *testing.T) {
	for _, c := range []struct{ defined, added []string }{
		{nil, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"STAGE=prod"}, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_REGION=mars"}, []string{"AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_DEFAULT_REGION=mars"}, []string{"AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
		{[]string{"AWS_EXECUTION_ENV="}, []string{"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1"}},
		{[]string{"ECS_CONTAINER_METADATA_URI_V4=http://localhost:8080"}, []string{
			"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE"}},
	} {
		d := &types.ContainerDefinition{}
		for _, entry := range c.defined {
			name, value, _ := strings.Cut(entry, "=")
			d.Environment = append(d.Environment, types.KeyValuePair{Name: &name, Value: &value})
		}
		if diff := cmp.Diff(append(c.added, c.defined...), environment(d, &state.Task{ARN: scope.Task("c", "1"), Placement: &state.Placement{}})); diff != "" {
			t.Error(diff)
		}
	}
}
