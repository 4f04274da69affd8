package iam

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

// inlinePolicy is one policy in roles, users and groups. Its id is its name.
func inlinePolicy() *handler.Type {
	return &handler.Type{
		Name:   "AWS::IAM::Policy",
		Create: putInline,
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			before := t.PreviousText("PolicyName")
			if err := putInline(t); err != nil {
				return err
			}
			for _, p := range principals {
				gone := t.PreviousTexts(p.property)
				if before == t.ID {
					gone = difference(gone, t.Texts(p.property))
				}
				if err := each(gone, func(of string) error { return unlessGone(p.take(t, of, before)) }); err != nil {
					return err
				}
			}
			return nil
		},
		Delete: func(t *handler.Turn) error {
			for _, p := range principals {
				if err := each(t.Texts(p.property), func(of string) error { return unlessGone(p.take(t, of, t.ID)) }); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func putInline(t *handler.Turn) error {
	t.ID = t.Text("PolicyName")
	for _, p := range principals {
		if err := each(t.Texts(p.property), func(of string) error { return p.put(t, of, t.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// principal is a kind of what has policies.
type principal struct {
	property string // which lists them
	// put and take are of inline policies, attach and detach of managed ones.
	put, take, attach, detach func(t *handler.Turn, of, policy string) error
}

var principals = []principal{
	{
		"Roles",
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("PutRolePolicy"), &sdk.PutRolePolicyInput{RoleName: &of, PolicyName: &policy, PolicyDocument: policyDocument(t)}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DeleteRolePolicy"), &sdk.DeleteRolePolicyInput{RoleName: &of, PolicyName: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("AttachRolePolicy"), &sdk.AttachRolePolicyInput{RoleName: &of, PolicyArn: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DetachRolePolicy"), &sdk.DetachRolePolicyInput{RoleName: &of, PolicyArn: &policy}, nil)
		},
	},
	{
		"Users",
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("PutUserPolicy"), &sdk.PutUserPolicyInput{UserName: &of, PolicyName: &policy, PolicyDocument: policyDocument(t)}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DeleteUserPolicy"), &sdk.DeleteUserPolicyInput{UserName: &of, PolicyName: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("AttachUserPolicy"), &sdk.AttachUserPolicyInput{UserName: &of, PolicyArn: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DetachUserPolicy"), &sdk.DetachUserPolicyInput{UserName: &of, PolicyArn: &policy}, nil)
		},
	},
	{
		"Groups",
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("PutGroupPolicy"), &sdk.PutGroupPolicyInput{GroupName: &of, PolicyName: &policy, PolicyDocument: policyDocument(t)}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DeleteGroupPolicy"), &sdk.DeleteGroupPolicyInput{GroupName: &of, PolicyName: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("AttachGroupPolicy"), &sdk.AttachGroupPolicyInput{GroupName: &of, PolicyArn: &policy}, nil)
		},
		func(t *handler.Turn, of, policy string) error {
			return t.Call(operation("DetachGroupPolicy"), &sdk.DetachGroupPolicyInput{GroupName: &of, PolicyArn: &policy}, nil)
		},
	},
}

// rolePolicy is an inline policy of one role.
func rolePolicy() *handler.Type {
	put := func(t *handler.Turn) error {
		role, name := t.Text("RoleName"), t.Text("PolicyName")
		in := sdk.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: policyDocument(t)}
		if err := t.Call(operation("PutRolePolicy"), &in, nil); err != nil {
			return err
		}
		t.ID = name + "|" + role
		return nil
	}
	return &handler.Type{
		Name:   "AWS::IAM::RolePolicy",
		Create: put,
		Update: put,
		Delete: func(t *handler.Turn) error {
			role, name := t.Text("RoleName"), t.Text("PolicyName")
			return t.Call(operation("DeleteRolePolicy"), &sdk.DeleteRolePolicyInput{RoleName: &role, PolicyName: &name}, nil)
		},
	}
}
