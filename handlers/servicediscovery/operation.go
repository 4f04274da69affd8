package servicediscovery

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Names of what an operation changes.
const (
	targetNamespace = string(types.OperationTargetTypeNamespace)
	targetService   = string(types.OperationTargetTypeService)
	targetInstance  = string(types.OperationTargetTypeInstance)
)

// succeed stores an operation that is over, and returns its id.
func (a *API) succeed(ctx context.Context, tx *store.Tx, kind types.OperationType, namespaceARN string, targets map[string]string) *string {
	return a.end(ctx, tx, &servicediscovery.Operation{
		Type: kind, Status: types.OperationStatusSuccess, Namespace: servicediscovery.IDOf(namespaceARN), Targets: targets,
	})
}

func (a *API) end(ctx context.Context, tx *store.Tx, o *servicediscovery.Operation) *string {
	now := a.time()
	o.Scope, o.ID = awsapi.CallScope(ctx), servicediscovery.NewOperationID(now)
	o.CreatedAt, o.UpdatedAt = now, now
	servicediscovery.Operations.Put(tx, o)
	return &o.ID
}

// GetOperation answers an operation (SD0008).
func (a *API) GetOperation(ctx context.Context, in *sdk.GetOperationInput) (*sdk.GetOperationOutput, error) {
	if err := checkOwner(ctx, in.OwnerAccount); err != nil {
		return nil, err
	}
	o := servicediscovery.Operations.Find(a.Store.Read(), awsapi.CallScope(ctx), *in.OperationId)
	if o == nil {
		return nil, operationNotFound(*in.OperationId)
	}
	return &sdk.GetOperationOutput{Operation: &types.Operation{
		Id: &o.ID, OwnerAccount: &o.Scope.Account, Type: o.Type, Status: o.Status,
		ErrorCode: awsapi.Optional(o.ErrorCode), ErrorMessage: awsapi.Optional(o.ErrorMessage),
		CreateDate: &o.CreatedAt, UpdateDate: &o.UpdatedAt, Targets: o.Targets,
	}}, nil
}

// operationFilters are the operation filters of ListOperations. Source: Cloud Map API reference, OperationFilter.
var operationFilters = filters[*servicediscovery.Operation]{
	"NAMESPACE_ID": {value: func(o *servicediscovery.Operation) string { return o.Namespace }, conditions: only(isEqual)},
	"SERVICE_ID":   {value: func(o *servicediscovery.Operation) string { return o.Targets[targetService] }, conditions: only(isEqual)},
	"STATUS":       {value: func(o *servicediscovery.Operation) string { return string(o.Status) }, conditions: only(isEqual, isIn)},
	"TYPE":         {value: func(o *servicediscovery.Operation) string { return string(o.Type) }, conditions: only(isEqual, isIn)},
	"UPDATE_DATE":  {time: func(o *servicediscovery.Operation) float64 { return seconds(o.UpdatedAt) }, conditions: only(isBetween)},
}

// ListOperations answers ids and statuses, the newest first; that order is a choice.
func (a *API) ListOperations(ctx context.Context, in *sdk.ListOperationsInput) (*sdk.ListOperationsOutput, error) {
	asked := make([]filter, 0, len(in.Filters))
	for _, f := range in.Filters {
		asked = append(asked, filter{string(f.Name), f.Condition, f.Values})
	}
	chosen, err := operationFilters.choose(servicediscovery.Operations.List(a.Store.Read(), awsapi.CallScope(ctx)), asked)
	if err != nil {
		return nil, err
	}
	part, next, err := newestFirst(chosen, func(o *servicediscovery.Operation) string {
		return o.UpdatedAt.UTC().Format(sortable) + o.ID
	}, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListOperationsOutput{Operations: []types.OperationSummary{}, NextToken: next}
	for _, o := range part {
		out.Operations = append(out.Operations, types.OperationSummary{Id: aws.String(o.ID), Status: o.Status})
	}
	return out, nil
}
