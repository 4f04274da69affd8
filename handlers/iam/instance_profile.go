package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// describeInstanceProfile is what every answer has of an instance profile; its role is
// without description and session duration (IAM0007).
func describeInstanceProfile(tx *store.Tx, p *iam.InstanceProfile) types.InstanceProfile {
	described := types.InstanceProfile{
		Path: &p.Path, InstanceProfileName: &p.Name, InstanceProfileId: &p.ID, Arn: aws.String(p.ARN()), CreateDate: &p.CreatedAt,
		Roles: []types.Role{},
	}
	if r := iam.Roles.Find(tx, p.Account, p.Role); p.Role != "" && r != nil {
		described.Roles = append(described.Roles, describeRole(r))
	}
	return described
}

func instanceProfile(tx *store.Tx, a iam.Account, name *string) (*iam.InstanceProfile, error) {
	if p := iam.InstanceProfiles.Find(tx, a, aws.ToString(name)); p != nil {
		return p, nil
	}
	return nil, noSuchEntity("Instance Profile %s cannot be found.", aws.ToString(name))
}

// CreateInstanceProfile makes an instance profile without a role.
func (a *API) CreateInstanceProfile(ctx context.Context, in *sdk.CreateInstanceProfileInput) (*sdk.CreateInstanceProfileOutput, error) {
	tags, err := taggedInstanceProfile.merge(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := &iam.InstanceProfile{
		Account: account(ctx), Name: *in.InstanceProfileName, ID: iam.NewID(iam.InstanceProfileID), Path: pathOrRoot(in.Path),
		CreatedAt: a.now(), Tags: tags,
	}
	var described types.InstanceProfile
	err = a.update(func(tx *store.Tx) error {
		if iam.InstanceProfiles.Find(tx, made.Account, made.Name) != nil {
			return alreadyExists("Instance Profile %s already exists.", made.Name)
		}
		iam.InstanceProfiles.Put(tx, made)
		described = describeInstanceProfile(tx, made)
		described.Tags = in.Tags // in the order of the request (IAM0006)
		return nil
	})
	return &sdk.CreateInstanceProfileOutput{InstanceProfile: &described}, err
}

// GetInstanceProfile answers an instance profile, with its tags even when there are none
// (IAM0007).
func (a *API) GetInstanceProfile(ctx context.Context, in *sdk.GetInstanceProfileInput) (*sdk.GetInstanceProfileOutput, error) {
	tx := a.read()
	found, err := instanceProfile(tx, account(ctx), in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	described := describeInstanceProfile(tx, found)
	described.Tags = append([]types.Tag{}, found.Tags...)
	return &sdk.GetInstanceProfileOutput{InstanceProfile: &described}, nil
}

func instanceProfileName(p types.InstanceProfile) string { return *p.InstanceProfileName }

// ListInstanceProfiles answers instance profiles by path, in order of their names.
func (a *API) ListInstanceProfiles(ctx context.Context, in *sdk.ListInstanceProfilesInput) (*sdk.ListInstanceProfilesOutput, error) {
	tx := a.read()
	var found []types.InstanceProfile
	for _, p := range iam.InstanceProfiles.List(tx, account(ctx)) {
		if under(p.Path, in.PathPrefix) {
			found = append(found, describeInstanceProfile(tx, p))
		}
	}
	out := &sdk.ListInstanceProfilesOutput{}
	var err error
	out.InstanceProfiles, out.IsTruncated, out.Marker, err = pageOf(found, instanceProfileName, in.Marker, in.MaxItems)
	return out, err
}

// ListInstanceProfilesForRole answers those that hand out a role.
func (a *API) ListInstanceProfilesForRole(ctx context.Context, in *sdk.ListInstanceProfilesForRoleInput) (*sdk.ListInstanceProfilesForRoleOutput, error) {
	tx := a.read()
	r, err := roles.find(tx, account(ctx), in.RoleName)
	if err != nil {
		return nil, err
	}
	found := convert(iam.InstanceProfilesOf(tx, r), func(p *iam.InstanceProfile) types.InstanceProfile {
		return describeInstanceProfile(tx, p)
	})
	out := &sdk.ListInstanceProfilesForRoleOutput{}
	out.InstanceProfiles, out.IsTruncated, out.Marker, err = pageOf(found, instanceProfileName, in.Marker, in.MaxItems)
	return out, err
}

// DeleteInstanceProfile removes an instance profile without a role.
func (a *API) DeleteInstanceProfile(ctx context.Context, in *sdk.DeleteInstanceProfileInput) (*sdk.DeleteInstanceProfileOutput, error) {
	return &sdk.DeleteInstanceProfileOutput{}, a.update(func(tx *store.Tx) error {
		found, err := instanceProfile(tx, account(ctx), in.InstanceProfileName)
		switch {
		case err != nil:
			return err
		case found.Role != "":
			return deleteConflict("Cannot delete entity, must remove roles from instance profile first.")
		}
		iam.InstanceProfiles.Delete(tx, found)
		return nil
	})
}
