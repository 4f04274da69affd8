package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func (a *API) TagInstanceProfile(ctx context.Context, in *sdk.TagInstanceProfileInput) (*sdk.TagInstanceProfileOutput, error) {
	return &sdk.TagInstanceProfileOutput{}, a.changeInstanceProfile(ctx, in.InstanceProfileName, func(_ *store.Tx, p *iam.InstanceProfile) (err error) {
		p.Tags, err = taggedInstanceProfile.merge(ctx, p.Tags, in.Tags)
		return err
	})
}

// UntagInstanceProfile removes tags of an instance profile.
func (a *API) UntagInstanceProfile(ctx context.Context, in *sdk.UntagInstanceProfileInput) (*sdk.UntagInstanceProfileOutput, error) {
	return &sdk.UntagInstanceProfileOutput{}, a.changeInstanceProfile(ctx, in.InstanceProfileName, func(_ *store.Tx, p *iam.InstanceProfile) (err error) {
		p.Tags, err = taggedInstanceProfile.remove(ctx, p.Tags, in.TagKeys)
		return err
	})
}

// ListInstanceProfileTags answers the tags of an instance profile, in order of their keys.
func (a *API) ListInstanceProfileTags(ctx context.Context, in *sdk.ListInstanceProfileTagsInput) (*sdk.ListInstanceProfileTagsOutput, error) {
	found, err := instanceProfile(a.read(), account(ctx), in.InstanceProfileName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListInstanceProfileTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = tagPage(found.Tags, in.Marker, in.MaxItems)
	return out, err
}
