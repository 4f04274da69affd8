package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The API takes no other names for a group and a stream than the log driver does.
func TestNamesThatCloudWatchLogsRefuses(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, c := range []struct{ group, prefix, want string }{
		{"my group!", "ecs", `Value 'my group!' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`},
		{"shop", "web:1.2.3", `at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`},
		{"shop", strings.Repeat("x", 500), `at 'logStreamName' failed to satisfy constraint: Member must have length less than or equal to 512`},
	} {
		out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
			Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
			ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
			ContainerDefinitions: []types.ContainerDefinition{{
				Name: aws.String("app"), Image: aws.String("app"),
				LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
					"awslogs-group": c.group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": c.prefix, "awslogs-create-group": "true",
				}},
			}},
		})
		w.must(err)
		id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
		w.eventually("it ends", func() bool { return *w.task(id).LastStatus == "STOPPED" })
		task := w.task(id)
		reason := aws.ToString(task.StoppedReason)
		if task.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.Contains(reason, "failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, ") ||
			!strings.Contains(reason, ", InvalidParameterException: 1 validation error detected: Value '") || !strings.Contains(reason, c.want) {
			t.Errorf("%s %s: %s %s", c.group, c.prefix, task.StopCode, reason)
		}
	}
	groups, err := cloudwatchlogs.NewFromConfig(w.srv.Config()).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	w.must(err)
	if len(groups.LogGroups) > 0 {
		t.Errorf("made %v", groups.LogGroups)
	}
}
