package resourcegroupstaggingapi

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi/types"
)

// GetResources answers resources in order of their ARNs, which is the emulator's choice.
func (a *API) GetResources(ctx context.Context, in *sdk.GetResourcesInput) (*sdk.GetResourcesOutput, error) {
	if err := check(awsapi.CallScope(ctx), in); err != nil {
		return nil, err
	}
	found := a.resources(ctx, filterOf(in))
	resourceARN := func(r tagging.Resource) string { return r.ARN }
	part, next, err := cut(a.Now(), found, resourceARN, in.PaginationToken, in.ResourcesPerPage)
	if fit := fitting(part, in.TagsPerPage); err == nil && fit < len(part) {
		part, next, err = cut(a.Now(), found, resourceARN, in.PaginationToken, aws.Int32(int32(fit)))
	}
	if err != nil {
		return nil, err
	}
	out := &sdk.GetResourcesOutput{PaginationToken: next, ResourceTagMappingList: []types.ResourceTagMapping{}}
	for _, r := range part {
		mapping := types.ResourceTagMapping{ResourceARN: &r.ARN}
		for _, t := range r.Tags {
			mapping.Tags = append(mapping.Tags, types.Tag{Key: &t.Key, Value: &t.Value})
		}
		out.ResourceTagMappingList = append(out.ResourceTagMappingList, mapping)
	}
	return out, nil
}

// resources are what a filter lets through, of the caller's account and Region. It asks only the sources that may have some.
func (a *API) resources(ctx context.Context, f filter) (found []tagging.Resource) {
	scope, tx := awsapi.CallScope(ctx), a.Store.Read()
	for _, source := range a.Sources {
		if !f.mayHave(source) {
			continue
		}
		for _, r := range source.Resources(tx, scope) {
			if f.has(r) {
				found = append(found, r)
			}
		}
	}
	return found
}

// check refuses what no filter can do. Source: API reference, GetResources; the texts are the emulator's where nothing is
// said of them.
func check(scope arn.Scope, in *sdk.GetResourcesInput) error {
	if aws.ToBool(in.ExcludeCompliantResources) && !aws.ToBool(in.IncludeComplianceDetails) {
		return invalid("ExcludeCompliantResources can be true only if IncludeComplianceDetails is true.")
	}
	if aws.ToBool(in.IncludeComplianceDetails) {
		return awsapi.NotImplemented("tagging", "compliance with tag policies (IncludeComplianceDetails)")
	}
	for _, wanted := range in.ResourceTypeFilters {
		if service, _, _ := strings.Cut(wanted, ":"); service == "" {
			return invalid("%q is not a resource type of the form service[:resourceType].", wanted)
		}
	}
	for _, t := range in.TagFilters {
		if t.Key == nil {
			return invalid("Each filter in TagFilters needs a Key.")
		}
	}
	if in.ResourceARNList == nil {
		return nil
	}
	return checkARNs(scope, in)
}

// checkARNs refuses what does not go with a list of ARNs, and wrong ones.
func checkARNs(scope arn.Scope, in *sdk.GetResourcesInput) error {
	for _, with := range []struct {
		member string
		given  bool
	}{
		{"TagFilters", len(in.TagFilters) > 0}, {"ResourceTypeFilters", len(in.ResourceTypeFilters) > 0},
		{"ResourcesPerPage", in.ResourcesPerPage != nil}, {"TagsPerPage", in.TagsPerPage != nil}, {"PaginationToken", aws.ToString(in.PaginationToken) != ""},
	} {
		if with.given {
			return invalid("ResourceARNList and %s cannot be in one request.", with.member)
		}
	}
	for _, each := range in.ResourceARNList {
		switch parts := strings.SplitN(each, ":", 6); {
		case len(parts) < 6 || parts[0] != "arn" || parts[2] == "" || parts[5] == "":
			return invalid("%s is not a valid AmazonResourceName (ARN)", each) // source: recorded answers of TagResources
		case parts[1] != scope.Partition():
			return invalid("The partition of %s is not %s.", each, scope.Partition())
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return &types.InvalidParameterException{Message: awsapi.Textf(format, args...)}
}
