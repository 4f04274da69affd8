package iam

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// describeUser is what every answer has of a user (IAM0013).
func describeUser(u *iam.User) types.User {
	return types.User{Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: aws.String(u.ARN()), CreateDate: &u.CreatedAt}
}

// CreateUser makes a user without policies and groups.
func (a *API) CreateUser(ctx context.Context, in *sdk.CreateUserInput) (*sdk.CreateUserOutput, error) {
	tags, err := taggedUser.merge(ctx, nil, in.Tags)
	if err != nil {
		return nil, err
	}
	made := &iam.User{
		Account: account(ctx), Name: *in.UserName, ID: iam.NewID(iam.UserID), Path: pathOrRoot(in.Path), CreatedAt: a.now(),
		Permissions: iam.Permissions{PermissionsBoundary: aws.ToString(in.PermissionsBoundary)}, Tags: tags,
	}
	err = a.update(func(tx *store.Tx) error {
		if err := checkBoundary(tx, made.Account, in.PermissionsBoundary); err != nil {
			return err
		}
		return users.put(tx, made.Account, made)
	})
	described := describeUser(made)
	described.PermissionsBoundary = boundary(&made.Permissions)
	described.Tags = in.Tags // in the order of the request (IAM0006)
	return &sdk.CreateUserOutput{User: &described}, err
}

// GetUser answers a user in full, without a name the one that calls (AC47).
func (a *API) GetUser(ctx context.Context, in *sdk.GetUserInput) (*sdk.GetUserOutput, error) {
	call := awsapi.FromContext(ctx)
	if in.UserName == nil && call.IsRoot() {
		return &sdk.GetUserOutput{User: describeRoot(call)}, nil
	}
	found, err := userOrCaller(ctx, a.read(), in.UserName)
	if err != nil {
		return nil, err
	}
	described := describeUser(found)
	described.PermissionsBoundary, described.Tags = boundary(&found.Permissions), someTags(found.Tags)
	return &sdk.GetUserOutput{User: &described}, nil
}

// describeRoot is the root of an account, which has neither name nor path. Source: field reports. When the account
// was made is not known.
func describeRoot(call awsapi.Call) *types.User {
	return &types.User{UserId: &call.Account, Arn: aws.String(call.Principal()), CreateDate: aws.Time(time.Unix(0, 0))}
}

// userOrCaller returns the user that a request names, or else the one that calls (AC47).
func userOrCaller(ctx context.Context, tx *store.Tx, name *string) (*iam.User, error) {
	call := awsapi.FromContext(ctx)
	if name != nil {
		return users.find(tx, account(ctx), name)
	}
	if u := iam.UserByID(tx, call.Caller.UserID); u != nil {
		return u, nil
	}
	if call.IsRoot() {
		return nil, awsapi.NotImplemented("iam", "access keys of the root of an account")
	}
	return nil, validationError("Must specify userName when calling with non-User credentials")
}

// ListUsers answers users by path, in order of their names.
func (a *API) ListUsers(ctx context.Context, in *sdk.ListUsersInput) (*sdk.ListUsersOutput, error) {
	var found []types.User
	for _, u := range iam.Users.List(a.read(), account(ctx)) {
		if under(u.Path, in.PathPrefix) {
			found = append(found, describeUser(u))
		}
	}
	return userPage(found, in.Marker, in.MaxItems)
}

func userPage(found []types.User, marker *string, maxItems *int32) (_ *sdk.ListUsersOutput, err error) {
	out := &sdk.ListUsersOutput{}
	out.Users, out.IsTruncated, out.Marker, err = pageOf(found, func(u types.User) string { return *u.UserName }, marker, maxItems)
	return out, err
}

// UpdateUser gives a user another name or path. What belongs to it stays, and so does the trust that roles have in it.
func (a *API) UpdateUser(ctx context.Context, in *sdk.UpdateUserInput) (*sdk.UpdateUserOutput, error) {
	return &sdk.UpdateUserOutput{}, users.replace(ctx, a, in.UserName, func(tx *store.Tx, u *iam.User) {
		old := u.ARN()
		u.Name, u.Path = *cmp.Or(in.NewUserName, &u.Name), *cmp.Or(in.NewPath, &u.Path)
		iam.RenamePrincipal(tx, old, u.ARN())
	})
}

// DeleteUser removes a user that has nothing left. Which conflict comes first is not known.
func (a *API) DeleteUser(ctx context.Context, in *sdk.DeleteUserInput) (*sdk.DeleteUserOutput, error) {
	return &sdk.DeleteUserOutput{}, a.update(func(tx *store.Tx) error {
		found, err := users.find(tx, account(ctx), in.UserName)
		switch {
		case err != nil:
			return err
		case len(found.Groups) > 0:
			return usersInGroup()
		case len(iam.AccessKeysOf(tx, found)) > 0: // source: field reports
			return deleteConflict("Cannot delete entity, must delete access keys first.")
		}
		iam.RenamePrincipal(tx, found.ARN(), found.ID)
		return users.remove(tx, found)
	})
}
