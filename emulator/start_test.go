package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// plainTB is a TB of a user's with nothing else.
type plainTB struct {
	t        *testing.T
	cleanups []func()
}

func (p *plainTB) Helper()                           {}
func (p *plainTB) Fatalf(format string, args ...any) { p.t.Fatalf(format, args...) }
func (p *plainTB) Errorf(format string, args ...any) { p.t.Errorf(format, args...) }
func (p *plainTB) Cleanup(f func())                  { p.cleanups = append(p.cleanups, f) }

func (p *plainTB) end() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}

// loggingTB is one that also knows whether the test has failed, as a *testing.T does.
type loggingTB struct {
	plainTB
	failed bool
	log    string
}

func (l *loggingTB) Failed() bool                    { return l.failed }
func (l *loggingTB) Logf(format string, args ...any) { l.log += fmt.Sprintf(format, args...) + "\n" }

// runJobs runs tasks that end with exit code 3, after lines of output.
func runJobs(t *testing.T, srv *emulator.Server, tasks int) {
	t.Helper()
	ctx, client := t.Context(), ecs.NewFromConfig(srv.Config())
	_, err := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("job"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("job"), Image: aws.String("alpine"), Command: []string{"sh", "-c", "echo working; echo no database; exit 3"},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range tasks {
		run, err := client.RunTask(ctx, &ecs.RunTaskInput{
			TaskDefinition: aws.String("job"), LaunchType: types.LaunchTypeFargate,
			NetworkConfiguration: &types.NetworkConfiguration{
				AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		waiter := ecs.NewTasksStoppedWaiter(client, func(o *ecs.TasksStoppedWaiterOptions) {
			o.MinDelay, o.MaxDelay = 10*time.Millisecond, 100*time.Millisecond
		})
		if err := waiter.Wait(ctx, &ecs.DescribeTasksInput{Tasks: []string{aws.ToString(run.Tasks[0].TaskArn)}}, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStartShowsTheEmulatorOfAFailedTest(t *testing.T) {
	t.Parallel()
	tb := &loggingTB{plainTB: plainTB{t: t}, failed: true}
	runJobs(t, emulator.Start(tb), 1)
	tb.end()
	for _, want := range []string{
		"All is as wanted.", "STOPPED", "Essential container in task exited", // ps
		"of job is STOPPED: EssentialContainerExited", // activity
		"Output of job, task ", ", exit code 3\n| working\n| no database\n",
	} {
		if !strings.Contains(tb.log, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if t.Failed() || testing.Verbose() {
		t.Log(tb.log)
	}
}

func TestStartShowsAHundredLines(t *testing.T) {
	t.Parallel()
	tb := &loggingTB{plainTB: plainTB{t: t}, failed: true}
	runJobs(t, emulator.Start(tb), 60)
	tb.end()
	if lines := strings.Count(tb.log, "\n"); lines < 50 || lines > 100 {
		t.Errorf("the log has %d lines, want at most 100:\n%s", lines, tb.log)
	}
}

func TestStartShowsNothingElse(t *testing.T) {
	t.Parallel()
	passed := &loggingTB{plainTB: plainTB{t: t}}
	runJobs(t, emulator.Start(passed), 1)
	passed.end()
	if passed.log != "" {
		t.Errorf("a test that has passed logs\n%s", passed.log)
	}

	closed := &loggingTB{plainTB: plainTB{t: t}, failed: true}
	if err := emulator.Start(closed).Close(); err != nil {
		t.Fatal(err)
	}
	closed.end()
	if closed.log != "" {
		t.Errorf("a test that has closed its emulator logs\n%s", closed.log)
	}

	plain := &plainTB{t: t}
	runJobs(t, emulator.Start(plain), 1)
	plain.end()
}
