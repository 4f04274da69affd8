package emulator_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Who has no container instance learns from the log how to have some.
func TestTheLogTellsHowToHaveContainerInstances(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	srv := emulator.Start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	client := ecs.NewFromConfig(srv.Config())
	_, err := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("nginx"), Memory: aws.Int32(64)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.RunTask(t.Context(), &ecs.RunTaskInput{TaskDefinition: aws.String("web")}); err == nil {
		t.Fatal("a task found an instance")
	}
	_, err = client.CreateService(t.Context(), &ecs.CreateServiceInput{ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Clock().Advance(time.Second); err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if n := strings.Count(text, "have instances with --capacity"); n != 2 || !strings.Contains(text, "operation=RunTask") || !strings.Contains(text, "service/default/web") {
		t.Errorf("%d lines:\n%s", n, text)
	}
}
