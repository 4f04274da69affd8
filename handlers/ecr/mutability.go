package ecr

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
)

// PutImageTagMutability changes whether a tag stays at its image.
func (a *API) PutImageTagMutability(ctx context.Context, in *sdk.PutImageTagMutabilityInput) (*sdk.PutImageTagMutabilityOutput, error) {
	filters, err := exclusions(string(in.ImageTagMutability), in.ImageTagMutabilityExclusionFilters)
	if err != nil {
		return nil, err
	}
	r, err := a.change(ctx, in.RegistryId, in.RepositoryName, func(r *ecr.Repository) error {
		r.Mutability, r.Exclusions = string(in.ImageTagMutability), filters
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.PutImageTagMutabilityOutput{
		ImageTagMutability: in.ImageTagMutability, ImageTagMutabilityExclusionFilters: describeExclusions(r), RegistryId: &r.Scope.Account, RepositoryName: &r.Name,
	}, nil
}

// mostWildcards is how many * a filter has. Source: ECR user guide, image tag mutability.
const mostWildcards = 2

// exclusions checks that there are filters where they mean something. The words are the emulator's.
func exclusions(mutability string, filters []types.ImageTagMutabilityExclusionFilter) (list []ecr.Exclusion, err error) {
	const member = "imageTagMutabilityExclusionFilters"
	switch with := strings.HasSuffix(mutability, "_WITH_EXCLUSION"); {
	case with && len(filters) == 0:
		return nil, invalid(member, "must have a filter if imageTagMutability is "+mutability)
	case !with && len(filters) > 0:
		return nil, invalid(member, "must have no filter if imageTagMutability is "+mutability)
	}
	for _, f := range filters {
		if strings.Count(*f.Filter, "*") > mostWildcards {
			return nil, invalid(member, "a filter must have two wildcards at most")
		}
		list = append(list, ecr.Exclusion{Type: string(f.FilterType), Filter: *f.Filter})
	}
	return list, nil
}

func describeExclusions(r *ecr.Repository) (list []types.ImageTagMutabilityExclusionFilter) {
	for _, e := range r.Exclusions {
		list = append(list, types.ImageTagMutabilityExclusionFilter{
			Filter: aws.String(e.Filter), FilterType: types.ImageTagMutabilityExclusionFilterType(e.Type),
		})
	}
	return list
}
