package ecs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestTaskProtection(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.create(t, serviceInput("shop", "web"))
	s.scheduleTasks(t, "shop", 3, state.Running)
	standalone := *s.run(t, &sdk.RunTaskInput{TaskDefinition: aws.String("web"), LaunchType: types.LaunchTypeFargate, NetworkConfiguration: awsvpc(subnetA)})[0].TaskArn
	listed := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &sdk.ListTasksInput{Cluster: aws.String("default"), ServiceName: aws.String("shop")})).TaskArns
	update := func(on bool, minutes *int32, tasks ...string) *sdk.UpdateTaskProtectionOutput {
		t.Helper()
		return must[*sdk.UpdateTaskProtectionOutput](t)(s.UpdateTaskProtection(ctx, &sdk.UpdateTaskProtectionInput{
			Cluster: aws.String("default"), Tasks: tasks, ProtectionEnabled: on, ExpiresInMinutes: minutes}))
	}
	lasts := func(p types.ProtectedTask, want time.Duration) {
		t.Helper()
		if p.ExpirationDate == nil || !p.ProtectionEnabled {
			t.Errorf("not protected: %+v", p)
		} else if got := time.Until(*p.ExpirationDate); got > want || got < want-time.Minute {
			t.Errorf("protected for %v, want %v", got, want)
		}
	}
	const missing = "0123456789abcdef0123456789abcdef"
	first := update(true, nil, listed[0], standalone, missing)
	if len(first.ProtectedTasks) != 1 || len(first.Failures) != 2 || *first.Failures[0].Arn != standalone || *first.Failures[0].Reason != "TASK_NOT_VALID" ||
		*first.Failures[1].Arn != testScope.Task("default", missing) || *first.Failures[1].Reason != "MISSING" {
		t.Fatalf("%+v, %+v", first.ProtectedTasks, first.Failures)
	}
	lasts(first.ProtectedTasks[0], 2*time.Hour)
	lasts(update(true, aws.Int32(2880), listed[0]).ProtectedTasks[0], 48*time.Hour) // a new period
	lasts(update(true, aws.Int32(1), listed[1]).ProtectedTasks[0], time.Minute)

	// The service desires two tasks: no third one can be protected, but one again that is.
	blocked := update(true, nil, listed[2], listed[0])
	if len(blocked.ProtectedTasks) != 1 || len(blocked.Failures) != 1 || *blocked.Failures[0].Reason != "DEPLOYMENT_BLOCKED" || *blocked.Failures[0].Arn != listed[2] {
		t.Errorf("%+v, %+v", blocked.ProtectedTasks, blocked.Failures)
	}
	body := s.post(t, "GetTaskProtection", `{"cluster":"default","tasks":["`+listed[2]+`"]}`)
	if want := `{"failures":[],"protectedTasks":[{"protectionEnabled":false,"taskArn":"` + testScope.Task("default", "ID") + `"}]}`; strings.TrimSpace(body) != want {
		t.Errorf("%s, want %s", body, want)
	}
	update(false, nil, listed[1])
	shown := must[*sdk.GetTaskProtectionOutput](t)(s.GetTaskProtection(ctx, &sdk.GetTaskProtectionInput{Cluster: aws.String("default"), Tasks: []string{listed[1], listed[0], standalone}}))
	if len(shown.ProtectedTasks) != 2 || shown.ProtectedTasks[0].ProtectionEnabled || shown.ProtectedTasks[0].ExpirationDate != nil || len(shown.Failures) != 1 {
		t.Errorf("%+v, %+v", shown.ProtectedTasks, shown.Failures)
	}
	lasts(update(true, nil, listed[2]).ProtectedTasks[0], 2*time.Hour)

	for _, c := range []struct {
		on      bool
		minutes *int32
		tasks   []string
		want    string
	}{
		{true, aws.Int32(0), listed[:1], "expiresInMinutes must be between 1 and 2880."},
		{true, aws.Int32(2881), listed[:1], "expiresInMinutes must be between 1 and 2880."},
		{false, aws.Int32(5), listed[:1], "expiresInMinutes can only be specified when protectionEnabled is true."},
		{true, nil, []string{}, "Tasks cannot be empty."},
		{true, nil, make([]string, 11), "taskIds can have at most 10 items."},
	} {
		_, err := s.UpdateTaskProtection(ctx, &sdk.UpdateTaskProtectionInput{Cluster: aws.String("default"), Tasks: c.tasks, ProtectionEnabled: c.on, ExpiresInMinutes: c.minutes})
		refused(t, err, "InvalidParameterException", c.want)
	}
}
