package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// load is how much containers write in a test.
type load struct{ containers, rate, seconds int }

// awslogsLoad is what make soak tells, in the order of load, or less.
func awslogsLoad(t *testing.T) load {
	l := load{containers: 3, rate: 300, seconds: 6}
	if text := os.Getenv("ECS_EMULATOR_TEST_LOG_LOAD"); text != "" {
		if _, err := fmt.Sscanf(text, "%d,%d,%d", &l.containers, &l.rate, &l.seconds); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// logs is a client of the emulator's CloudWatch Logs.
func (p *process) logs() *cloudwatchlogs.Client {
	o := p.client.Options()
	return cloudwatchlogs.New(cloudwatchlogs.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials})
}

// numbers are the numbers of the lines of a stream, in its order.
func (p *process) numbers(group, stream string) (all []int) {
	p.Helper()
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: &group, LogStreamName: &stream, StartFromHead: aws.Bool(true)}
	for {
		out, err := p.logs().GetLogEvents(p.Context(), in)
		p.must(err)
		for _, e := range out.Events {
			n, err := strconv.Atoi(strings.TrimPrefix(*e.Message, "line "))
			p.must(err)
			all = append(all, n)
		}
		if aws.ToString(in.NextToken) == *out.NextForwardToken {
			return all
		}
		in.NextToken = out.NextForwardToken
	}
}

// peak is the most memory that the process has had, in MiB.
func (p *process) peak() int {
	p.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	p.must(err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	p.must(err)
	return kilobytes >> 10
}

// TestDockerLosesNoOutput has containers write while the emulator is killed and started again:
// all lines are there, once and in order.
func TestDockerLosesNoOutput(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	dir, image, l := t.TempDir(), dockertest.Image(t), awslogsLoad(t)
	p := startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	_, err := p.logs().CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("shop")})
	p.must(err)
	lines := l.rate * l.seconds
	definition, err := p.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("writer"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ExecutionRoleArn: aws.String("arn:aws:iam::000000000000:role/execution"),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: &image, Command: []string{"print", strconv.Itoa(lines), strconv.Itoa(l.rate)},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs",
			}},
		}},
	})
	p.must(err)
	var tasks []string
	for range l.containers {
		out, err := p.client.RunTask(t.Context(), &ecs.RunTaskInput{
			TaskDefinition: definition.TaskDefinition.TaskDefinitionArn, LaunchType: types.LaunchTypeFargate,
			NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0123abcd"}}},
		})
		p.must(err)
		tasks = append(tasks, *out.Tasks[0].TaskArn)
	}
	stream := func(task string) string { return "ecs/app/" + task[strings.LastIndex(task, "/")+1:] }
	p.eventually("the last task has written", func() bool {
		out, err := p.logs().GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
			LogGroupName: aws.String("shop"), LogStreamName: aws.String(stream(tasks[len(tasks)-1])), Limit: aws.Int32(1),
		})
		return err == nil && len(out.Events) > 0
	})
	peak := p.peak()
	p.kill()
	<-time.After(time.Second) // in which they go on to write
	p = startServe(t, "--engine", "docker", "--data-dir", dir, "--on-exit", "remove")
	for _, task := range tasks {
		p.until(task, "STOPPED")
	}
	for _, task := range tasks {
		p.eventually("the last line of "+task, func() bool {
			out, err := p.logs().GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
				LogGroupName: aws.String("shop"), LogStreamName: aws.String(stream(task)), Limit: aws.Int32(1),
			})
			p.must(err)
			return len(out.Events) > 0 && *out.Events[0].Message == fmt.Sprint("line ", lines)
		})
		got := p.numbers("shop", stream(task))
		if len(got) != lines || got[0] != 1 || !slices.IsSorted(got) || len(slices.Compact(got)) != lines {
			t.Errorf("%d of %d lines; the first is %d", len(got), lines, got[0])
		}
	}
	if peak = max(peak, p.peak()); peak > 400 {
		t.Errorf("the emulator has used %d MiB", peak)
	}
	t.Logf("%d containers × %d lines/s × %d s: at most %d MiB", l.containers, l.rate, l.seconds, peak)
}
