package ecs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/task"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func strategy(items ...types.CapacityProviderStrategyItem) []types.CapacityProviderStrategyItem {
	return items
}

func provider(name string, weight, base int32) types.CapacityProviderStrategyItem {
	return types.CapacityProviderStrategyItem{CapacityProvider: &name, Weight: weight, Base: base}
}

const unsupportedTail = " yet; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecs.md."

// TestRunTaskIsIdempotentByClientToken repeats a call and changes it.
func TestRunTaskIsIdempotentByClientToken(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	in := runInput("web")
	in.ClientToken, in.Count = aws.String("token-1"), aws.Int32(2)
	first := s.run(t, in)
	s.agentSays(t, *first[0].TaskArn, func(status *state.TaskStatus) { status.LastStatus = state.Running })

	again := s.run(t, in)
	if len(again) != 2 || *again[0].TaskArn != *first[0].TaskArn || *again[1].TaskArn != *first[1].TaskArn {
		t.Fatalf("repeated: %v", again)
	}
	if *again[0].LastStatus != "RUNNING" {
		t.Errorf("the task is answered as it was: %s", *again[0].LastStatus)
	}

	other := *in
	other.Cluster = aws.String(testScope.Cluster("default")) // the same cluster in other words
	_, err := s.RunTask(ctx, &other)
	var conflict *types.ConflictException
	if !errors.As(err, &conflict) || !slices.Equal(conflict.ResourceIds, []string{*first[0].TaskArn, *first[1].TaskArn}) {
		t.Errorf("another request with the token: %v", err)
	}
	in.Count = aws.Int32(3)
	in.ClientToken = aws.String("token-2")
	if more := s.run(t, in); len(more) != 3 {
		t.Errorf("a new token made %d tasks", len(more))
	}
}

// TestClientTokensAreForgottenAfterADay uses a clock of its own.
func TestClientTokensAreForgottenAfterADay(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	now := time.Now()
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: func() time.Time { return now }}})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	in := runInput("web")
	in.ClientToken = aws.String("token")
	for _, step := range []struct {
		after time.Duration
		tasks int
	}{{0, 1}, {23 * time.Hour, 1}, {2 * time.Hour, 2}} {
		now = now.Add(step.after)
		if _, err := api.Tasks().RunTask(call, ours[oursdk.RunTaskInput](in)); err != nil {
			t.Fatal(err)
		}
		if n := len(state.AllTasks(s.store.Read())); n != step.tasks {
			t.Errorf("after %v more: %d tasks, want %d", step.after, n, step.tasks)
		}
	}
}

// TestClientTokensAreForgottenAnHourAfterTheLastTask: of two tasks one is forgotten at once.
func TestClientTokensAreForgottenAnHourAfterTheLastTask(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	now := time.Now()
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: func() time.Time { return now }}})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	in := runInput("web")
	in.ClientToken, in.Count = aws.String("token"), aws.Int32(2)
	run := func() *task.TasksOutput {
		return must[*task.TasksOutput](t)(api.Tasks().RunTask(call, ours[oursdk.RunTaskInput](in)))
	}
	run()
	first, second := state.AllTasks(s.store.Read())[0], state.AllTasks(s.store.Read())[1]
	now = now.Add(2 * time.Hour)
	s.update(t, func(tx *store.Tx) { state.RemoveTask(tx, first) })
	s.agentSays(t, second.ARN, func(status *state.TaskStatus) { status.LastStatus, status.StoppedAt = state.Stopped, now })
	for _, step := range []struct {
		after           time.Duration
		tasks, failures int
	}{{0, 1, 1}, {59 * time.Minute, 1, 1}, {time.Minute, 3, 0}} {
		now = now.Add(step.after)
		if again := run(); len(again.Failures) != step.failures || step.failures == 1 && (*again.Failures[0].Arn != first.ARN || *again.Failures[0].Reason != "MISSING") {
			t.Errorf("after %v more: failures %v", step.after, again.Failures)
		}
		if n := len(state.AllTasks(s.store.Read())); n != step.tasks {
			t.Errorf("after %v more: %d tasks, want %d", step.after, n, step.tasks)
		}
	}
}

// A token that may come again is remembered though its tasks stopped long ago.
func TestClientTokensThatRepeatAreRemembered(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	now, pending := time.Now(), true
	repeats := func(_ *store.Tx, token string) bool { return pending && token == "token" }
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: func() time.Time { return now }, Repeats: repeats}})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	in := runInput("web")
	in.ClientToken = aws.String("token")
	run := func() *task.TasksOutput {
		return must[*task.TasksOutput](t)(api.Tasks().RunTask(call, ours[oursdk.RunTaskInput](in)))
	}
	run()
	made := state.AllTasks(s.store.Read())[0]
	s.agentSays(t, made.ARN, func(status *state.TaskStatus) { status.LastStatus, status.StoppedAt = state.Stopped, now })
	now = now.Add(3 * time.Hour)
	if again := run(); len(again.Failures) != 0 || len(state.AllTasks(s.store.Read())) != 1 {
		t.Errorf("a call that repeats starts another task: %v", again)
	}
	s.update(t, func(tx *store.Tx) { state.RemoveTask(tx, made) })
	if again := run(); len(again.Failures) != 1 || len(state.AllTasks(s.store.Read())) != 0 {
		t.Errorf("a call that repeats starts another task once the first is forgotten: %v", again)
	}
	pending = false
	if run(); len(state.AllTasks(s.store.Read())) != 1 {
		t.Error("a token is remembered for good")
	}
}

