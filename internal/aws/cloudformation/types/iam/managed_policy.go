package iam

import (
	"cmp"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func managedPolicy() *handler.Type {
	return &handler.Type{
		Name:   "AWS::IAM::ManagedPolicy",
		Naming: handler.Naming{Property: "ManagedPolicyName", Most: 128},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			id := "arn:" + t.Scope.Partition() + ":iam::" + t.Scope.Account + ":policy" + cmp.Or(t.Text("Path"), "/") + t.Name
			if err := t.Call(operation("GetPolicy"), &sdk.GetPolicyInput{PolicyArn: &id}, nil); err != nil {
				return nil, unlessGone(err)
			}
			return []handler.Found{{ID: id}}, nil
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreatePolicyInput{PolicyName: &t.Name}
			if err := t.Fill(&in, input.Skipped("ManagedPolicyName"), input.Skipped("Roles"), input.Skipped("Users"), input.Skipped("Groups")); err != nil {
				return err
			}
			out := sdk.CreatePolicyOutput{Policy: &types.Policy{}}
			if err := t.Call(operation("CreatePolicy"), &in, &out); err != nil {
				return err
			}
			t.ID = aws.ToString(out.Policy.Arn)
			return nil
		},
		Configure: attach,
		Read:      readPolicy,
		Update: func(t *handler.Turn) error {
			if t.Changed("PolicyDocument") {
				if err := newVersion(t); err != nil {
					return err
				}
			}
			return attach(t)
		},
		Delete: deletePolicy,
	}
}

// attach has a policy be attached to what the template lists, and to nothing of what it listed before.
func attach(t *handler.Turn) error {
	for _, p := range principals {
		now, before := t.Texts(p.property), t.PreviousTexts(p.property)
		if err := each(difference(now, before), func(of string) error { return p.attach(t, of, t.ID) }); err != nil {
			return err
		}
		if err := each(difference(before, now), func(of string) error { return unlessGone(p.detach(t, of, t.ID)) }); err != nil {
			return err
		}
	}
	return nil
}

// maxVersions is how many versions a policy keeps. Source: IAM user guide, quotas.
const maxVersions = 5

// newVersion makes a version and lets the oldest one go where there would be too many.
func newVersion(t *handler.Turn) error {
	var list sdk.ListPolicyVersionsOutput
	if err := t.Call(operation("ListPolicyVersions"), &sdk.ListPolicyVersionsInput{PolicyArn: &t.ID}, &list); err != nil {
		return err
	}
	if len(list.Versions) >= maxVersions {
		oldest := list.Versions[len(list.Versions)-1]
		if oldest.IsDefaultVersion {
			oldest = list.Versions[len(list.Versions)-2]
		}
		if err := t.Call(operation("DeletePolicyVersion"), &sdk.DeletePolicyVersionInput{PolicyArn: &t.ID, VersionId: oldest.VersionId}, nil); err != nil {
			return err
		}
	}
	in := sdk.CreatePolicyVersionInput{PolicyArn: &t.ID, PolicyDocument: policyDocument(t), SetAsDefault: true}
	return t.Call(operation("CreatePolicyVersion"), &in, nil)
}

func readPolicy(t *handler.Turn) (bool, error) {
	out := sdk.GetPolicyOutput{Policy: &types.Policy{}}
	if err := t.Call(operation("GetPolicy"), &sdk.GetPolicyInput{PolicyArn: &t.ID}, &out); err != nil {
		return false, err
	}
	p := out.Policy
	t.Set("PolicyArn", p.Arn)
	t.Set("PolicyId", p.PolicyId)
	t.Set("DefaultVersionId", p.DefaultVersionId)
	t.Set("IsAttachable", aws.String(strconv.FormatBool(p.IsAttachable)))
	t.Set("AttachmentCount", aws.String(strconv.Itoa(int(aws.ToInt32(p.AttachmentCount)))))
	t.Set("PermissionsBoundaryUsageCount", aws.String(strconv.Itoa(int(aws.ToInt32(p.PermissionsBoundaryUsageCount)))))
	t.Set("CreateDate", aws.String(aws.ToTime(p.CreateDate).UTC().Format(time.RFC3339)))
	t.Set("UpdateDate", aws.String(aws.ToTime(p.UpdateDate).UTC().Format(time.RFC3339)))
	return true, nil
}

// deletePolicy detaches a policy from all that has it, and deletes its versions first.
func deletePolicy(t *handler.Turn) error {
	var users sdk.ListEntitiesForPolicyOutput
	if err := t.Call(operation("ListEntitiesForPolicy"), &sdk.ListEntitiesForPolicyInput{PolicyArn: &t.ID, MaxItems: aws.Int32(1000)}, &users); err != nil {
		return err
	}
	has := map[string][]string{}
	for _, r := range users.PolicyRoles {
		has["Roles"] = append(has["Roles"], aws.ToString(r.RoleName))
	}
	for _, u := range users.PolicyUsers {
		has["Users"] = append(has["Users"], aws.ToString(u.UserName))
	}
	for _, g := range users.PolicyGroups {
		has["Groups"] = append(has["Groups"], aws.ToString(g.GroupName))
	}
	for _, p := range principals {
		if err := each(has[p.property], func(of string) error { return unlessGone(p.detach(t, of, t.ID)) }); err != nil {
			return err
		}
	}
	var list sdk.ListPolicyVersionsOutput
	if err := t.Call(operation("ListPolicyVersions"), &sdk.ListPolicyVersionsInput{PolicyArn: &t.ID}, &list); err != nil {
		return err
	}
	for _, v := range list.Versions {
		if v.IsDefaultVersion {
			continue
		}
		err := t.Call(operation("DeletePolicyVersion"), &sdk.DeletePolicyVersionInput{PolicyArn: &t.ID, VersionId: v.VersionId}, nil)
		if unlessGone(err) != nil {
			return err
		}
	}
	return t.Call(operation("DeletePolicy"), &sdk.DeletePolicyInput{PolicyArn: &t.ID}, nil)
}
