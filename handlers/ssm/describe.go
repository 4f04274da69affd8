package ssm

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
)

// maxDescribed is how many parameters a page has. Source: SSM API reference.
const maxDescribed = 50

// DescribeParameters answers what there is to know about parameters but their values.
func (a *API) DescribeParameters(ctx context.Context, in *sdk.DescribeParametersInput) (*sdk.DescribeParametersOutput, error) {
	filters, err := describeFilters(in)
	if err != nil {
		return nil, err
	}
	tx := a.read()
	var found []listed
	for _, p := range ssm.Parameters(tx, awsapi.CallScope(ctx), "") {
		if l := (listed{foundLatest(tx, p), p}); passes(l, filters, keysOfDescribe) {
			found = append(found, l)
		}
	}
	part, next, err := pageOfParameters(found, in.NextToken, in.MaxResults, maxDescribed)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeParametersOutput{Parameters: []types.ParameterMetadata{}, NextToken: next}
	for _, l := range part {
		out.Parameters = append(out.Parameters, describe(l))
	}
	return out, nil
}

func describe(l listed) types.ParameterMetadata {
	v := l.version
	return types.ParameterMetadata{
		ARN: &l.arn, Name: &l.name, Type: v.Type, DataType: &v.DataType, Tier: v.Tier, Version: v.Number,
		LastModifiedDate: &v.ModifiedAt, LastModifiedUser: &v.ModifiedBy,
		Description: awsapi.Optional(v.Description), AllowedPattern: awsapi.Optional(v.AllowedPattern), KeyId: awsapi.Optional(v.KeyID),
		Policies: []types.ParameterInlinePolicy{},
	}
}

// describeFilters returns the filters of a request, of which there are an old and a new kind.
func describeFilters(in *sdk.DescribeParametersInput) ([]types.ParameterStringFilter, error) {
	switch {
	case aws.ToBool(in.Shared):
		return nil, awsapi.NotImplemented("ssm", "parameters that others share")
	case len(in.Filters) > 0 && len(in.ParameterFilters) > 0: // SSM0011
		return nil, invalid("You can use either Filters or ParameterFilters in a single request.")
	case len(in.Filters) > 0:
		return oldFilters(in.Filters), nil
	}
	return in.ParameterFilters, checkFilters(in.ParameterFilters, keysOfDescribe, true)
}

// oldFilters are filters of the old kind as those of the new one: that by name is by its
// beginning (SSM0005).
func oldFilters(old []types.ParametersFilter) []types.ParameterStringFilter {
	var filters []types.ParameterStringFilter
	for _, f := range old {
		option := equals
		if f.Key == types.ParametersFilterKeyName {
			option = beginsWith
		}
		filters = append(filters, types.ParameterStringFilter{Key: aws.String(string(f.Key)), Option: &option, Values: f.Values})
	}
	return filters
}
