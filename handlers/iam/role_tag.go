package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) TagRole(ctx context.Context, in *sdk.TagRoleInput) (*sdk.TagRoleOutput, error) {
	return &sdk.TagRoleOutput{}, roles.change(ctx, a, in.RoleName, func(_ *store.Tx, r *iam.Role) (err error) {
		r.Tags, err = taggedRole.merge(ctx, r.Tags, in.Tags)
		return err
	})
}

// UntagRole removes tags of a role.
func (a *API) UntagRole(ctx context.Context, in *sdk.UntagRoleInput) (*sdk.UntagRoleOutput, error) {
	return &sdk.UntagRoleOutput{}, roles.change(ctx, a, in.RoleName, func(_ *store.Tx, r *iam.Role) (err error) {
		r.Tags, err = taggedRole.remove(ctx, r.Tags, in.TagKeys)
		return err
	})
}

// ListRoleTags answers the tags of a role, in order of their keys.
func (a *API) ListRoleTags(ctx context.Context, in *sdk.ListRoleTagsInput) (*sdk.ListRoleTagsOutput, error) {
	found, err := roles.read(ctx, a, in.RoleName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListRoleTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = tagPage(found.Tags, in.Marker, in.MaxItems)
	return out, err
}
