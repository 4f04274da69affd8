package ecr

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t ecr.ResourceTag) string { return t.Key }

// withTags adds tags to the ones that a repository has, by key (ECR-4). The words of the refusals are the emulator's.
func withTags(ctx context.Context, tags []ecr.ResourceTag, more []types.Tag) ([]ecr.ResourceTag, error) {
	for _, t := range more {
		if *t.Key == "" || len(*t.Key) > 128 || len(*t.Value) > 256 || tagging.Reserved(ctx, *t.Key) {
			return nil, wrongTag(*t.Key)
		}
		tags = tagging.With(tags, key, ecr.ResourceTag{Key: *t.Key, Value: *t.Value})
	}
	if tagging.Own(tags, key) > tagging.Most {
		return nil, &types.TooManyTagsException{Message: awsapi.Textf("A repository has %d tags at most.", tagging.Most)}
	}
	sorting.By(tags, func(a, b ecr.ResourceTag) int { return strings.Compare(a.Key, b.Key) })
	return tags, nil
}

func wrongTag(key string) error {
	return &types.InvalidTagParameterException{Message: awsapi.Textf(
		"The tag key %.150q has no or more than 128 characters, begins with aws:, which is reserved, or has a value of more than 256.", key)}
}

// byARN finds the registry and the name of a repository by its ARN.
func byARN(ctx context.Context, resource *string) (registryID, name *string, err error) {
	a, isARN := arn.Parse(*resource)
	scope := awsapi.CallScope(ctx)
	if !isARN || a.Service != "ecr" || a.Type != "repository" || a.Region != scope.Region {
		return nil, nil, invalid("resourceArn", "must be the ARN of a repository in "+scope.Region) // the words are the emulator's
	}
	return &a.Account, aws.String(strings.Join(a.Resource, "/")), nil
}

// TagResource adds tags to a repository, and replaces those with their keys (ECR-4).
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	id, name, err := byARN(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	_, err = a.change(ctx, id, name, func(r *ecr.Repository) (err error) {
		r.Tags, err = withTags(ctx, r.Tags, in.Tags)
		return err
	})
	return &sdk.TagResourceOutput{}, err
}

// UntagResource removes tags of a repository.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	id, name, err := byARN(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	_, err = a.change(ctx, id, name, func(r *ecr.Repository) error {
		if tagging.Fixed(ctx, r.Tags, key, in.TagKeys) {
			return wrongTag("aws:")
		}
		r.Tags = tagging.Without(r.Tags, key, in.TagKeys)
		return nil
	})
	return &sdk.UntagResourceOutput{}, err
}

// ListTagsForResource answers the tags of a repository, by key (ECR0001.6).
func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	id, name, err := byARN(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	r, err := a.repository(ctx, a.Store.Read(), id, name)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, t := range r.Tags {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return out, nil
}

// Tagged are the repositories with tags.
func (a *API) Tagged() []tagging.Source {
	repositories := func(tx *store.Tx, s arn.Scope) []*ecr.Repository { return ecr.Repositories.List(tx, s) }
	return []tagging.Source{tagging.Of("ecr:repository", repositories, func(r *ecr.Repository) (string, []tagging.Tag) {
		return r.ARN(), tagging.List(r.Tags, pair)
	})}
}
