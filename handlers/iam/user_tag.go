package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) TagUser(ctx context.Context, in *sdk.TagUserInput) (*sdk.TagUserOutput, error) {
	return &sdk.TagUserOutput{}, users.change(ctx, a, in.UserName, func(_ *store.Tx, u *iam.User) (err error) {
		if len(in.Tags) == 0 {
			return noTags()
		}
		u.Tags, err = taggedUser.merge(ctx, u.Tags, in.Tags)
		return err
	})
}

// UntagUser removes tags of a user.
func (a *API) UntagUser(ctx context.Context, in *sdk.UntagUserInput) (*sdk.UntagUserOutput, error) {
	return &sdk.UntagUserOutput{}, users.change(ctx, a, in.UserName, func(_ *store.Tx, u *iam.User) (err error) {
		if len(in.TagKeys) == 0 {
			return noTags()
		}
		u.Tags, err = taggedUser.remove(ctx, u.Tags, in.TagKeys)
		return err
	})
}

// ListUserTags answers the tags of a user, in order of their keys.
func (a *API) ListUserTags(ctx context.Context, in *sdk.ListUserTagsInput) (*sdk.ListUserTagsOutput, error) {
	found, err := users.read(ctx, a, in.UserName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListUserTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = tagPage(found.Tags, in.Marker, in.MaxItems)
	return out, err
}
