package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/processusage"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionclient"
)

// BenchmarkGoalIdleSessions is how much more an emulator takes that has 50 sessions whose shells wait at their prompts.
func BenchmarkGoalIdleSessions(b *testing.B) {
	for b.Loop() {
		dockertest.Require(b)
		s := serveMeasured(b, "--engine", "docker", "--warm-sandboxes", "2", "--metadata-rate", "0")
		task := s.runWithExec()
		before, without := s.atRest()
		var all []*sessionclient.Client
		for range 50 {
			all = append(all, s.shell(task))
		}
		after, with := s.atRest()
		for _, session := range all {
			s.must(session.Type(b.Context(), "echo"))
			s.awaitShown(session, "echo")
		}
		b.ReportMetric(after-before, "%cpu-more≤1")
		b.ReportMetric((with-without)/1e6, "MB-more≤10")
	}
}

// atRest is the share of a CPU in per cent that the emulator takes in ten seconds at rest, and its memory in bytes then.
func (s *served) atRest() (percent, resident float64) {
	s.Helper()
	const settle, rest = 2 * time.Second, 10 * time.Second
	time.Sleep(settle)
	began, used := time.Now(), processusage.CPU(s.pid)
	time.Sleep(rest)
	return 100 * float64(processusage.CPU(s.pid)-used) / float64(time.Since(began)), s.resident()
}

// runWithExec runs a task with ECS Exec, and memory for many sessions, until commands can be executed in it.
func (s *served) runWithExec() (arn string) {
	s.Helper()
	image := dockertest.Image(s)
	_, err := s.client.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("2048"),
		TaskRoleArn:          aws.String("arn:aws:iam::000000000000:role/app"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: &image, Command: []string{"sleep", "1h"}}},
	})
	s.must(err)
	out, err := s.client.RunTask(s.Context(), &ecs.RunTaskInput{
		TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, EnableExecuteCommand: true,
		NetworkConfiguration: &types.NetworkConfiguration{
			AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0ec5e3a1a70000001"}},
		},
	})
	s.must(err)
	arn = *out.Tasks[0].TaskArn
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		found, err := s.client.DescribeTasks(s.Context(), &ecs.DescribeTasksInput{Tasks: []string{arn}})
		s.must(err)
		if agents := found.Tasks[0].Containers[0].ManagedAgents; len(agents) == 1 && aws.ToString(agents[0].LastStatus) == "RUNNING" {
			return arn
		}
		if time.Now().After(end) || *found.Tasks[0].LastStatus == "STOPPED" {
			task := found.Tasks[0]
			s.Fatalf("the agent does not run in a task that is %s: %s", *task.LastStatus, aws.ToString(task.StoppedReason))
		}
	}
}

// shell opens one, which waits at its prompt until the benchmark ends.
func (s *served) shell(task string) *sessionclient.Client {
	s.Helper()
	out, err := s.client.ExecuteCommand(s.Context(), &ecs.ExecuteCommandInput{
		Task: &task, Interactive: true, Command: aws.String(dockertest.AppPath + " sh"),
	})
	s.must(err)
	session, err := sessionclient.Dial(s.Context(), *out.Session.StreamUrl, *out.Session.TokenValue)
	s.must(err)
	s.Cleanup(func() { _ = session.Close() })
	s.awaitShown(session, "# ")
	return session
}

// awaitShown waits until a session shows a text.
func (s *served) awaitShown(session *sessionclient.Client, text string) {
	s.Helper()
	for !bytes.Contains(session.Shown, []byte(text)) {
		if session.Closed != nil {
			s.Fatalf("the session has ended: %s", *session.Closed)
		}
		s.must(session.Receive(s.Context()))
	}
}
