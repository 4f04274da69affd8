package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// runLogging runs a task with ECS Exec, whose container logs to a group.
func (p *process) runLogging(image, group string) (task string) {
	p.Helper()
	options := map[string]string{"awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p", "awslogs-create-group": "true"}
	out, err := p.client.RegisterTaskDefinition(p.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("logging"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		TaskRoleArn: aws.String("arn:aws:iam::000000000000:role/app"), ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/executes"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: &image, Command: []string{"sleep", "600"},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: options},
		}},
	})
	p.must(err)
	ran, err := p.client.RunTask(p.Context(), &ecs.RunTaskInput{
		TaskDefinition: out.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
	})
	p.must(err)
	task = *ran.Tasks[0].TaskArn
	p.until(task, "RUNNING")
	return task
}

// logSessions says where the cluster logs sessions.
func (p *process) logSessions(logging types.ExecuteCommandLogging, to *types.ExecuteCommandLogConfiguration) {
	p.Helper()
	_, err := p.client.UpdateCluster(p.Context(), &ecs.UpdateClusterInput{Cluster: aws.String("default"), Configuration: &types.ClusterConfiguration{
		ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: logging, LogConfiguration: to},
	}})
	p.must(err)
}

// sessionLogs are the streams of sessions of a group, each as its text.
func (p *process) sessionLogs(group string) (texts []string) {
	p.Helper()
	streams, err := p.logs().DescribeLogStreams(p.Context(), &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: &group, LogStreamNamePrefix: aws.String("ecs-execute-command-"),
	})
	p.must(err)
	for _, stream := range streams.LogStreams {
		events, err := p.logs().GetLogEvents(p.Context(), &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: &group, LogStreamName: stream.LogStreamName, StartFromHead: aws.Bool(true),
		})
		p.must(err)
		var text strings.Builder
		for _, event := range events.Events {
			text.WriteString(*event.Message + "\n")
		}
		texts = append(texts, text.String())
	}
	return texts
}

// TestDockerLogsWhatThePluginHasShown where the cluster says.
func TestDockerLogsWhatThePluginHasShown(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir := t.TempDir()
	p := startServe(t, "--engine", "docker", "--s3-dir", dir)
	p.must(os.Mkdir(filepath.Join(dir, "sessions"), 0o755))
	_, err := p.logs().CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("audit")})
	p.must(err)
	task := p.runLogging(dockertest.Image(t), "shop")
	session := func(word string) {
		t.Helper()
		s := p.executes(task, dockertest.AppPath+" sh")
		s.awaits("# ")
		s.runs("echo it says " + word)
		s.exits()
	}
	isLog := func(text, word string) bool {
		return strings.HasPrefix(text, "Script started on ") && strings.Contains(text, "# echo it says "+word) &&
			strings.Contains(text, "\nit says "+word) && strings.Contains(text, "Script done on ")
	}

	p.logSessions(types.ExecuteCommandLoggingNone, nil)
	session("nothing")
	p.logSessions(types.ExecuteCommandLoggingDefault, nil)
	session("default")
	p.eventually("the group of the container has the session", func() bool { return len(p.sessionLogs("shop")) > 0 })
	p.logSessions(types.ExecuteCommandLoggingOverride, &types.ExecuteCommandLogConfiguration{
		CloudWatchLogGroupName: aws.String("audit"), S3BucketName: aws.String("sessions"), S3KeyPrefix: aws.String("exec"),
	})
	session("override")
	p.eventually("the cluster's group has the session", func() bool { return len(p.sessionLogs("audit")) > 0 })
	for group, word := range map[string]string{"shop": "default", "audit": "override"} {
		if texts := p.sessionLogs(group); len(texts) != 1 || !isLog(texts[0], word) {
			t.Errorf("the group %s has %q", group, texts)
		}
	}
	var files []string
	p.eventually("the bucket has the session", func() bool {
		files, _ = filepath.Glob(filepath.Join(dir, "sessions", "exec", "ecs-execute-command-*.log"))
		return len(files) > 0
	})
	if text, err := os.ReadFile(files[0]); len(files) != 1 || err != nil || !isLog(strings.ReplaceAll(string(text), "\r\n", "\n"), "override") {
		t.Errorf("the bucket has %q: %q, %v", files, text, err)
	}
}
