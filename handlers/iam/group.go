package iam

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func describeGroup(g *iam.Group) types.Group {
	return types.Group{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: aws.String(g.ARN()), CreateDate: &g.CreatedAt}
}

// CreateGroup makes a group without users and policies.
func (a *API) CreateGroup(ctx context.Context, in *sdk.CreateGroupInput) (*sdk.CreateGroupOutput, error) {
	made := &iam.Group{
		Account: account(ctx), Name: *in.GroupName, ID: iam.NewID(iam.GroupID), Path: pathOrRoot(in.Path), CreatedAt: a.now(),
	}
	err := a.update(func(tx *store.Tx) error { return groups.put(tx, made.Account, made) })
	described := describeGroup(made)
	return &sdk.CreateGroupOutput{Group: &described}, err
}

// GetGroup answers a group and its users, in order of their names.
func (a *API) GetGroup(ctx context.Context, in *sdk.GetGroupInput) (*sdk.GetGroupOutput, error) {
	tx := a.read()
	found, err := groups.find(tx, account(ctx), in.GroupName)
	if err != nil {
		return nil, err
	}
	described := describeGroup(found)
	members, err := userPage(convert(iam.UsersOf(tx, found), describeUser), in.Marker, in.MaxItems)
	return &sdk.GetGroupOutput{Group: &described, Users: members.Users, IsTruncated: members.IsTruncated, Marker: members.Marker}, err
}

// ListGroups answers groups by path, in order of their names.
func (a *API) ListGroups(ctx context.Context, in *sdk.ListGroupsInput) (_ *sdk.ListGroupsOutput, err error) {
	var found []types.Group
	for _, g := range iam.Groups.List(a.read(), account(ctx)) {
		if under(g.Path, in.PathPrefix) {
			found = append(found, describeGroup(g))
		}
	}
	out := &sdk.ListGroupsOutput{}
	out.Groups, out.IsTruncated, out.Marker, err = pageOf(found, groupName, in.Marker, in.MaxItems)
	return out, err
}

func groupName(g types.Group) string { return *g.GroupName }

// UpdateGroup gives a group another name or path. Its users and policies stay.
func (a *API) UpdateGroup(ctx context.Context, in *sdk.UpdateGroupInput) (*sdk.UpdateGroupOutput, error) {
	return &sdk.UpdateGroupOutput{}, groups.replace(ctx, a, in.GroupName, func(_ *store.Tx, g *iam.Group) {
		g.Name, g.Path = *cmp.Or(in.NewGroupName, &g.Name), *cmp.Or(in.NewPath, &g.Path)
	})
}

// DeleteGroup removes a group without users and policies.
func (a *API) DeleteGroup(ctx context.Context, in *sdk.DeleteGroupInput) (*sdk.DeleteGroupOutput, error) {
	return &sdk.DeleteGroupOutput{}, a.update(func(tx *store.Tx) error {
		found, err := groups.find(tx, account(ctx), in.GroupName)
		switch {
		case err != nil:
			return err
		case len(iam.UsersOf(tx, found)) > 0:
			return usersInGroup()
		}
		return groups.remove(tx, found)
	})
}

// usersInGroup refuses to delete a user or a group. Source: field reports, of both.
func usersInGroup() error {
	return deleteConflict("Cannot delete entity, must remove users from group first.")
}
