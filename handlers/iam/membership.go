package iam

import (
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxGroups is the quota of groups of a user. Source: IAM user guide, quotas; the text is from
// field reports.
const maxGroups = 10

// AddUserToGroup puts a user into a group, again without effect (IAM0015).
func (a *API) AddUserToGroup(ctx context.Context, in *sdk.AddUserToGroupInput) (*sdk.AddUserToGroupOutput, error) {
	return &sdk.AddUserToGroupOutput{}, a.changeMembership(ctx, in.UserName, in.GroupName, func(u *iam.User, group string) error {
		switch {
		case slices.Contains(u.Groups, group):
			return nil
		case len(u.Groups) == maxGroups:
			return limitExceeded("Cannot exceed quota for GroupsPerUser: %d", maxGroups)
		}
		u.Groups = append(slices.Clone(u.Groups), group)
		return nil
	})
}

// RemoveUserFromGroup takes a user out of a group, also if it is not in it (IAM0015).
func (a *API) RemoveUserFromGroup(ctx context.Context, in *sdk.RemoveUserFromGroupInput) (*sdk.RemoveUserFromGroupOutput, error) {
	return &sdk.RemoveUserFromGroupOutput{}, a.changeMembership(ctx, in.UserName, in.GroupName, func(u *iam.User, group string) error {
		u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id string) bool { return id == group })
		return nil
	})
}

// changeMembership changes the groups of a user. Both must exist; the user is looked up first (IAM0015).
func (a *API) changeMembership(ctx context.Context, user, group *string, change func(u *iam.User, group string) error) error {
	return users.change(ctx, a, user, func(tx *store.Tx, u *iam.User) error {
		g, err := groups.find(tx, u.Account, group)
		if err != nil {
			return err
		}
		return change(u, g.ID)
	})
}

// ListGroupsForUser answers the groups that a user is in, in order of their names.
func (a *API) ListGroupsForUser(ctx context.Context, in *sdk.ListGroupsForUserInput) (*sdk.ListGroupsForUserOutput, error) {
	tx := a.read()
	found, err := users.find(tx, account(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListGroupsForUserOutput{}
	out.Groups, out.IsTruncated, out.Marker, err = pageOf(convert(iam.GroupsOf(tx, found), describeGroup), groupName, in.Marker, in.MaxItems)
	return out, err
}
