package autoscaling_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	launching   = "autoscaling:EC2_INSTANCE_LAUNCHING"
	terminating = "autoscaling:EC2_INSTANCE_TERMINATING"
)

func hookInput(name string) *sdk.PutLifecycleHookInput {
	return &sdk.PutLifecycleHookInput{AutoScalingGroupName: aws.String("web"), LifecycleHookName: &name}
}

func (s *scene) hooks(names ...string) []types.LifecycleHook {
	s.T.Helper()
	return ok(s, s.DescribeLifecycleHooks, &sdk.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String("web"), LifecycleHookNames: names}).LifecycleHooks
}

func TestHooksOfAGroup(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 3)
	in.LifecycleHookSpecificationList = []types.LifecycleHookSpecification{
		{LifecycleHookName: aws.String("up"), LifecycleTransition: aws.String(launching), HeartbeatTimeout: aws.Int32(120), DefaultResult: aws.String("CONTINUE")},
		{LifecycleHookName: aws.String("down"), LifecycleTransition: aws.String(terminating), NotificationMetadata: aws.String("please drain")},
	}
	ok(s, s.CreateAutoScalingGroup, in)
	hook := func(name, transition, result string, heartbeat, global int32) types.LifecycleHook {
		return types.LifecycleHook{
			AutoScalingGroupName: aws.String("web"), LifecycleHookName: &name, LifecycleTransition: &transition, DefaultResult: &result,
			HeartbeatTimeout: &heartbeat, GlobalTimeout: &global,
		}
	}
	down, up := hook("down", terminating, "ABANDON", 3600, 172800), hook("up", launching, "CONTINUE", 120, 12000)
	down.NotificationMetadata = aws.String("please drain")
	has := func(what string, want []types.LifecycleHook, names ...string) {
		t.Helper()
		if diff := cmp.Diff(want, s.hooks(names...), cmpopts.IgnoreUnexported(types.LifecycleHook{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	has("all", []types.LifecycleHook{down, up})
	has("by name", []types.LifecycleHook{up}, "up", "none")

	put := hookInput("up") // what is left out stays
	put.HeartbeatTimeout = aws.Int32(7200)
	ok(s, s.PutLifecycleHook, put)
	has("put again", []types.LifecycleHook{hook("up", launching, "CONTINUE", 7200, 172800)}, "up")

	ok(s, s.DeleteLifecycleHook, &sdk.DeleteLifecycleHookInput{AutoScalingGroupName: aws.String("web"), LifecycleHookName: aws.String("up")})
	has("one is deleted", []types.LifecycleHook{down})
	ok(s, s.DeleteAutoScalingGroup, &sdk.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("web")})
	s.group("web", 0, 3)
	has("the group is deleted", []types.LifecycleHook{})
	if kinds := ok(s, s.DescribeLifecycleHookTypes, &sdk.DescribeLifecycleHookTypesInput{}).LifecycleHookTypes; !slices.Equal(kinds, []string{launching, terminating}) {
		t.Errorf("types %v", kinds)
	}
}

func TestHooksThatAreRefused(t *testing.T) {
	s := newScene(t)
	bad := func(change func(in *sdk.PutLifecycleHookInput), code, text string) {
		t.Helper()
		in := hookInput("up")
		in.LifecycleTransition = aws.String(launching)
		change(in)
		refused(s, s.PutLifecycleHook, in, code, text)
	}
	nothing := func(*sdk.PutLifecycleHookInput) {}
	bad(nothing, "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup 'web' not found")
	refused(s, s.DescribeLifecycleHooks, &sdk.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String("web")}, "ValidationError",
		"AutoScalingGroup name not found - AutoScalingGroup 'web' not found")
	s.group("web", 0, 3)
	bad(func(in *sdk.PutLifecycleHookInput) { in.LifecycleTransition = nil }, "ValidationError", "A lifecycle transition is required for a new lifecycle hook.")
	bad(func(in *sdk.PutLifecycleHookInput) { in.LifecycleTransition = aws.String("launch") }, "ValidationError",
		"'LifecycleTransition' must be one of: autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING")
	bad(func(in *sdk.PutLifecycleHookInput) { in.HeartbeatTimeout = aws.Int32(29) }, "ValidationError", "HeartbeatTimeout must be between 30 and 7200 seconds")
	bad(func(in *sdk.PutLifecycleHookInput) { in.HeartbeatTimeout = aws.Int32(7201) }, "ValidationError", "HeartbeatTimeout must be between 30 and 7200 seconds")
	bad(func(in *sdk.PutLifecycleHookInput) { in.DefaultResult = aws.String("RETRY") }, "ValidationError", "'DefaultResult' must be one of: CONTINUE, ABANDON")
	const missing, page = "ecs-emulator does not implement ", " of EC2 Auto Scaling; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/autoscaling.md."
	bad(func(in *sdk.PutLifecycleHookInput) {
		in.NotificationTargetARN, in.RoleARN = aws.String("arn:aws:sns:us-east-1:000000000000:topic"), aws.String("arn:aws:iam::000000000000:role/notify")
	}, "NotImplementedException", missing+"NotificationTargetARN (SNS topics and SQS queues)"+page)
	bad(func(in *sdk.PutLifecycleHookInput) { in.RoleARN = aws.String("arn:aws:iam::000000000000:role/notify") },
		"NotImplementedException", missing+"RoleARN (for SNS topics and SQS queues)"+page)
	refused(s, s.DeleteLifecycleHook, &sdk.DeleteLifecycleHookInput{AutoScalingGroupName: aws.String("web"), LifecycleHookName: aws.String("none")},
		"ValidationError", "No Lifecycle Hook found with the name none in the group web")
	if left := s.hooks(); len(left) != 0 {
		t.Errorf("%d hooks", len(left))
	}

	empty := hookInput("up") // no target
	empty.LifecycleTransition, empty.NotificationTargetARN = aws.String(launching), aws.String("")
	ok(s, s.PutLifecycleHook, empty)
	for n := range 49 {
		more := hookInput(fmt.Sprint("more", n))
		more.LifecycleTransition = aws.String(launching)
		ok(s, s.PutLifecycleHook, more)
	}
	bad(func(in *sdk.PutLifecycleHookInput) { in.LifecycleHookName = aws.String("another") }, "LimitExceeded", "You already have 50 lifecycle hooks in the group web.")

	in := s.input("api", 0, 3)
	in.LifecycleHookSpecificationList = []types.LifecycleHookSpecification{{LifecycleHookName: aws.String("up"), LifecycleTransition: aws.String("launch")}}
	refused(s, s.CreateAutoScalingGroup, in, "ValidationError", "'LifecycleTransition' must be one of: autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING")
	hook := types.LifecycleHookSpecification{LifecycleHookName: aws.String("up"), LifecycleTransition: aws.String(launching)}
	in.LifecycleHookSpecificationList = []types.LifecycleHookSpecification{hook, hook}
	refused(s, s.CreateAutoScalingGroup, in, "ValidationError", "Multiple lifecycle hooks found for name 'up'")
	in.LifecycleHookSpecificationList = slices.Repeat(in.LifecycleHookSpecificationList, 3)
	refused(s, s.CreateAutoScalingGroup, in, "ValidationError", "You cannot specify more than 5 hooks")
	if groups := ok(s, s.DescribeAutoScalingGroups, &sdk.DescribeAutoScalingGroupsInput{}).AutoScalingGroups; len(groups) != 1 {
		t.Errorf("%d groups", len(groups))
	}
}

// waiting has an instance wait for hooks, as its controller does.
func (s *scene) waiting(id string, in types.LifecycleState, hooks ...string) (tokens []string) {
	s.T.Helper()
	s.launched("web", id)
	s.update(func(tx *store.Tx) {
		m := *rows.FindMember(tx, scope, id)
		var actions []rows.LifecycleAction
		for _, name := range hooks {
			a := rows.NewLifecycleAction(rows.FindLifecycleHook(tx, rows.FindGroup(tx, scope, "web"), name), s.Now)
			actions, tokens = append(actions, a), append(tokens, a.Token)
		}
		m.Come(in, s.Now, actions...)
		rows.Members.Put(tx, &m)
	})
	return tokens
}

func TestLifecycleActions(t *testing.T) {
	s := newScene(t)
	s.group("web", 0, 3)
	for _, name := range []string{"down1", "down2"} {
		in := hookInput(name)
		in.LifecycleTransition = aws.String(terminating)
		ok(s, s.PutLifecycleHook, in)
	}
	tokens := s.waiting("i-0a", types.LifecycleStateTerminatingWait, "down1", "down2")
	s.waiting("i-0b", types.LifecycleStateTerminatingWait, "down1", "down2")
	web := aws.String("web")
	complete := func(hook, token, id, result string) *sdk.CompleteLifecycleActionInput {
		in := &sdk.CompleteLifecycleActionInput{AutoScalingGroupName: web, LifecycleHookName: &hook, LifecycleActionResult: &result}
		if token != "" {
			in.LifecycleActionToken = &token
		}
		if id != "" {
			in.InstanceId = &id
		}
		return in
	}
	heartbeat := func(hook, id string) *sdk.RecordLifecycleActionHeartbeatInput {
		return &sdk.RecordLifecycleActionHeartbeatInput{AutoScalingGroupName: web, LifecycleHookName: &hook, InstanceId: &id}
	}
	actions := func(id string) (text string) {
		for _, a := range rows.FindMember(s.Store.Read(), scope, id).Actions {
			text += fmt.Sprintf("%s %s until %s; ", a.Hook, a.Result, a.Deadline().Format(time.TimeOnly))
		}
		return text
	}
	ok(s, s.CompleteLifecycleAction, complete("down2", tokens[1], "", "ABANDON"))
	s.Now = s.Now.Add(10 * time.Minute)
	ok(s, s.RecordLifecycleActionHeartbeat, heartbeat("down1", "i-0b"))
	if got := actions("i-0a"); got != "down1  until 13:00:00; down2 ABANDON until 13:00:00; " {
		t.Error(got)
	}
	if got := actions("i-0b"); got != "down1  until 13:10:00; down2  until 13:00:00; " {
		t.Error(got)
	}
	ok(s, s.CompleteLifecycleAction, complete("down1", "", "i-0b", "CONTINUE"))
	refused(s, s.CompleteLifecycleAction, complete("down1", "", "i-0b", "CONTINUE"), "ValidationError", "No active Lifecycle Action found with instance ID i-0b")
	refused(s, s.RecordLifecycleActionHeartbeat, heartbeat("down1", "i-0b"), "ValidationError", "No active Lifecycle Action found with instance ID i-0b")
	refused(s, s.CompleteLifecycleAction, complete("down1", tokens[1], "", "CONTINUE"), "ValidationError", "No active Lifecycle Action found with token "+tokens[1])
	refused(s, s.CompleteLifecycleAction, complete("down1", "", "", "CONTINUE"), "ValidationError", "Either a lifecycle action token or an instance ID is required.")
	refused(s, s.CompleteLifecycleAction, complete("down1", "", "i-0a", "RETRY"), "ValidationError", "Valid lifecycle action results are: [CONTINUE ABANDON].")

	ok(s, s.DeleteLifecycleHook, &sdk.DeleteLifecycleHookInput{AutoScalingGroupName: web, LifecycleHookName: aws.String("down1")})
	if got := actions("i-0a"); got != "down1 CONTINUE until 13:00:00; down2 ABANDON until 13:00:00; " {
		t.Error(got)
	}
}

// An instance that waits for its launch hooks is not healthy or unhealthy yet: the grace period begins
// when it comes into service.
func TestGracePeriodAfterLaunchHooks(t *testing.T) {
	s := newScene(t)
	in := s.input("web", 0, 1)
	in.HealthCheckGracePeriod = aws.Int32(60)
	ok(s, s.CreateAutoScalingGroup, in)
	unhealthy := func(want string) {
		t.Helper()
		ok(s, s.SetInstanceHealth, &sdk.SetInstanceHealthInput{InstanceId: aws.String("i-0a"), HealthStatus: aws.String("Unhealthy")})
		if got := *s.described("web").Instances[0].HealthStatus; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.waiting("i-0a", types.LifecycleStatePendingWait)
	s.Now = s.Now.Add(time.Hour)
	unhealthy("Healthy")
	s.update(func(tx *store.Tx) {
		m := *rows.FindMember(tx, scope, "i-0a")
		m.Come(types.LifecycleStateInService, s.Now)
		rows.Members.Put(tx, &m)
	})
	unhealthy("Healthy")
	s.Now = s.Now.Add(time.Minute)
	unhealthy("Unhealthy")
}
