package secretsmanager

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
)

// ListSecrets answers secrets, those that are marked for deletion only if they are asked for.
func (a *API) ListSecrets(ctx context.Context, in *sdk.ListSecretsInput) (*sdk.ListSecretsOutput, error) {
	part, next, err := pageOf(a.filtered(ctx, in.Filters, aws.ToBool(in.IncludePlannedDeletion)),
		func(s *secretsmanager.Secret) string { return sortKey(s, in.SortBy) }, in.SortOrder == types.SortOrderTypeDesc,
		in.NextToken, in.MaxResults, maxListed)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListSecretsOutput{SecretList: []types.SecretListEntry{}, NextToken: next}
	for _, s := range part {
		out.SecretList = append(out.SecretList, listEntry(s))
	}
	return out, nil
}

// filtered returns the secrets that pass filters.
func (a *API) filtered(ctx context.Context, filters []types.Filter, deleted bool) []*secretsmanager.Secret {
	return slices.DeleteFunc(secretsmanager.Secrets(a.read(), awsapi.CallScope(ctx)), func(s *secretsmanager.Secret) bool {
		return s.Deleted() && !deleted || !passes(s, filters)
	})
}

// sortKey is what a list is sorted by. That the oldest come first where a request does not say
// is an assumption.
func sortKey(s *secretsmanager.Secret, by types.SortByType) string {
	switch by {
	case types.SortByTypeName:
		return s.Name
	case types.SortByTypeLastChangedDate:
		return timeKey(s.ChangedAt, s.Name)
	case types.SortByTypeLastAccessedDate:
		return timeKey(s.AccessedAt, s.Name)
	}
	return timeKey(s.CreatedAt, s.Name)
}
