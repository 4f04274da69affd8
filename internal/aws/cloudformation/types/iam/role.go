package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func role() *handler.Type {
	return &handler.Type{
		Name:   "AWS::IAM::Role",
		Naming: handler.Naming{Property: "RoleName", Most: 64},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.GetRoleOutput
			err := t.Call(operation("GetRole"), &sdk.GetRoleInput{RoleName: &t.Name}, &out)
			if err != nil || out.Role == nil {
				return nil, unlessGone(err)
			}
			return []handler.Found{{ID: t.Name, Tags: readTags(out.Role.Tags)}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateRoleInput{RoleName: &t.Name, Tags: tags(t.AllTags())}
			err := t.Fill(&in, input.Skipped("ManagedPolicyArns"), input.Skipped("Policies"), input.Skipped("Tags"))
			if err != nil {
				return err
			}
			if err := t.Call(operation("CreateRole"), &in, nil); err != nil {
				return err
			}
			t.ID = t.Name
			return nil
		},
		Configure: changePolicies,
		Read: func(t *handler.Turn) (bool, error) {
			out := sdk.GetRoleOutput{Role: &types.Role{}}
			err := t.Call(operation("GetRole"), &sdk.GetRoleInput{RoleName: &t.ID}, &out)
			if err == nil {
				t.Set("Arn", out.Role.Arn)
				t.Set("RoleId", out.Role.RoleId)
			}
			return true, err
		},
		Update: updateRole,
		Delete: deleteRole,
		Tagging: &handler.Tagging{
			Tag: func(t *handler.Turn, list []handler.Tag) error {
				return t.Call(operation("TagRole"), &sdk.TagRoleInput{RoleName: &t.ID, Tags: tags(list)}, nil)
			},
			Untag: func(t *handler.Turn, keys []string) error {
				return t.Call(operation("UntagRole"), &sdk.UntagRoleInput{RoleName: &t.ID, TagKeys: keys}, nil)
			},
		},
	}
}

func updateRole(t *handler.Turn) error {
	if t.Changed("AssumeRolePolicyDocument") {
		in := sdk.UpdateAssumeRolePolicyInput{RoleName: &t.ID, PolicyDocument: aws.String(t.Document("AssumeRolePolicyDocument"))}
		if err := t.Call(operation("UpdateAssumeRolePolicy"), &in, nil); err != nil {
			return err
		}
	}
	if t.Changed("Description", "MaxSessionDuration") {
		in := sdk.UpdateRoleInput{RoleName: &t.ID, Description: aws.String(""), MaxSessionDuration: aws.Int32(3600)}
		if err := t.Fill(&in, input.Others(), input.Skipped("RoleName")); err != nil {
			return err
		}
		if err := t.Call(operation("UpdateRole"), &in, nil); err != nil {
			return err
		}
	}
	if err := changeBoundary(t); err != nil {
		return err
	}
	return changePolicies(t)
}

func changeBoundary(t *handler.Turn) error {
	switch boundary := t.Text("PermissionsBoundary"); {
	case !t.Changed("PermissionsBoundary"):
		return nil
	case boundary == "":
		return unlessGone(t.Call(operation("DeleteRolePermissionsBoundary"), &sdk.DeleteRolePermissionsBoundaryInput{RoleName: &t.ID}, nil))
	default:
		return t.Call(operation("PutRolePermissionsBoundary"), &sdk.PutRolePermissionsBoundaryInput{RoleName: &t.ID, PermissionsBoundary: &boundary}, nil)
	}
}

// changePolicies has a role get the policies that it is to have, and lose those that it had before an update.
func changePolicies(t *handler.Turn) error {
	now, before := t.Texts("ManagedPolicyArns"), t.PreviousTexts("ManagedPolicyArns")
	if err := each(difference(now, before), func(policy string) error {
		return t.Call(operation("AttachRolePolicy"), &sdk.AttachRolePolicyInput{RoleName: &t.ID, PolicyArn: &policy}, nil)
	}); err != nil {
		return err
	}
	if err := each(difference(before, now), func(policy string) error { return detach(t, policy) }); err != nil {
		return err
	}
	old := map[string]*document.Value{}
	for _, p := range t.PreviousItems("Policies") {
		old[p.TextOf("PolicyName")] = p.Get("PolicyDocument")
	}
	for _, p := range t.Items("Policies") {
		name := p.TextOf("PolicyName")
		if same := old[name] != nil && old[name].Equal(p.Get("PolicyDocument")); !same {
			in := sdk.PutRolePolicyInput{RoleName: &t.ID}
			if err := input.Fill(p, &in); err != nil {
				return err
			}
			if err := t.Call(operation("PutRolePolicy"), &in, nil); err != nil {
				return err
			}
		}
		delete(old, name)
	}
	for name := range old {
		if err := deleteInline(t, name); err != nil {
			return err
		}
	}
	return nil
}

func detach(t *handler.Turn, policy string) error {
	return unlessGone(t.Call(operation("DetachRolePolicy"), &sdk.DetachRolePolicyInput{RoleName: &t.ID, PolicyArn: &policy}, nil))
}

func deleteInline(t *handler.Turn, name string) error {
	return unlessGone(t.Call(operation("DeleteRolePolicy"), &sdk.DeleteRolePolicyInput{RoleName: &t.ID, PolicyName: &name}, nil))
}

// deleteRole takes all policies from the role first: after an update that has failed it may have more than the template says.
func deleteRole(t *handler.Turn) error {
	var attached sdk.ListAttachedRolePoliciesOutput
	err := t.Call(operation("ListAttachedRolePolicies"), &sdk.ListAttachedRolePoliciesInput{RoleName: &t.ID, MaxItems: aws.Int32(1000)}, &attached)
	if err != nil {
		return err
	}
	for _, p := range attached.AttachedPolicies {
		if err := detach(t, aws.ToString(p.PolicyArn)); err != nil {
			return err
		}
	}
	var inline sdk.ListRolePoliciesOutput
	if err := t.Call(operation("ListRolePolicies"), &sdk.ListRolePoliciesInput{RoleName: &t.ID, MaxItems: aws.Int32(1000)}, &inline); err != nil {
		return err
	}
	if err := each(inline.PolicyNames, func(name string) error { return deleteInline(t, name) }); err != nil {
		return err
	}
	return t.Call(operation("DeleteRole"), &sdk.DeleteRoleInput{RoleName: &t.ID}, nil)
}
