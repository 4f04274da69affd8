package credentials

import (
	"log/slog"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var here = arn.Scope{Region: "eu-west-1", Account: "111122223333"}

// putOnInstance writes a container instance, and a task on it that may have an execution role. Both have the name as id.
func putOnInstance(tx *store.Tx, name, executionRole string) {
	instance := &state.ContainerInstance{ARN: here.ContainerInstance("default", name), EC2InstanceID: "i-" + name, Status: "ACTIVE"}
	state.PutContainerInstance(tx, instance, instance.RegisteredAt)
	t := &state.Task{ARN: here.Task("default", name), Spec: &state.TaskSpec{}, Placement: &state.Placement{ContainerInstance: instance.ARN}}
	if executionRole != "" {
		t.Spec.Overrides = &types.TaskOverride{ExecutionRoleArn: &executionRole}
	}
	state.AddTask(tx, t)
}

// putLaunched writes an EC2 instance that was launched with the profile of its name, by its id.
func putLaunched(tx *store.Tx, name, profileID string) {
	profile := &iam.InstanceProfile{Account: iam.AccountOf(here), Path: "/", Name: name}
	ec2.PutInstance(tx, &ec2.Instance{
		Scope: here, ID: "i-" + name, Profile: &ec2types.IamInstanceProfile{Arn: aws.String(profile.ARN()), Id: &profileID},
	})
}

// What the agent of a container instance does for a task without an execution role, it does as the role of the instance.
func TestTheRoleOfAContainerInstance(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	const (
		roles   = "arn:aws:iam::111122223333:role/"
		root    = "arn:aws:iam::111122223333:root"
		assumed = "arn:aws:sts::111122223333:assumed-role/"
	)
	err = rows.Update(func(tx *store.Tx) error {
		account := iam.AccountOf(here)
		iam.Roles.Put(tx, &iam.Role{Account: account, Path: "/ecs/", Name: "Instances", ID: "AROAINSTANCES"})
		for name, role := range map[string]string{
			"app": "instances", "executed": "instances", "another": "instances", "bare": "", "orphan": "gone",
		} {
			iam.InstanceProfiles.Put(tx, &iam.InstanceProfile{Account: account, Path: "/", Name: name, ID: "AIPA1", Role: role})
		}
		for _, name := range []string{"app", "executed", "bare", "orphan", "deleted"} {
			putLaunched(tx, name, "AIPA1")
		}
		putLaunched(tx, "another", "AIPA0") // which was deleted, and made again
		ec2.PutInstance(tx, &ec2.Instance{Scope: here, ID: "i-none"})
		for _, name := range []string{"app", "bare", "orphan", "deleted", "another", "none", "by-hand"} {
			putOnInstance(tx, name, "")
		}
		putOnInstance(tx, "executed", roles+"executes")
		state.AddTask(tx, &state.Task{ARN: here.Task("default", "fargate"), Spec: &state.TaskSpec{}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.New(clock.Options{})
	defer clk.Close()
	issuer := &Issuer{Store: rows, Sessions: session.New(rows), Clock: clk, Log: slog.New(slog.DiscardHandler)}
	for task, want := range map[string]struct{ principal, role string }{
		"app":      {assumed + "Instances/i-app", roles + "ecs/Instances"},
		"executed": {assumed + "executes/executed", roles + "executes"},
		"bare":     {principal: root}, "orphan": {principal: root}, "deleted": {principal: root}, "another": {principal: root},
		"none": {principal: root}, "by-hand": {principal: root}, "fargate": {principal: root},
	} {
		call := issuer.Call(here.Task("default", task), session.TaskExecution, "ecr", "GetAuthorizationToken")
		if call.Principal() != want.principal || call.Caller.RoleARN != want.role || call.Scope() != here {
			t.Errorf("%s: it is %+v, want %+v", task, call, want)
		}
		if isInstance := call.Caller.UserID == "AROAINSTANCES:i-app"; isInstance != (task == "app") {
			t.Errorf("%s: its id is %s", task, call.Caller.UserID)
		}
		if call = issuer.Call(here.Task("default", task), session.TaskApplication, "ecs", "UpdateTaskProtection"); call.Principal() != root {
			t.Errorf("%s: without a task role it is %+v", task, call)
		}
	}
}
