package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func (a *API) TagPolicy(ctx context.Context, in *sdk.TagPolicyInput) (*sdk.TagPolicyOutput, error) {
	return &sdk.TagPolicyOutput{}, a.changePolicy(ctx, in.PolicyArn, func(p *iam.Policy) (err error) {
		p.Tags, err = taggedPolicy.merge(ctx, p.Tags, in.Tags)
		return err
	})
}

// UntagPolicy removes tags of a policy.
func (a *API) UntagPolicy(ctx context.Context, in *sdk.UntagPolicyInput) (*sdk.UntagPolicyOutput, error) {
	return &sdk.UntagPolicyOutput{}, a.changePolicy(ctx, in.PolicyArn, func(p *iam.Policy) (err error) {
		p.Tags, err = taggedPolicy.remove(ctx, p.Tags, in.TagKeys)
		return err
	})
}

// ListPolicyTags answers the tags of a policy, in order of their keys.
func (a *API) ListPolicyTags(ctx context.Context, in *sdk.ListPolicyTagsInput) (*sdk.ListPolicyTagsOutput, error) {
	_, p, err := a.readPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListPolicyTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = tagPage(p.Tags, in.Marker, in.MaxItems)
	return out, err
}
