package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// serviceLinkedRole is the role of a service. Which name it has the service says: a create is found again as a role of the
// service that was not there before.
func serviceLinkedRole() *handler.Type {
	return &handler.Type{
		Name:     "AWS::IAM::ServiceLinkedRole",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) (found []handler.Found, err error) {
			var out sdk.ListRolesOutput
			in := sdk.ListRolesInput{PathPrefix: aws.String("/aws-service-role/" + t.Text("AWSServiceName") + "/"), MaxItems: aws.Int32(1000)}
			err = t.Call(operation("ListRoles"), &in, &out)
			for _, r := range out.Roles {
				found = append(found, handler.Found{ID: aws.ToString(r.RoleName)})
			}
			return found, err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateServiceLinkedRoleInput{}
			if err := t.Fill(&in); err != nil {
				return err
			}
			out := sdk.CreateServiceLinkedRoleOutput{Role: &types.Role{}}
			if err := t.Call(operation("CreateServiceLinkedRole"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.Role.RoleName)
			return nil
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("RoleName", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			in := sdk.UpdateRoleInput{RoleName: &t.ID, Description: aws.String("")}
			if err := t.Fill(&in, input.Others()); err != nil {
				return err
			}
			return t.Call(operation("UpdateRole"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			var out sdk.DeleteServiceLinkedRoleOutput
			err := t.Call(operation("DeleteServiceLinkedRole"), &sdk.DeleteServiceLinkedRoleInput{RoleName: &t.ID}, &out)
			t.Memo = aws.ToString(out.DeletionTaskId)
			return err
		},
		Gone: func(t *handler.Turn) (bool, error) {
			var out sdk.GetServiceLinkedRoleDeletionStatusOutput
			in := sdk.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: &t.Memo}
			if err := t.Call(operation("GetServiceLinkedRoleDeletionStatus"), &in, &out); err != nil {
				return false, err
			}
			if out.Status == types.DeletionTaskStatusTypeFailed {
				reason := ""
				if out.Reason != nil {
					reason = aws.ToString(out.Reason.Reason)
				}
				return false, handler.Failed(handler.GeneralServiceException, "%s", reason)
			}
			return out.Status == types.DeletionTaskStatusTypeSucceeded, nil
		},
	}
}
