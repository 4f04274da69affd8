package iam

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// CreateServiceLinkedRole makes the role of a service. Of a name under amazonaws.com it cannot be told whether AWS has
// the service (IAM0012). Source of the other texts: field reports.
func (a *API) CreateServiceLinkedRole(ctx context.Context, in *sdk.CreateServiceLinkedRoleInput) (*sdk.CreateServiceLinkedRoleOutput, error) {
	made, suffixed := iam.NewServiceLinkedRole(account(ctx), *in.AWSServiceName, a.now())
	switch {
	case made != nil:
	case !strings.Contains(*in.AWSServiceName, ".amazonaws.com"):
		return nil, &awsapi.Error{
			Code: "AccessDenied", Status: http.StatusForbidden,
			Message: *in.AWSServiceName + " is not a valid AWS service name (Service Principal)",
		}
	default:
		return nil, &awsapi.Error{
			Code: "NotImplementedException", Status: http.StatusNotImplemented,
			Message: "ecs-emulator does not know the role that is linked to " + *in.AWSServiceName + ". See " + awsapi.Page("iam") + ".",
		}
	}
	if in.CustomSuffix != nil {
		if !suffixed {
			return nil, invalidInput("Custom suffix is not allowed for %s", *in.AWSServiceName)
		}
		made.Name += "_" + *in.CustomSuffix
	}
	if in.Description != nil {
		made.Description = *in.Description
	}
	err := a.update(func(tx *store.Tx) error {
		if iam.Roles.Find(tx, made.Account, made.Name) != nil {
			return invalidInput("Service role name %s has been taken in this account, please try a different suffix.", made.Name)
		}
		iam.Roles.Put(tx, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	described := describeRole(made)
	described.Description = awsapi.Optional(made.Description)
	return &sdk.CreateServiceLinkedRoleOutput{Role: &described}, nil
}

// DeleteServiceLinkedRole removes the role of a service unless the service needs it, and
// answers a task whose status says which. It is done at once (IAM0008).
func (a *API) DeleteServiceLinkedRole(ctx context.Context, in *sdk.DeleteServiceLinkedRoleInput) (*sdk.DeleteServiceLinkedRoleOutput, error) {
	id := arn.NewUUID()
	return &sdk.DeleteServiceLinkedRoleOutput{DeletionTaskId: &id}, a.update(func(tx *store.Tx) error {
		found, err := roles.find(tx, account(ctx), in.RoleName)
		switch {
		case err != nil:
			return err
		case found.LinkedTo == "": // code and text are the emulator's
			return invalidInput("Role %s is not linked to a service.", found.Name)
		}
		id = iam.DeletionPrefix(found) + id
		deletion := &iam.Deletion{Account: found.Account, ID: id}
		if found.LinkedTo == iam.ECS {
			deletion.InUse = activeClusters(tx, found.Account)
		}
		if deletion.InUse == nil {
			iam.RenamePrincipal(tx, found.ARN(), found.ID)
			iam.Roles.Delete(tx, found)
		}
		iam.Deletions.Put(tx, deletion)
		return nil
	})
}

// activeClusters are the active clusters of an account in all regions, for whose sake ECS keeps its
// role. INACTIVE ones do not count (IAM0008).
func activeClusters(tx *store.Tx, a iam.Account) (use []iam.RegionUse) {
	for _, c := range state.Clusters.All(tx) {
		scope := arn.ScopeOf(c.ARN)
		if !c.Active() || iam.AccountOf(scope) != a {
			continue
		}
		if n := len(use); n == 0 || use[n-1].Region != scope.Region {
			use = append(use, iam.RegionUse{Region: scope.Region})
		}
		last := &use[len(use)-1]
		last.Resources = append(last.Resources, c.ARN)
	}
	return use
}

// GetServiceLinkedRoleDeletionStatus says what became of a deletion (IAM0008).
func (a *API) GetServiceLinkedRoleDeletionStatus(ctx context.Context, in *sdk.GetServiceLinkedRoleDeletionStatusInput) (*sdk.GetServiceLinkedRoleDeletionStatusOutput, error) {
	found := iam.Deletions.Find(a.read(), account(ctx), *in.DeletionTaskId)
	switch {
	case found == nil:
		return nil, noSuchEntity("Cannot find deletion status for given id.")
	case found.InUse == nil:
		return &sdk.GetServiceLinkedRoleDeletionStatusOutput{Status: types.DeletionTaskStatusTypeSucceeded}, nil
	}
	return &sdk.GetServiceLinkedRoleDeletionStatusOutput{
		Status: types.DeletionTaskStatusTypeFailed,
		Reason: &types.DeletionTaskFailureReasonType{
			Reason: aws.String("Role in use."),
			RoleUsageList: convert(found.InUse, func(u iam.RegionUse) types.RoleUsageType {
				return types.RoleUsageType{Region: &u.Region, Resources: u.Resources}
			}),
		},
	}, nil
}
