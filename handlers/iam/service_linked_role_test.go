package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A cluster of any region keeps ECS's role while it is ACTIVE (IAM0008).
func TestDeletionOfAServiceLinkedRole(t *testing.T) {
	s := newScene(t)
	role := aws.String("AWSServiceRoleForECS")
	ecs := &sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com")}
	ok(s, s.CreateServiceLinkedRole, ecs)
	refused(s, s.CreateServiceLinkedRole, ecs, "InvalidInput",
		"Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix.")
	refused(s, s.DeleteRole, &sdk.DeleteRoleInput{RoleName: role}, "UnmodifiableEntity",
		"Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS")

	setCluster := func(account, status string) {
		err := s.Store.Update(func(tx *store.Tx) error {
			state.Clusters.Put(tx, &state.Cluster{ARN: "arn:aws:ecs:eu-west-1:" + account + ":cluster/shop", Status: status})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	remove := func() *sdk.GetServiceLinkedRoleDeletionStatusOutput {
		t.Helper()
		task := ok(s, s.DeleteServiceLinkedRole, &sdk.DeleteServiceLinkedRoleInput{RoleName: role}).DeletionTaskId
		if !strings.HasPrefix(*task, "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/") {
			t.Errorf("task %s", *task)
		}
		return ok(s, s.GetServiceLinkedRoleDeletionStatus, &sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task})
	}
	setCluster("111111111111", "ACTIVE")
	setCluster("000000000000", "ACTIVE")
	status := remove()
	if status.Status != "FAILED" || *status.Reason.Reason != "Role in use." || len(status.Reason.RoleUsageList) != 1 ||
		status.Reason.RoleUsageList[0].Resources[0] != "arn:aws:ecs:eu-west-1:000000000000:cluster/shop" {
		t.Errorf("%+v", status)
	}
	ok(s, s.GetRole, &sdk.GetRoleInput{RoleName: role})

	setCluster("000000000000", "INACTIVE")
	if status := remove(); status.Status != "SUCCEEDED" || status.Reason != nil {
		t.Errorf("%+v", status)
	}
	refused(s, s.GetRole, &sdk.GetRoleInput{RoleName: role}, "NoSuchEntity", "The role with name AWSServiceRoleForECS cannot be found.")
	refused(s, s.GetServiceLinkedRoleDeletionStatus, &sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: aws.String("task/none")},
		"NoSuchEntity", "Cannot find deletion status for given id.")
	refused(s, s.CreateServiceLinkedRole, &sdk.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com"), CustomSuffix: aws.String("x")},
		"InvalidInput", "Custom suffix is not allowed for ecs.amazonaws.com")
}
