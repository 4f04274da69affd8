package iam

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
)

func (a *API) TagOpenIDConnectProvider(ctx context.Context, in *sdk.TagOpenIDConnectProviderInput) (*sdk.TagOpenIDConnectProviderOutput, error) {
	return &sdk.TagOpenIDConnectProviderOutput{}, a.changeProvider(ctx, in.OpenIDConnectProviderArn, func(p *iam.OIDCProvider) (err error) {
		if len(in.Tags) == 0 {
			return noTags()
		}
		p.Tags, err = taggedProvider.merge(ctx, p.Tags, in.Tags)
		return err
	})
}

// UntagOpenIDConnectProvider removes tags of a provider.
func (a *API) UntagOpenIDConnectProvider(ctx context.Context, in *sdk.UntagOpenIDConnectProviderInput) (*sdk.UntagOpenIDConnectProviderOutput, error) {
	return &sdk.UntagOpenIDConnectProviderOutput{}, a.changeProvider(ctx, in.OpenIDConnectProviderArn, func(p *iam.OIDCProvider) (err error) {
		if len(in.TagKeys) == 0 {
			return noTags()
		}
		p.Tags, err = taggedProvider.remove(ctx, p.Tags, in.TagKeys)
		return err
	})
}

// ListOpenIDConnectProviderTags answers the tags of a provider, in order of their keys.
func (a *API) ListOpenIDConnectProviderTags(ctx context.Context, in *sdk.ListOpenIDConnectProviderTagsInput) (*sdk.ListOpenIDConnectProviderTagsOutput, error) {
	found, err := provider(a.read(), account(ctx), in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListOpenIDConnectProviderTagsOutput{}
	out.Tags, out.IsTruncated, out.Marker, err = tagPage(found.Tags, in.Marker, in.MaxItems)
	return out, err
}
