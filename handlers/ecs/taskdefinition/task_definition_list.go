package taskdefinition

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// ListTaskDefinitions lists revisions by family and number. familyPrefix is the
// whole name of a family, despite its own. Source: ECS API reference.
func (a *API) ListTaskDefinitions(ctx context.Context, in *sdk.ListTaskDefinitionsInput) (*sdk.ListTaskDefinitionsOutput, error) {
	scope := kit.Scope(ctx)
	status := in.Status
	if status == "" {
		status = types.TaskDefinitionStatusActive
	}
	family := aws.ToString(in.FamilyPrefix)
	descending := in.Sort == types.SortOrderDesc
	rows := taskdefinition.List(a.Store.Read(), scope, family)
	rows = slices.DeleteFunc(rows, func(d *taskdefinition.TaskDefinition) bool { return d.Status != status })
	if descending {
		slices.Reverse(rows)
	}
	rows, next, err := kit.Page(rows, func(d *taskdefinition.TaskDefinition) string { return d.ID }, kit.PageQuery{
		Operation: "ListTaskDefinitions", Scope: scope, Descending: descending,
		Filters: []string{family, string(status), string(in.Sort)},
		Size:    kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTaskDefinitionsOutput{TaskDefinitionArns: make([]string, len(rows)), NextToken: next}
	for i, d := range rows {
		out.TaskDefinitionArns[i] = d.ARN
	}
	return out, nil
}

// ListTaskDefinitionFamilies lists families by name: those with an ACTIVE
// revision, those without one, or all (ECS0031). A family whose revisions are all
// deleted is not listed. Source: ECS API reference.
func (a *API) ListTaskDefinitionFamilies(ctx context.Context, in *sdk.ListTaskDefinitionFamiliesInput) (*sdk.ListTaskDefinitionFamiliesOutput, error) {
	scope := kit.Scope(ctx)
	prefix := aws.ToString(in.FamilyPrefix)
	tx := a.Store.Read()
	rows := slices.DeleteFunc(taskdefinition.Families(tx, scope, prefix), func(f *taskdefinition.Family) bool {
		return !familyMatches(tx, scope, f.Name, in.Status)
	})
	rows, next, err := kit.Page(rows, func(f *taskdefinition.Family) string { return f.ID }, kit.PageQuery{
		Operation: "ListTaskDefinitionFamilies", Scope: scope, Filters: []string{prefix, string(in.Status)},
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListTaskDefinitionFamiliesOutput{Families: make([]string, len(rows)), NextToken: next}
	for i, f := range rows {
		out.Families[i] = f.Name
	}
	return out, nil
}

func familyMatches(tx *store.Tx, scope arn.Scope, family string, status types.TaskDefinitionFamilyStatus) bool {
	switch status {
	case types.TaskDefinitionFamilyStatusActive:
		return taskdefinition.Active(tx, scope, family) != nil
	case types.TaskDefinitionFamilyStatusInactive:
		return taskdefinition.Has(tx, scope, family) && taskdefinition.Active(tx, scope, family) == nil
	default:
		return taskdefinition.Has(tx, scope, family)
	}
}
