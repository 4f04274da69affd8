package secretsmanager

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

// ListSecrets answers secrets, those that are marked for deletion only if they are asked for.
func (a *API) ListSecrets(ctx context.Context, in *sdk.ListSecretsInput) (*sdk.ListSecretsOutput, error) {
	var v violations
	v.page(in.MaxResults, maxListed)
	v.filters(in.Filters)
	constraint.OneOf(&v.Violations, "sortBy", in.SortBy, in.SortBy.Values()...)
	constraint.OneOf(&v.Violations, "sortOrder", in.SortOrder, in.SortOrder.Values()...)
	if err := v.Err(); err != nil {
		return nil, err
	}
	entries := []types.SecretListEntry{}
	for _, s := range a.filtered(ctx, in.Filters, aws.ToBool(in.IncludePlannedDeletion), in.SortBy, in.SortOrder) {
		entries = append(entries, listEntry(s))
	}
	out := &sdk.ListSecretsOutput{}
	var err error
	out.SecretList, out.NextToken, err = page(entries, in.NextToken, in.MaxResults, maxListed)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// filtered returns the secrets that pass filters, in some order. That the oldest come first
// where a request does not say is an assumption.
func (a *API) filtered(ctx context.Context, filters []types.Filter, deleted bool, by types.SortByType, order types.SortOrderType) []*secretsmanager.Secret {
	all := slices.DeleteFunc(secretsmanager.Secrets(a.read(), scopeOf(ctx)), func(s *secretsmanager.Secret) bool {
		return s.Deleted() && !deleted || !passes(s, filters)
	})
	slices.SortStableFunc(all, func(a, b *secretsmanager.Secret) int { return compare(a, b, by) })
	if order == types.SortOrderTypeDesc {
		slices.Reverse(all)
	}
	return all
}

func compare(a, b *secretsmanager.Secret, by types.SortByType) int {
	if by == types.SortByTypeName {
		return cmp.Compare(a.Name, b.Name)
	}
	at := func(s *secretsmanager.Secret) time.Time { return s.CreatedAt }
	switch by {
	case types.SortByTypeLastChangedDate:
		at = func(s *secretsmanager.Secret) time.Time { return s.ChangedAt }
	case types.SortByTypeLastAccessedDate:
		at = func(s *secretsmanager.Secret) time.Time { return s.AccessedAt }
	}
	return at(a).Compare(at(b))
}
