package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func instanceProfile() *handler.Type {
	return &handler.Type{
		Name:   "AWS::IAM::InstanceProfile",
		Naming: handler.Naming{Property: "InstanceProfileName", Most: 128},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			_, err := profileRoles(t, t.Name)
			if err != nil {
				return nil, unlessGone(err)
			}
			return []handler.Found{{ID: t.Name}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateInstanceProfileInput{InstanceProfileName: &t.Name}
			if err := t.Fill(&in, input.Skipped("Roles")); err != nil {
				return err
			}
			if err := t.Call(operation("CreateInstanceProfile"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Configure: func(t *handler.Turn) error { return setRoles(t, t.Texts("Roles")) },
		Read: func(t *handler.Turn) (bool, error) {
			_, err := profileRoles(t, t.ID)
			return true, err
		},
		Update: func(t *handler.Turn) error { return setRoles(t, t.Texts("Roles")) },
		Delete: func(t *handler.Turn) error {
			if err := setRoles(t, nil); err != nil {
				return err
			}
			return t.Call(operation("DeleteInstanceProfile"), &sdk.DeleteInstanceProfileInput{InstanceProfileName: &t.ID}, nil)
		},
	}
}

// profileRoles are the roles that an instance profile has, one at most; it sets the profile's attributes.
func profileRoles(t *handler.Turn, name string) (roles []string, err error) {
	out := sdk.GetInstanceProfileOutput{InstanceProfile: &types.InstanceProfile{}}
	if err := t.Call(operation("GetInstanceProfile"), &sdk.GetInstanceProfileInput{InstanceProfileName: &name}, &out); err != nil {
		return nil, err
	}
	t.Set("Arn", out.InstanceProfile.Arn)
	for _, r := range out.InstanceProfile.Roles {
		roles = append(roles, aws.ToString(r.RoleName))
	}
	return roles, nil
}

// setRoles has an instance profile have these roles: what it has else goes first.
func setRoles(t *handler.Turn, wanted []string) error {
	has, err := profileRoles(t, t.ID)
	if err != nil {
		return err
	}
	err = each(difference(has, wanted), func(role string) error {
		in := sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &t.ID, RoleName: &role}
		return unlessGone(t.Call(operation("RemoveRoleFromInstanceProfile"), &in, nil))
	})
	if err != nil {
		return err
	}
	return each(difference(wanted, has), func(role string) error {
		return t.Call(operation("AddRoleToInstanceProfile"), &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: &t.ID, RoleName: &role}, nil)
	})
}
