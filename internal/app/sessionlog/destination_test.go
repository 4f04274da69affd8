package sessionlog

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
)

func TestWhereSessionsAreLogged(t *testing.T) {
	const task, session = "arn:aws:ecs:us-east-1:123456789012:task/shop/0123", "ecs-execute-command-a"
	with := &types.ContainerDefinition{Name: aws.String("web"), LogConfiguration: &types.LogConfiguration{
		LogDriver: types.LogDriverAwslogs, Options: map[string]string{"awslogs-group": "web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "p"},
	}}
	without := &types.ContainerDefinition{Name: aws.String("web"), LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverJsonFile}}
	stream := func(region, group string) awslogs.Stream {
		return awslogs.Stream{Scope: arn.Scope{Region: region, Account: "123456789012"}, Group: group, Name: session, Task: task}
	}
	override := func(to types.ExecuteCommandLogConfiguration) *types.ExecuteCommandConfiguration {
		return &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingOverride, LogConfiguration: &to}
	}
	for name, c := range map[string]struct {
		configuration *types.ExecuteCommandConfiguration
		container     *types.ContainerDefinition
		want          Destination
	}{
		"no configuration":            {nil, with, Destination{Stream: stream("eu-west-1", "web")}},
		"no logging":                  {&types.ExecuteCommandConfiguration{KmsKeyId: aws.String("k")}, with, Destination{Stream: stream("eu-west-1", "web")}},
		"DEFAULT":                     {&types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault}, with, Destination{Stream: stream("eu-west-1", "web")}},
		"DEFAULT and another driver":  {&types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingDefault}, without, Destination{}},
		"DEFAULT without a container": {nil, nil, Destination{}},
		"NONE":                        {&types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingNone}, with, Destination{}},
		"OVERRIDE to a group": {override(types.ExecuteCommandLogConfiguration{CloudWatchLogGroupName: aws.String("audit"), CloudWatchEncryptionEnabled: true}), with,
			Destination{Stream: stream("us-east-1", "audit")}},
		"OVERRIDE to a bucket": {override(types.ExecuteCommandLogConfiguration{S3BucketName: aws.String("b"), S3KeyPrefix: aws.String("a/b/")}), with,
			Destination{Bucket: "b", Key: "a/b/" + session + ".log"}},
		"OVERRIDE to both": {override(types.ExecuteCommandLogConfiguration{CloudWatchLogGroupName: aws.String("audit"), S3BucketName: aws.String("b")}), without,
			Destination{Stream: stream("us-east-1", "audit"), Bucket: "b", Key: session + ".log"}},
	} {
		if got := choose(c.configuration, c.container, task, session); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
