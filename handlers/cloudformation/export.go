package cloudformation

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
)

// ListExports answers what other stacks may import (CFN-69).
func (a *API) ListExports(ctx context.Context, in *sdk.ListExportsInput) (*sdk.ListExportsOutput, error) {
	all := cfn.Exports(a.Store.Read(), awsapi.CallScope(ctx))
	part, next, err := pageOf(all, in.NextToken, false, func(e *cfn.Export) string { return e.Name })
	if err != nil {
		return nil, err
	}
	out := &sdk.ListExportsOutput{Exports: []types.Export{}, NextToken: next}
	for _, e := range part {
		out.Exports = append(out.Exports, types.Export{ExportingStackId: &e.StackID, Name: &e.Name, Value: &e.Value})
	}
	return out, nil
}

// ListImports answers the names of the stacks that use an export (CFN-69). Source of the refusal: public reports.
func (a *API) ListImports(ctx context.Context, in *sdk.ListImportsInput) (*sdk.ListImportsOutput, error) {
	all := cfn.Importers(a.Store.Read(), awsapi.CallScope(ctx), *in.ExportName)
	if len(all) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", *in.ExportName)
	}
	part, next, err := pageOf(all, in.NextToken, false, func(name string) string { return name })
	return &sdk.ListImportsOutput{Imports: part, NextToken: next}, err
}