func TestRunTaskTags(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web", func(in *sdk.RegisterTaskDefinitionInput) { in.Tags = tag("team", "platform", "cost", "1") })
	in := runInput("web")
	in.Tags, in.PropagateTags, in.EnableECSManagedTags = tag("team", "shop"), types.PropagateTagsTaskDefinition, true
	got := map[string]string{}
	for _, tag := range s.run(t, in)[0].Tags {
		got[*tag.Key] = *tag.Value
	}
	if len(got) != 3 || got["team"] != "shop" || got["cost"] != "1" || got["aws:ecs:clusterName"] != "default" {
		t.Errorf("tags %v", got)
	}
}

// TestRunTaskChoosesCapacity follows ECS's order of choice.
func TestRunTaskChoosesCapacity(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	in := runInput("web")
	if task := s.run(t, in)[0]; task.LaunchType != "FARGATE" || task.CapacityProviderName != nil {
		t.Errorf("by launch type: %s %v", task.LaunchType, task.CapacityProviderName)
	}

	in.LaunchType, in.Count = "", aws.Int32(6)
	in.CapacityProviderStrategy = strategy(provider("FARGATE", 1, 2), provider(testScope.CapacityProvider("FARGATE_SPOT"), 3, 0))
	var names []string
	for _, task := range s.run(t, in) {
		if task.LaunchType != "FARGATE" {
			t.Errorf("launch type %s", task.LaunchType)
		}
		names = append(names, *task.CapacityProviderName)
	}
	if got := strings.Join(names, " "); got != "FARGATE FARGATE FARGATE_SPOT FARGATE FARGATE_SPOT FARGATE_SPOT" {
		t.Errorf("providers %s", got)
	}

	s.update(t, func(tx *store.Tx) {
		c := *state.Clusters.Get(tx, testScope.Cluster("default"))
		c.DefaultCapacityProviderStrategy = []ourtypes.CapacityProviderStrategyItem{*ours[ourtypes.CapacityProviderStrategyItem](provider("FARGATE_SPOT", 1, 0))}
		state.Clusters.Put(tx, &c)
	})
	in.CapacityProviderStrategy, in.Count = nil, nil
	if task := s.run(t, in)[0]; aws.ToString(task.CapacityProviderName) != "FARGATE_SPOT" {
		t.Errorf("by the cluster's strategy: %v", task.CapacityProviderName)
	}
}

// TestDefaultLaunchType is the emulator's own option.
func TestDefaultLaunchType(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	api := ecs.New(ecs.Options{
		Base: kit.Base{Store: s.store, Now: time.Now}, Rules: launch.Rules{DefaultLaunchType: ourtypes.LaunchTypeFargate},
	})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	in := runInput("web")
	in.LaunchType = ""
	if _, err := api.Tasks().RunTask(call, ours[oursdk.RunTaskInput](in)); err != nil {
		t.Fatal(err)
	}
	if tasks := state.AllTasks(s.store.Read()); len(tasks) != 1 || tasks[0].Spec.LaunchType != ourtypes.LaunchTypeFargate {
		t.Errorf("tasks %v", tasks)
	}
}

// TestRunTaskPlacesTasksInSubnets spreads over zones and makes up subnets.
func TestRunTaskTakesTheSubnetsInTurn(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	zones := map[string]int{}
	for range 4 {
		in := runInput("web")
		in.NetworkConfiguration = awsvpc(subnetA, subnetB)
		for _, task := range s.run(t, in) {
			zones[*task.AvailabilityZone]++
		}
	}
	if zones["eu-west-1a"] != 2 || zones["eu-west-1b"] != 2 {
		t.Errorf("zones %v", zones)
	}
}

func TestRunTaskPlacesTasksInSubnets(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	in := runInput("web")
	in.Count, in.NetworkConfiguration = aws.Int32(3), awsvpc(subnetA, subnetB)
	in.Group, in.StartedBy = aws.String("batch"), aws.String("me")
	zones := map[string]int{}
	for _, task := range s.run(t, in) {
		zones[*task.AvailabilityZone]++
		if *task.Group != "batch" || *task.StartedBy != "me" {
			t.Errorf("group %s, started by %s", *task.Group, *task.StartedBy)
		}
	}
	if zones["eu-west-1a"] != 2 || zones["eu-west-1b"] != 1 {
		t.Errorf("zones %v", zones)
	}
	in.NetworkConfiguration = awsvpc("subnet-12345678")
	in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = []string{"sg-12345678"}
	s.run(t, in)

	strict := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}, Rules: launch.Rules{StrictVPC: true}})
	call := awsapi.NewContext(ctx, awsapi.Call{Region: testRegion, Account: testAccount})
	in.NetworkConfiguration, in.ClientToken = awsvpc("subnet-87654321"), nil
	_, err := strict.Tasks().RunTask(call, ours[oursdk.RunTaskInput](in))
	refused(t, err, "InvalidParameterException", "Error retrieving subnet information for [subnet-87654321]: "+
		"The subnet ID 'subnet-87654321' does not exist (ErrorCode: InvalidSubnetID.NotFound)")
}
