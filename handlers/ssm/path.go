package ssm

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// maxByPath is how many parameters a page has. Source: SSM API reference.
const maxByPath = 10

var hierarchy = lazyregexp.New(`^/[a-zA-Z0-9_.\-/]*$`)

// GetParametersByPath answers the parameters of a hierarchy with their values. A filter by
// label answers the versions that have it (SSM0005).
func (a *API) GetParametersByPath(ctx context.Context, in *sdk.GetParametersByPathInput) (*sdk.GetParametersByPathOutput, error) {
	if err := checkByPath(in); err != nil {
		return nil, err
	}
	tx := a.read()
	var found []listed
	for _, l := range hierarchyOf(ctx, tx, *in.Path, aws.ToBool(in.Recursive)) {
		if l.version = labelled(tx, l, in.ParameterFilters); l.version != nil && passes(l, in.ParameterFilters, keysOfPath) {
			found = append(found, l)
		}
	}
	part, next, err := pageOfParameters(found, in.NextToken, in.MaxResults, maxByPath)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetParametersByPathOutput{Parameters: []types.Parameter{}, NextToken: next}
	for _, l := range part {
		p, err := describeValue(tx, l.found, aws.ToBool(in.WithDecryption))
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, *p)
	}
	return out, nil
}

func checkByPath(in *sdk.GetParametersByPathInput) error {
	if !hierarchy.MatchString(*in.Path) { // SSM0011
		return invalid("%s", `The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". `+
			`It can't be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), `+
			`- (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". `+
			`Valid example: /get/parameters2-/by1./path0_.`)
	}
	return checkFilters(in.ParameterFilters, keysOfPath, false)
}

// hierarchyOf returns the parameters below a path.
func hierarchyOf(ctx context.Context, tx *store.Tx, path string, deep bool) []listed {
	var all []listed
	for _, p := range ssm.Parameters(tx, awsapi.CallScope(ctx), strings.TrimSuffix(path, "/")) {
		if below(p.Name, path, deep) {
			all = append(all, listed{foundLatest(tx, p), p})
		}
	}
	for _, f := range allPublic(ctx) {
		if path != "/" && below(f.name, path, deep) { // whose root is the account's own
			all = append(all, listed{f, nil})
		}
	}
	return all
}

// labelled is the version that a filter by label asks for, nil if there is none; without such
// a filter it is the newest.
func labelled(tx *store.Tx, l listed, filters []types.ParameterStringFilter) *ssm.Version {
	i := slices.IndexFunc(filters, func(f types.ParameterStringFilter) bool { return *f.Key == byLabel.name })
	switch {
	case i < 0:
		return l.version
	case l.parameter == nil:
		return nil
	}
	return ssm.LabelledVersion(tx, l.parameter, filters[i].Values[0])
}
